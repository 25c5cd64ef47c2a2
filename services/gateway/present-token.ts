// Step 3 for a token: what our caches know of it, at once; its partner is asked only where the partner wants that.
import { tokenRefOf } from '#contracts/keys';
import type { Connection } from './connection.ts';
import type { GatewayConfig } from './config.ts';
import type { TokenShown } from './domain/action.ts';
import type { PresentedToken } from './domain/authorization.ts';
import type { Device } from './domain/models.ts';
import { normalToken } from './domain/uid-rules.ts';
import type { GatewayParts } from './parts.ts';

const none: PresentedToken['vouchers'] = [];

/** The connection on which a token is shown, as far as it matters here. */
export type Shower = Pick<Connection, 'tenantId' | 'key' | 'station' | 'stationId'> & {
  readonly peer: { readonly device: Device };
  readonly parts: Pick<GatewayParts, 'caches' | 'partners' | 'vouchers' | 'tenantKey'> & {
    readonly config: Pick<GatewayConfig, 'uidRules'>;
  };
};

/** Own tokens are answered without waiting: no promise is made for them. */
export function presentToken(
  { parts, tenantId, key, station, stationId, peer }: Shower,
  shown: TokenShown,
): PresentedToken | Promise<PresentedToken> {
  const { caches, partners } = parts;
  const { locationId } = station;
  const { type, uid } = normalToken(shown, peer.device, parts.config.uidRules);
  const tokenRef = tokenRefOf(parts.tenantKey(tenantId), type, uid);
  const found = caches.token(tenantId, tokenRef);
  const policies = caches.tenant(tenantId);
  const token: PresentedToken = {
    tokenRef,
    tokenType: type,
    found,
    vouchers: found === undefined ? parts.vouchers.of(key, tokenRef) : none,
    policies,
    sessions: caches.sessionsOf(tenantId, tokenRef),
    partner: undefined,
  };
  if (found === undefined || shown.stops === true || policies.freeVending || !partners.mustAsk(found)) return token;
  return partners
    .ask({ tenantId, tokenRef, stationId, locationId })
    .then((partner): PresentedToken => ({ ...token, partner }));
}
