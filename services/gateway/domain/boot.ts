// Whether a station that boots may work, by its policy in the registry.
import type { StationRegistered } from '#contracts/generated/types';
import type { Handled } from './action.ts';

/** RegistrationStatus of 1.6 and 2.x. */
export function bootStatusOf(station: StationRegistered): 'Accepted' | 'Pending' | 'Rejected' {
  switch (station.bootPolicy) {
    case 'accept':
      return 'Accepted';
    case 'pending':
      return 'Pending';
    case 'reject':
      return 'Rejected';
  }
}

/** Rejected takes an earlier acceptance away; Pending leaves it, so that queued transactions are not dropped by an error. */
export function acceptanceOf(status: 'Accepted' | 'Pending' | 'Rejected'): Pick<Handled, 'accepts'> {
  return status === 'Pending' ? {} : { accepts: status === 'Accepted' };
}
