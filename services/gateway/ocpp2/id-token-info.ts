// 2.x IdTokenInfoType of a decision.
import type { Decision } from '../domain/authorization.ts';

export function idTokenInfoOf(decision: Decision): object {
  return decision.expiresAt === null
    ? { status: decision.status }
    : { status: decision.status, cacheExpiryDateTime: new Date(decision.expiresAt).toISOString() };
}
