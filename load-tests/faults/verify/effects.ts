// I2: one session per natural key with the fleet's energy, one CDR per ended session with the fleet's price. Pure.
import { compareStation, type Audit, type PlatformSession } from '#load-tests/fleet/audit-sessions';
import type { FleetModel, ModelSession } from '#load-tests/fleet/model';
import type { StationLog } from '#load-tests/faults/verify/station-log';
import type { Check, Violation } from '#load-tests/faults/verify/verdict';

export type Effects = Check & {
  readonly sessions: number;
  readonly endsAcknowledged: number;
  readonly energyMilliWh: string;
  readonly energyFoundMilliWh: string;
};

/** @param found all sessions of the read model; those of stations that the fleet does not know count as invented. */
export function checkSessions(
  model: FleetModel,
  found: readonly PlatformSession[],
  logs: ReadonlyMap<string, StationLog>,
): Effects {
  const expected = byStation([...model.sessions.values()]);
  const there = byStation(found);
  const stations = new Set([...expected.keys(), ...there.keys()]);
  const audits = [...stations].map((stationId) =>
    compareStation(expected.get(stationId) ?? [], there.get(stationId) ?? [], model.sinceMs),
  );
  const sum = (pick: (audit: Audit) => number): bigint =>
    audits.reduce((total, audit) => total + BigInt(pick(audit)), 0n);
  return {
    invariant: 'I2',
    checked: audits.reduce((total, { sessionsFound }) => total + sessionsFound, 0),
    violations: audits.flatMap((audit) => audit.differences.map((each) => violationOf(each, model, logs))),
    sessions: found.length,
    endsAcknowledged: audits.reduce((total, { endsAcknowledged }) => total + endsAcknowledged, 0),
    energyMilliWh: String(sum(({ energyAcknowledgedMilliWh }) => energyAcknowledgedMilliWh)),
    energyFoundMilliWh: String(sum(({ energyFoundMilliWh }) => energyFoundMilliWh)),
  };
}

function byStation<T extends { readonly stationId: string }>(items: readonly T[]): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(item.stationId);
    if (group === undefined) groups.set(item.stationId, [item]);
    else group.push(item);
  }
  return groups;
}

function violationOf(
  { kind, session, expected, found }: Audit['differences'][number],
  model: FleetModel,
  logs: ReadonlyMap<string, StationLog>,
): Violation {
  const known = model.sessions.get(session);
  const hop = known === undefined || isInLog(known, logs) ? 'log → sessions' : 'gateway → log';
  return { invariant: 'I2', hop, subject: `${session} (${kind})`, expected, found };
}

function isInLog(session: ModelSession, logs: ReadonlyMap<string, StationLog>): boolean {
  const log = logs.get(session.stationId);
  const isEndThere = session.endedAtMs === null || log?.ends.has(session.endedAtMs) === true;
  return log?.starts.has(session.startedAtMs) === true && isEndThere;
}
