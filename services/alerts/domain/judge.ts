// Whether a station meets the condition of a rule now: per subject opens, clears, or keeps what is (between both borders).
import type { AlertCondition } from '#contracts/alerting';
import { pluggedAs } from './plugs.ts';
import type { Watch, WatchedConnector } from './watch.ts';

/** A station as a rule sees it: folded state, its place, and who charged when. */
export type Station = {
  readonly watch: Watch;
  readonly locationId: string | null;
  readonly vendor: string | null;
  readonly model: string | null;
  /** Newest session of it that gave energy; 0: never. */
  readonly succeededAt: number;
  /** The same of the other stations of its location. */
  readonly othersSucceededAt: number;
  /** Whether its configuration differs from what it shall be, and since when we know; null: it never did. */
  readonly drift: Drift | null;
};

export type Drift = { readonly differs: boolean; readonly since: number; readonly variables: number };

export type Finding = {
  /** Null: of the whole station. */
  readonly evseId: number | null;
  readonly connectorId: number | null;
  readonly verdict: 'opens' | 'keeps' | 'clears';
  /** Without any news the verdict stays so before this time, ms; Infinity: for ever. */
  readonly until: number;
  /** Since when the condition holds, ms. */
  readonly since: number;
  /** The event or value that began it: the same cause is the same alert. */
  readonly cause: string;
  readonly detail: Readonly<Record<string, string | number>>;
};

type Of<K extends AlertCondition['kind']> = Extract<AlertCondition, { kind: K }>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export function judge(condition: AlertCondition, station: Station, nowMs: number): readonly Finding[] {
  switch (condition.kind) {
    case 'offline':
      return [offline(condition, station, nowMs)];
    case 'faulted':
      return connectors(condition, station, nowMs, (each) => ({ ...each, isMet: each.status === 'Faulted' }));
    case 'stuck':
      return connectors(condition, station, nowMs, (each) => {
        const plugged = pluggedAs(each, station.watch.transactions);
        return { ...plugged, isMet: condition.statuses.some((status) => status === plugged.status) };
      });
    case 'no-session':
      return [noSession(condition, station, nowMs)];
    case 'refused-starts':
      return [refusedStarts(condition, station, nowMs)];
    case 'certificate-expiry':
      return [certificateExpiry(condition, station, nowMs)];
    case 'drift':
      return [drifted(condition, station, nowMs)];
  }
}

type Judged = Pick<Finding, 'verdict' | 'until'>;
type About = Pick<Finding, 'since' | 'cause'> & { readonly detail?: Finding['detail'] };

function whole({ verdict, until }: Judged, { since, cause, detail = {} }: About): Finding {
  return { evseId: null, connectorId: null, verdict, until, since, cause, detail };
}

/** A station that never connected is not offline: it was never there. */
function offline(condition: Of<'offline'>, { watch }: Station, nowMs: number): Finding {
  const { connected, connectivitySince: since, connectivityOffset } = watch;
  const judged = held(condition, { isMet: !connected && watch.firstSeenAt > 0, since }, nowMs);
  return whole(judged, { since, cause: String(connectivityOffset) });
}

type Borders = { readonly opensAfterSeconds: number; readonly closesAfterSeconds: number };

function held(
  { opensAfterSeconds, closesAfterSeconds }: Borders,
  { isMet, since }: { readonly isMet: boolean; readonly since: number },
  nowMs: number,
): Judged {
  const border = since + (isMet ? opensAfterSeconds : closesAfterSeconds) * 1_000;
  if (nowMs < border) return { verdict: 'keeps', until: border };
  return { verdict: isMet ? 'opens' : 'clears', until: Infinity };
}

type Seen = Pick<WatchedConnector, 'status' | 'since' | 'offset'> & { readonly isMet: boolean };

