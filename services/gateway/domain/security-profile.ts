// Whether a connection may come by another security profile than its station is registered for.
import type { StationRegistered } from '#contracts/generated/types';

/**
 * fits: the registered one. raised: a higher one, as after a SetNetworkProfile (A05): let in, and registered from now on,
 * so that the lower one is over (A05.FR.07). consented: 3 to 2, the only way down there is, where the operator allows it
 * (A05.FR.08-10). lowered: anything else below; refused.
 */
export type ProfileVerdict = 'fits' | 'raised' | 'consented' | 'lowered';

export function judgeProfile(
  { securityProfile, allowsProfileDowngrade }: StationRegistered,
  arrived: number,
): ProfileVerdict {
  // Profile 0 proves nothing, whatever channel it takes, so it never counts as having been raised.
  if (arrived === securityProfile || securityProfile === 0) return 'fits';
  if (arrived > securityProfile) return 'raised';
  return securityProfile === 3 && arrived === 2 && allowsProfileDowngrade ? 'consented' : 'lowered';
}
