// Whether a card may charge here: the platform's word, else the station's own list and cache, else what it does with strangers.
import { outageOf } from '#load-tests/fleet/answers/availability';
import { entryOf, remember } from '#load-tests/fleet/answers/local-list';
import { reservationAt } from '#load-tests/fleet/answers/reservations';
import type { Dialect } from '#load-tests/fleet/dialect';
import type { Facilities } from '#load-tests/fleet/facilities';
import type { CallOutcome } from '#load-tests/fleet/rpc';
import type { Settings } from '#load-tests/fleet/settings';

export type CardReader = { readonly dialect: Dialect; readonly facilities: Facilities; readonly settings: Settings };

export type CardVerdict = { readonly isAllowed: boolean; readonly groupUid: string | undefined };

/** `outcome` undefined: there was nobody to ask. */
export function verdictOf(reader: CardReader, uid: string, outcome: CallOutcome | undefined): CardVerdict {
  const { dialect, facilities, settings } = reader;
  if (outcome?.kind === 'result') {
    const isAllowed = dialect.isAuthorized(outcome.payload);
    const groupUid = dialect.groupOf(outcome.payload);
    remember(facilities, uid, { isAccepted: isAllowed, groupUid });
    return { isAllowed, groupUid };
  }
  if (outcome?.kind === 'error') return { isAllowed: false, groupUid: undefined };
  const known = entryOf(facilities, uid);
  return { isAllowed: known?.isAccepted ?? settings.startOffline === 1, groupUid: known?.groupUid };
}

/** Why nobody, or only some, can charge at an EVSE that nobody uses. */
export function conditionOf(
  facilities: Facilities,
  evseId: number,
): 'reserved' | 'unavailable' | 'faulted' | undefined {
  const outage = outageOf(facilities, evseId);
  if (outage !== undefined) return outage;
  return reservationAt(facilities, evseId) === undefined ? undefined : 'reserved';
}