/** What an absent station's connectors do nobody knows: it opens and clears nothing. */
function connectors(
  condition: Of<'faulted'> | Of<'stuck'>,
  { watch }: Station,
  nowMs: number,
  see: (connector: WatchedConnector) => Seen,
): readonly Finding[] {
  return watch.connectors.map((connector) => {
    const { status, since, offset, isMet } = see(connector);
    const judged = watch.connected ? held(condition, { isMet, since }, nowMs) : absent;
    const { evseId, connectorId } = connector;
    return { evseId, connectorId, ...judged, since, cause: String(offset), detail: { status } };
  });
}

const absent: Judged = { verdict: 'keeps', until: Infinity };

/** While it is not connected its offline rule speaks; what is open stays so. */
function noSession(
  condition: Of<'no-session'>,
  { watch, succeededAt, othersSucceededAt }: Station,
  nowMs: number,
): Finding {
  const since = Math.max(succeededAt, watch.firstSeenAt);
  const afterMs = condition.opensAfterHours * hourMs;
  const detail: Finding['detail'] = succeededAt === 0 ? {} : { lastSessionAt: new Date(succeededAt).toISOString() };
  const finding = (verdict: Finding['verdict'], until: number): Finding =>
    whole({ verdict, until }, { since, cause: String(since), detail });
  if (watch.firstSeenAt === 0) return finding('clears', Infinity);
  if (nowMs < since + afterMs) return finding('clears', since + afterMs);
  const othersUntil = condition.whileOthersCharge ? othersSucceededAt + afterMs : Infinity;
  return watch.connected && nowMs < othersUntil ? finding('opens', othersUntil) : finding('keeps', Infinity);
}

function refusedStarts(condition: Of<'refused-starts'>, { watch }: Station, nowMs: number): Finding {
  const { windowMinutes, measure, startsMin, opensAt, closesAt } = condition;
  const windowMs = windowMinutes * 60_000;
  const starts = watch.starts.filter(({ at }) => at > nowMs - windowMs);
  const refused = starts.filter((start) => start.refused);
  const [first] = refused;
  // Whole numbers on both sides of the border: no rounding decides.
  const [value, scale] = measure === 'count' ? [refused.length, 1] : [refused.length * 100, starts.length];
  const detail = { refused: refused.length, starts: starts.length };
  // The next of them to leave the window may change what is counted.
  const until = starts.reduce((soonest, { at }) => Math.min(soonest, at + windowMs), Infinity);
  const finding = (verdict: Finding['verdict']): Finding =>
    whole({ verdict, until }, { since: first?.at ?? nowMs, cause: String(first?.offset ?? -1), detail });
  if (first === undefined || value <= closesAt * scale) return finding('clears');
  return finding(starts.length >= startsMin && value >= opensAt * scale ? 'opens' : 'keeps');
}

function drifted(condition: Of<'drift'>, { drift }: Station, nowMs: number): Finding {
  if (drift === null) return whole(never, { since: nowMs, cause: '' });
  const { differs, since, variables } = drift;
  const judged = held(condition, { isMet: differs, since }, nowMs);
  return whole(judged, { since, cause: String(since), detail: differs ? { variables } : {} });
}

const never: Judged = { verdict: 'clears', until: Infinity };

function certificateExpiry(condition: Of<'certificate-expiry'>, { watch }: Station, nowMs: number): Finding {
  const [next] = watch.certificates
    .flatMap(({ expiresAt, ...rest }) => (expiresAt === null ? [] : [{ ...rest, expiresAt }]))
    .toSorted((left, right) => left.expiresAt - right.expiresAt || left.hashes.localeCompare(right.hashes));
  if (next === undefined) return whole(never, { since: nowMs, cause: '' });
  const { expiresAt, certificateType, hashes } = next;
  const since = expiresAt - condition.opensWithinDays * dayMs;
  const keepsFrom = expiresAt - condition.closesBeyondDays * dayMs;
  const detail = { certificateType, expiresAt: new Date(expiresAt).toISOString() };
  const finding = (verdict: Finding['verdict'], until: number): Finding =>
    whole({ verdict, until }, { since, cause: `${hashes}@${expiresAt}`, detail });
  if (nowMs >= since) return finding('opens', Infinity);
  return nowMs < keepsFrom ? finding('clears', keepsFrom) : finding('keeps', since);
}
