// Whether a station that boots may work, by its policy in the registry.
import type { Meta, StationRegistered } from '#contracts/generated/types';
import { stationKey } from '#contracts/keys';
import type { Handled, HandlerContext } from './action.ts';
import { jitteredSeconds } from './jitter.ts';

/** RegistrationStatus of 1.6 and 2.x. */
export function bootStatusOf(
  station: Pick<StationRegistered, 'bootPolicy' | 'onboarded'>,
): 'Accepted' | 'Pending' | 'Rejected' {
  switch (station.bootPolicy) {
    case 'accept':
      return 'Accepted';
    case 'pending':
      // Whoever was configured, or accepted by an operator, is not asked again (2.x B02).
      return station.onboarded ? 'Accepted' : 'Pending';
    case 'reject':
      return 'Rejected';
  }
}

/** The interval a boot is answered with: heartbeats, or the wait before the next boot. */
export function bootIntervalSeconds({ tenantId, stationId, station }: HandlerContext, meta: Meta): number {
  return jitteredSeconds(station.heartbeatSeconds, stationKey(tenantId, stationId), meta.connectionEpoch ?? 0);
}

/** Rejected takes an earlier acceptance away; Pending leaves it, so that queued transactions are not dropped by an error. */
export function acceptanceOf(status: 'Accepted' | 'Pending' | 'Rejected'): Pick<Handled, 'accepts'> {
  return status === 'Pending' ? {} : { accepts: status === 'Accepted' };
}
