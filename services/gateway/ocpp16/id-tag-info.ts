// 1.6 IdTagInfo (7.27) of a decision.
import { statusFor16, type Decision } from '../domain/authorization.ts';

export function idTagInfoOf(decision: Decision): object {
  const status = statusFor16(decision.status);
  return decision.expiresAt === null ? { status } : { status, expiryDate: new Date(decision.expiresAt).toISOString() };
}
