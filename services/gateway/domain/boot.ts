// Whether a station that boots may work, by its policy in the registry.
import type { StationRegistered } from '#contracts/generated/types';

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
