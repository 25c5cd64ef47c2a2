// 2.x IdTokenInfoType of a decision.
import { groupIdOf } from '#contracts/keys';
import type { Decision } from '../domain/authorization.ts';

export function idTokenInfoOf({ status, expiresAt, token }: Decision): object {
  return {
    status,
    ...(expiresAt === null ? {} : { cacheExpiryDateTime: new Date(expiresAt).toISOString() }),
    ...(token === undefined ? {} : ofDriver(token)),
  };
}

function ofDriver({ groupRef, language, chargingPriority }: NonNullable<Decision['token']>): object {
  return {
    ...(groupRef === null ? {} : { groupIdToken: { idToken: groupIdOf(groupRef, '2'), type: 'Central' } }),
    ...(language === null ? {} : { language1: language }),
    ...(chargingPriority === null ? {} : { chargingPriority }),
  };
}
