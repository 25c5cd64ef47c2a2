// Pseudonyms of tokens: this service shows and stores no other name of them.
import { tokenIdentityOf, tokenRefOf } from '#contracts/keys';
import { tenantKeyOf, type Secrets } from '#contracts/secrets';
import type { RefOf } from './domain/shown-parameters.ts';

/** Tenant keys are derived once per tenant. */
export function refsOf(secrets: Pick<Secrets, 'tenantKeySeed'>): RefOf {
  const keys = new Map<string, Buffer>();
  return (tenantId, tokenType, uid) => {
    const key = keys.get(tenantId) ?? tenantKeyOf(secrets, tenantId);
    keys.set(tenantId, key);
    const identity = tokenIdentityOf(tokenType, uid);
    return tokenRefOf(key, identity.type, identity.uid);
  };
}
