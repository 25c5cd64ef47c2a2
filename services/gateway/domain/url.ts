// Reads tenant and station from a connection's URL: /ocpp/<station>, /ocpp/<tenant>/<station>, as stations really write it.

export type Addressed = { readonly tenantId: string; readonly stationId: string };

export const urlLimits = { urlCharsMax: 512, stationIdCharsMax: 48 } as const;

/** 2.x identifierString; 1.6 stations use the same letters, and a space or | when percent-encoded (1.6J 3.1.1). */
const stationIdPattern = /^[a-zA-Z0-9*\-_=+|@. ]+$/;
const versionPattern = /^(?:ocpp)?(?:1\.6j?|2\.0\.1|2\.1)$/i;
const tenantIdPattern = /^[a-z0-9-]{1,32}$/;

/**
 * Tolerates doubled slashes, a trailing slash, an absolute URI as request target, and an ocpp version as first
 * segment (never used to choose the version). Undefined where no well-formed identity is named.
 */
export function addressOf(url: string): Addressed | undefined {
  if (url.length > urlLimits.urlCharsMax) return undefined;
  const path = url.replace(/^\/?wss?:\/\/[^/]*/i, '').replace(/^https?:\/\/[^/]*/i, '');
  const segments = path.split('/').filter((segment) => segment !== '');
  if (segments[0] !== 'ocpp') return undefined;
  const named = segments.slice(1).filter((segment) => !versionPattern.test(segment));
  const [first, second] = named;
  if (first === undefined || named.length > 2 || segments.length > 4) return undefined;
  const tenantId = second === undefined ? 'default' : first;
  const stationId = decoded(second ?? first);
  if (stationId === undefined || stationId.length > urlLimits.stationIdCharsMax || !stationIdPattern.test(stationId))
    return undefined;
  return tenantIdPattern.test(tenantId) ? { tenantId, stationId } : undefined;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
