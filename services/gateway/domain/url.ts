// Reads tenant and station from a connection's URL: /ocpp/<station>, /ocpp/<tenant>/<station>, as stations really write it.

export type Addressed = { readonly tenantId: string; readonly stationId: string };

export const urlLimits = { urlCharsMax: 512, stationIdCharsMax: 48 } as const;

/** 2.x identifierString; 1.6 stations use the same letters, and a space or | when percent-encoded (1.6J 3.1.1). */
const stationIdPattern = /^[a-zA-Z0-9*\-_=+|@. ]+$/;
const versionPattern = /^(?:ocpp)?(?:1\.6j?|2\.0\.1|2\.1)$/i;
const tenantIdPattern = /^[a-z0-9-]{1,32}$/;

/**
 * Tolerates what firmware makes of the URL that it was given: doubled slashes, a trailing or a missing one, the whole URL
 * as or inside the request target, plain or percent-encoded, the identity written twice, and an ocpp version as first
 * segment (never used to choose the version). Undefined where no well-formed identity is named.
 */
export function addressOf(url: string): Addressed | undefined {
  const named = namedIn(url);
  const [first, second] = named ?? [];
  if (first === undefined) return undefined;
  const isTwice = first === second && !tenantIdPattern.test(first);
  const tenantId = second === undefined || isTwice ? 'default' : first;
  const stationId = decoded(second ?? first);
  if (stationId === undefined || stationId.length > urlLimits.stationIdCharsMax) return undefined;
  return stationIdPattern.test(stationId) && tenantIdPattern.test(tenantId) ? { tenantId, stationId } : undefined;
}

/** One or two segments that name tenant and station. */
function namedIn(url: string): readonly string[] | undefined {
  if (url.length > urlLimits.urlCharsMax) return undefined;
  const plain = (encodedUrl.test(url) ? decoded(url) : url)?.replace(upToHost, '') ?? '';
  const segments = plain.split('/').filter((segment) => segment !== '');
  const named = afterBase(segments)?.filter((segment) => !versionPattern.test(segment));
  return named === undefined || named.length > 2 || segments.length > 4 ? undefined : named;
}

/** A URL inside the target, as some write it whole behind the path that they were given. */
const upToHost = /^.*(?:wss?|https?):\/{1,2}[^/]*/i;
const encodedUrl = /(?:wss?|https?)%3a%2f/i;

/** What follows `ocpp`: its own segment, or one that forgot the slash, or a version's name. */
function afterBase([base, ...others]: readonly string[]): readonly string[] | undefined {
  if (base === undefined || !base.startsWith('ocpp')) return undefined;
  if (base === 'ocpp' || versionPattern.test(base)) return others;
  return others.length === 0 ? [base.slice('ocpp'.length)] : undefined;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
