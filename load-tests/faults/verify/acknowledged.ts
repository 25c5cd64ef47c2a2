// I1: each start, end, update and reading that a station saw acknowledged is in the log. Pure.
import type { FleetModel, ModelSession } from '#load-tests/fleet/model';
import type { StationLog } from '#load-tests/faults/verify/station-log';
import type { Check, Violation } from '#load-tests/faults/verify/verdict';

export function checkAcknowledged(model: FleetModel, logs: ReadonlyMap<string, StationLog>): Check {
  const violations: Violation[] = [];
  let checked = 0;
  for (const session of model.sessions.values()) {
    const log = logs.get(session.stationId);
    const missing = (what: string, atMs: number, at: ReadonlyMap<number, number> | undefined): void => {
      checked += 1;
      if (at?.has(atMs) === true) return;
      const expected = `${what} of ${new Date(atMs).toISOString()}`;
      violations.push({ invariant: 'I1', hop: 'gateway → log', subject: session.key, expected, found: 'nothing' });
    };
    if (session.start === 'acknowledged') missing('the start', session.startedAtMs, log?.starts);
    for (const atMs of session.factsAtMs) missing('a message', atMs, log?.facts);
    const endedAtMs = acknowledgedEndOf(session);
    if (endedAtMs !== undefined) missing('the end', endedAtMs, log?.ends);
  }
  return { invariant: 'I1', checked, violations };
}

function acknowledgedEndOf({ end, endedAtMs }: ModelSession): number | undefined {
  return end === 'acknowledged' && endedAtMs !== null ? endedAtMs : undefined;
}
