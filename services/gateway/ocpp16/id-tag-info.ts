// 1.6 IdTagInfo (7.27) of a decision.
import { groupIdOf } from '#contracts/keys';
import { statusFor16, type Decision } from '../domain/authorization.ts';

export function idTagInfoOf({ status, expiresAt, token }: Decision): object {
  const groupRef = token?.groupRef ?? null;
  return {
    status: statusFor16(status),
    ...(expiresAt === null ? {} : { expiryDate: new Date(expiresAt).toISOString() }),
    ...(groupRef === null ? {} : { parentIdTag: groupIdOf(groupRef, '1.6') }),
  };
}
