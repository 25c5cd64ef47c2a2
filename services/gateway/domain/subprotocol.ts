// Chooses the OCPP version of a connection: the client's preference among what we offer, never the URL's.
import type { OcppVersion } from '#contracts/ocpp';

export const offered: Readonly<Record<string, OcppVersion>> = {
  'ocpp1.6': '1.6',
  'ocpp2.0.1': '2.0.1',
  'ocpp2.1': '2.1',
};

export type Negotiated = { readonly subprotocol: string; readonly version: OcppVersion; readonly echo: boolean };

/**
 * @param header Sec-WebSocket-Protocol, in the client's order of preference; empty where it sent none.
 * @param byDefault what the registry allows a station that sends none (quirk of old firmware).
 */
export function negotiate(header: string, byDefault: string | null): Negotiated | undefined {
  const wanted = header
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (wanted.length === 0) {
    const version = byDefault === null ? undefined : offered[byDefault];
    return version === undefined || byDefault === null ? undefined : { subprotocol: byDefault, version, echo: false };
  }
  for (const subprotocol of wanted) {
    // Echoed as the client spelled it: it must find its own word in the answer (RFC 6455 4.1).
    const name = subprotocol.toLowerCase();
    const version = Object.hasOwn(offered, name) ? offered[name] : undefined;
    if (version !== undefined) return { subprotocol, version, echo: true };
  }
  return undefined;
}
