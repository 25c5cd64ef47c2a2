// What transactions tell of their station: a reservation that is used, a remote start that is one, profiles and messages that end, the station's clock.
import type { Meta } from '#contracts/generated/types';
import { withoutEarlier, withoutTransaction as profilesWithout } from './charging-profiles.ts';
import { withSample } from './clock-offset.ts';
import { withDetail } from './detail-fold.ts';
import { withoutTransaction as messagesWithout } from './display-messages.ts';
import type { TransactionEnded, TransactionStarted, TransactionUpdated } from './events.ts';
import { usedBy } from './reservations.ts';
import { startsAfter, startsNamed } from './starts.ts';
import { before, standingOf, toldOf } from './standing.ts';
import type { Station } from './station.ts';

type Position = { readonly offset: number };
type Folded = { readonly state: Station };

/** Transactions count from any connection; each effect happens once by itself, so that they need not move the fence. */
export const transactionFold = {
  TransactionStarted: started,
  TransactionUpdated: updated,
  TransactionEnded: ended,
};

function started(state: Station | undefined, event: TransactionStarted, at: Position): Folded {
  const station = withUse(withClock(before(state, event.meta), event), event, at);
  const earlier = { evseId: event.evseId, at: event.meta.occurredAt ?? event.meta.recordedAt };
  const profiles = withoutEarlier(station.details.chargingProfiles, earlier);
  const limited = withDetail(station, 'chargingProfiles', profiles);
  return { state: withDetail(limited, 'starts', startsAfter(station.details.starts, event)) };
}

function updated(state: Station | undefined, event: TransactionUpdated, at: Position): Folded {
  const station = withUse(before(state, event.meta), event, at);
  return { state: withDetail(station, 'starts', startsNamed(station.details.starts, event)) };
}

function ended(state: Station | undefined, event: TransactionEnded, at: Position): Folded {
  const station = withUse(withClock(before(state, event.meta), event), event, at);
  const { chargingProfiles, displayMessages } = station.details;
  const unlimited = withDetail(station, 'chargingProfiles', profilesWithout(chargingProfiles, event));
  const silent = withDetail(unlimited, 'displayMessages', messagesWithout(displayMessages, event.transactionId));
  return { state: withDetail(silent, 'starts', startsNamed(station.details.starts, event)) };
}

type Using = { readonly meta: Meta; readonly transactionId: string; readonly reservationId: number | null };

function withUse(station: Station, { meta, transactionId, reservationId }: Using, at: Position): Station {
  if (reservationId === null) return station;
  const used = usedBy(station.details.reservations ?? [], { reservationId, transactionId }, toldOf(station, meta, at));
  return used.length === 0 ? station : withDetail(station, 'reservations', used);
}

/** Only a message that says that it was not kept offline was dated when it was sent. */
function withClock(
  station: Station,
  { meta, offline }: { readonly meta: Meta; readonly offline: boolean | null },
): Station {
  const { occurredAt, recordedAt } = meta;
  if (offline !== false || occurredAt === null || standingOf(station, meta) !== 'live') return station;
  return { ...station, clockSamples: withSample(station.clockSamples, occurredAt - recordedAt) };
}
