// Readings came: of a session where they name one or can only mean one, else they are the station's and no news here.
import type { MeterValuesSampled, Reading } from './events.ts';
import { meterAfterEnd, noFlags, type Flags } from './flags.ts';
import { isAtPlaceOf, isPlace, keyOfKnown, latestOf, latestOfKey, namesTransaction } from './join.ts';
import { priceReadingOf, readingKeyOf, rememberReading, withRegister } from './meter.ts';
import { meantBy, onlyLive } from './nameless.ts';
import { draftOf, fillPlace, openWithoutStart } from './open.ts';
import { meterStopOf, type Draft, type Position, type Session } from './session.ts';
import { clockFlags, timeOf } from './timestamps.ts';
import { untouched, useId, type Touched } from './touched.ts';

export function metered(sessions: readonly Session[], event: MeterValuesSampled, at: Position): readonly Touched[] {
  const before = sessionOf(sessions, event);
  if (before === undefined && !claimsTransaction(event)) return untouched;
  const after = before === undefined ? openWithoutStart(event, at) : draftOf(before);
  useId(after, event);
  fillPlace(after, event);
  const news = takeReadings(after, event);
  if (before === undefined) return [{ before, after }];
  if (news === 0 && before.idUsed === after.idUsed) return untouched;
  after.flags |= afterEndFlags(before, after, event);
  return [{ before, after }];
}

function sessionOf(sessions: readonly Session[], event: MeterValuesSampled): Session | undefined {
  if (namesTransaction(event.transactionId)) return latestOf(sessions, event.transactionId);
  // Readings that name no transaction at all may be of the whole station: only the same place makes them the session's.
  const isSomewhere = isPlace(event.evseId);
  const only = isSomewhere ? onlyLive(sessions, event) : meantBy(sessions, { ...event, tokenRef: null });
  if (event.transactionId === null) return only !== undefined && isAtPlaceOf(only, event) ? only : undefined;
  return only ?? (claimsTransaction(event) ? latestOfKey(sessions, keyOfKnown(event)) : undefined);
}

/** -1 says that there is a transaction (1.6 errata 3.18); 0 and none are also sent by idle stations, at every interval. */
export function claimsTransaction({ transactionId }: MeterValuesSampled): boolean {
  return namesTransaction(transactionId) || transactionId === '-1';
}

/** Counts the readings that were news. */
function takeReadings(draft: Draft, event: MeterValuesSampled): number {
  const { meta } = event;
  const until = draft.life.phase === 'ended' ? draft.life.endedAt : undefined;
  const known = draft.pending.length;
  const pending = [...draft.pending];
  let news = 0;
  for (const reading of event.readings) {
    const at = reading.sampledAt ?? timeOf(meta.occurredAt, meta.recordedAt);
    if (!rememberReading(draft, readingKeyOf(at, reading.context))) continue;
    news++;
    draft.flags |= clockFlags(reading.sampledAt, meta.recordedAt);
    takeRegister(draft, at, reading, until);
    const priced = priceReadingOf(at, reading);
    if (priced !== null) pending.push(priced);
  }
  if (pending.length > known) draft.pending = pending;
  return news;
}

function takeRegister(draft: Draft, at: number, reading: Reading, until: number | undefined): void {
  const { energyImportMilliWh: milliWh, powerImportMilliW: powerMilliW, context } = reading;
  if (milliWh !== null) withRegister(draft, { at, milliWh, powerMilliW }, context, until);
}

/** Readings after the end matter where they change the energy that was told, or say that energy flowed on. */
function afterEndFlags(before: Session, after: Session, event: MeterValuesSampled): Flags {
  const { life } = after;
  if (life.phase === 'charging') return noFlags;
  const stop = meterStopOf(after);
  if (stop !== meterStopOf(before) || before.meter.start?.milliWh !== after.meter.start?.milliWh) return meterAfterEnd;
  const flowedOn = event.readings.some(
    ({ sampledAt, energyImportMilliWh }) =>
      sampledAt !== null &&
      sampledAt > life.endedAt &&
      energyImportMilliWh !== null &&
      stop !== null &&
      energyImportMilliWh > stop,
  );
  return flowedOn ? meterAfterEnd : noFlags;
}
