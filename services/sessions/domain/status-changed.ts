// The status of a connector says how its running session goes, where the protocol says it nowhere else (1.6).
import type { ConnectorStatusChanged } from './events.ts';
import { isAtPlaceOf } from './join.ts';
import { draftOf } from './open.ts';
import { isLive, type Session } from './session.ts';
import { timeOf } from './timestamps.ts';
import { applyState, untouched, type Touched } from './touched.ts';

/** Statuses of 1.6 that a vehicle at the connector is in while a transaction runs; 2.x knows none of them. */
const charging: ReadonlySet<string> = new Set(['Charging', 'SuspendedEV', 'SuspendedEVSE', 'Finishing']);

export function statusChanged(sessions: readonly Session[], event: ConnectorStatusChanged): readonly Touched[] {
  if (!charging.has(event.status)) return untouched;
  const [before, ...others] = sessions.filter((session) => isLive(session) && isAtPlaceOf(session, event));
  if (before === undefined || others.length > 0) return untouched;
  const after = draftOf(before);
  const { occurredAt, recordedAt } = event.meta;
  applyState(after, { at: timeOf(occurredAt, recordedAt), seqNo: -1, state: event.status });
  return before.chargingState === after.chargingState && before.pending === after.pending
    ? untouched
    : [{ before, after }];
}
