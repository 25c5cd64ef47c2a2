// Compares the platform's sessions with the fleet's model: what was acknowledged must be there, once, exact to the milli-Wh.
import type { FleetModel, ModelSession } from '#load-tests/fleet/model';

/** A session as `GET /v1/sessions` tells it. */
export type PlatformSession = {
  readonly sessionId: string;
  readonly stationId: string;
  readonly transactionId: string | null;
  readonly state: 'charging' | 'ended';
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly meterStartMilliWh: number | null;
  readonly meterStopMilliWh: number | null;
  readonly energyMilliWh: number | null;
};

export type Difference = {
  readonly kind:
    | 'missing'
    | 'doubled'
    | 'not-ended'
    | 'ended-early'
    | 'start-differs'
    | 'energy-differs'
    | 'invented'
    | 'readings-missing';
  readonly stationId: string;
  readonly session: string;
  readonly expected: string;
  readonly found: string;
};

export type Audit = {
  readonly sessionsAcknowledged: number;
  /** Sent and never acknowledged: the platform may have them. */
  readonly sessionsOffered: number;
  readonly endsAcknowledged: number;
  readonly sessionsFound: number;
  /** Of the acknowledged ends, on both sides. */
  readonly energyAcknowledgedMilliWh: number;
  readonly energyFoundMilliWh: number;
  readonly differences: readonly Difference[];
};

export type FetchSessions = (stationId: string) => Promise<readonly PlatformSession[]>;

const fetchesAtOnce = 8;

/** Asks for the sessions of every station of the model and compares. Sessions from before the model began are left out. */
export async function auditSessions(model: FleetModel, fetchSessions: FetchSessions): Promise<Audit> {
  const byStation = new Map<string, ModelSession[]>();
  for (const session of model.sessions.values()) {
    const own = byStation.get(session.stationId);
    if (own === undefined) byStation.set(session.stationId, [session]);
    else own.push(session);
  }
  const parts: Audit[] = [];
  const stations = [...byStation];
  for (let first = 0; first < stations.length; first += fetchesAtOnce) {
    const batch = stations.slice(first, first + fetchesAtOnce);
    const compared = batch.map(async ([stationId, sessions]) =>
      compareStation(sessions, await fetchSessions(stationId), model.sinceMs),
    );
    parts.push(...(await Promise.all(compared)));
  }
  return sumOf(parts);
}

/** One station, pure. */
export function compareStation(
  expected: readonly ModelSession[],
  found: readonly PlatformSession[],
  sinceMs: number,
): Audit {
  const unclaimed = new Set(found);
  const differences: Difference[] = [];
  let energyFoundMilliWh = 0;
  for (const session of expected) {
    const matches = found.filter((each) => isSame(session, each));
    for (const match of matches) unclaimed.delete(match);
    differences.push(...compareSession(session, matches));
    if (session.end === 'acknowledged')
      energyFoundMilliWh += matches.reduce((sum, each) => sum + (each.energyMilliWh ?? 0), 0);
  }
  for (const stranger of unclaimed) {
    if (stranger.startedAt === null || Date.parse(stranger.startedAt) < sinceMs) continue;
    differences.push({
      kind: 'invented',
      stationId: stranger.stationId,
      session: stranger.sessionId,
      expected: 'nothing',
      found: `started ${stranger.startedAt}`,
    });
  }
  const ended = expected.filter((session) => session.end === 'acknowledged');
  return {
    sessionsAcknowledged: expected.filter((session) => session.start === 'acknowledged').length,
    sessionsOffered: expected.filter((session) => session.start !== 'acknowledged').length,
    endsAcknowledged: ended.length,
    sessionsFound: found.length - unclaimed.size,
    energyAcknowledgedMilliWh: ended.reduce((sum, session) => sum + energyOf(session), 0),
    energyFoundMilliWh,
    differences,
  };
}

/** By transactionId where the station knows it, else by what the start said. */
function isSame(session: ModelSession, candidate: PlatformSession): boolean {
  if (session.transactionId !== null && candidate.transactionId === session.transactionId) return true;
  return isSameStart(session, candidate);
}

function isSameStart(session: ModelSession, candidate: PlatformSession): boolean {
  if (candidate.startedAt === null || Date.parse(candidate.startedAt) !== session.startedAtMs) return false;
  return candidate.meterStartMilliWh === session.meterStartMilliWh;
}

function compareSession(session: ModelSession, matches: readonly PlatformSession[]): Difference[] {
  const differ = (kind: Difference['kind'], expected: string, found: string): Difference[] => [
    { kind, stationId: session.stationId, session: session.key, expected, found },
  ];
  const [match] = matches;
  if (matches.length > 1) return differ('doubled', '1 session', matches.map((each) => each.sessionId).join(', '));
  if (match === undefined)
    return session.start === 'acknowledged' ? differ('missing', `transaction ${session.transactionId}`, 'nothing') : [];
  if (!isSameStart(session, match)) {
    const start = `${new Date(session.startedAtMs).toISOString()} at ${session.meterStartMilliWh} mWh`;
    return differ('start-differs', start, `${match.startedAt} at ${match.meterStartMilliWh} mWh`);
  }
  if (match.state === 'charging')
    return session.end === 'acknowledged' ? differ('not-ended', 'ended', match.state) : [];
  // The start was given up, so the station's later messages named no transaction: whatever end it has is the platform's guess.
  if (session.start === 'dropped') return [];
  if (session.end === 'none') return differ('ended-early', 'charging', match.state);
  if (match.energyMilliWh === energyOf(session) && match.meterStopMilliWh === session.meterStopMilliWh) return [];
  return differ('energy-differs', `${energyOf(session)} mWh`, `${match.energyMilliWh} mWh`);
}

function energyOf(session: ModelSession): number {
  return (session.meterStopMilliWh ?? session.meterStartMilliWh) - session.meterStartMilliWh;
}

function sumOf(parts: readonly Audit[]): Audit {
  const total = (pick: (part: Audit) => number): number => parts.reduce((sum, part) => sum + pick(part), 0);
  return {
    sessionsAcknowledged: total((part) => part.sessionsAcknowledged),
    sessionsOffered: total((part) => part.sessionsOffered),
    endsAcknowledged: total((part) => part.endsAcknowledged),
    sessionsFound: total((part) => part.sessionsFound),
    energyAcknowledgedMilliWh: total((part) => part.energyAcknowledgedMilliWh),
    energyFoundMilliWh: total((part) => part.energyFoundMilliWh),
    differences: parts.flatMap((part) => part.differences),
  };
}
