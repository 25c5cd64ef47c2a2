// I3: within a connection the log has the order in which the station spoke, and a session's start before what follows. Pure.
import type { FleetModel, ModelSession } from '#load-tests/fleet/model';
import type { LoggedEvent, StationLog } from '#load-tests/faults/verify/station-log';
import type { Check, Violation } from '#load-tests/faults/verify/verdict';

/** @param events all of the topic, in the order of each partition. */
export function checkOrder(
  model: FleetModel,
  events: readonly LoggedEvent[],
  logs: ReadonlyMap<string, StationLog>,
): Check {
  const connections = checkConnections(events);
  const sessions = [...model.sessions.values()].map((session) => checkSession(session, logs.get(session.stationId)));
  const parts = [connections, ...sessions];
  return {
    invariant: 'I3',
    checked: parts.reduce((sum, part) => sum + part.checked, 0),
    violations: parts.flatMap((part) => part.violations),
  };
}

type Part = Pick<Check, 'checked' | 'violations'>;

/** A record may stand in the log twice (a producer in doubt sends again); what is new must count upwards. */
function checkConnections(events: readonly LoggedEvent[]): Part {
  const seen = new Map<string, { highest: number; seqs: Set<number> }>();
  const violations: Violation[] = [];
  let checked = 0;
  for (const { record } of events) {
    if (!('meta' in record)) continue;
    const { stationId, connectionEpoch, seq } = record.meta;
    if (connectionEpoch === null || seq === null) continue;
    checked += 1;
    const subject = `${stationId}, connection ${connectionEpoch}`;
    const connection = seen.get(subject) ?? { highest: -1, seqs: new Set() };
    seen.set(subject, connection);
    if (connection.seqs.has(seq)) continue;
    connection.seqs.add(seq);
    if (seq < connection.highest) {
      const expected = `event ${seq} before event ${connection.highest}`;
      violations.push({ invariant: 'I3', hop: 'gateway → log', subject, expected, found: 'it behind that' });
    }
    connection.highest = Math.max(connection.highest, seq);
  }
  return { checked, violations };
}

/** A station sends one transaction message at a time, so each stands in the log before the next one first does. */
function checkSession(session: ModelSession, log: StationLog | undefined): Part {
  if (log === undefined || session.start !== 'acknowledged') return { checked: 0, violations: [] };
  const spoken = [
    session.startedAtMs,
    ...session.factsAtMs,
    ...(session.endedAtMs === null ? [] : [session.endedAtMs]),
  ];
  const inLog = spoken
    .toSorted((a, b) => a - b)
    .flatMap((atMs) => {
      const offset = log.facts.get(atMs);
      return offset === undefined ? [] : [{ atMs, offset }];
    });
  const violations: Violation[] = [];
  for (const [index, { atMs, offset }] of inLog.entries()) {
    const before = inLog[index - 1];
    // The readings of one message share its offset.
    if (before === undefined || before.offset <= offset) continue;
    const expected = `the message of ${new Date(before.atMs).toISOString()} before that of ${new Date(atMs).toISOString()}`;
    violations.push({ invariant: 'I3', hop: 'gateway → log', subject: session.key, expected, found: 'them reversed' });
  }
  return { checked: inLog.length, violations };
}
