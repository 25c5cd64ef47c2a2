// Whether a station meets the condition of a rule now: per subject opens, clears, or keeps what is (between both borders).
import type { AlertCondition } from '#contracts/alerting';
import type { Watch } from './watch.ts';

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
      return connectors(condition, ['Faulted'], station, nowMs);
    case 'stuck':
      return connectors(condition, condition.statuses, station, nowMs);
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

function whole(verdict: Finding['verdict'], since: number, cause: string, detail: Finding['detail'] = {}): Finding {
  return { evseId: null, connectorId: null, verdict, since, cause, detail };
}

/** A station that never connected is not offline: it was never there. */
function offline(condition: Of<'offline'>, { watch }: Station, nowMs: number): Finding {
  const { connected, connectivitySince: since, connectivityOffset } = watch;
  return whole(held(condition, !connected && watch.firstSeenAt > 0, nowMs - since), since, String(connectivityOffset));
}

function held(
  {
    opensAfterSeconds,
    closesAfterSeconds,
  }: { readonly opensAfterSeconds: number; readonly closesAfterSeconds: number },
  isMet: boolean,
  forMs: number,
): Finding['verdict'] {
  if (isMet) return forMs >= opensAfterSeconds * 1_000 ? 'opens' : 'keeps';
  return forMs >= closesAfterSeconds * 1_000 ? 'clears' : 'keeps';
}

/** What an absent station's connectors do nobody knows: it opens and clears nothing. */
function connectors(
  condition: Of<'faulted'> | Of<'stuck'>,
  statuses: readonly string[],
  { watch }: Station,
  nowMs: number,
): readonly Finding[] {
  return watch.connectors.map(({ evseId, connectorId, status, since, offset }) => {
    const verdict = watch.connected ? held(condition, statuses.includes(status), nowMs - since) : 'keeps';
    return { evseId, connectorId, verdict, since, cause: String(offset), detail: { status } };
  });
}

/** While it is not connected its offline rule speaks; what is open stays so. */
function noSession(
  condition: Of<'no-session'>,
  { watch, succeededAt, othersSucceededAt }: Station,
  nowMs: number,
): Finding {
  const since = Math.max(succeededAt, watch.firstSeenAt);
  const afterMs = condition.opensAfterHours * hourMs;
  const detail: Finding['detail'] = succeededAt === 0 ? {} : { lastSessionAt: new Date(succeededAt).toISOString() };
  const finding = (verdict: Finding['verdict']): Finding => whole(verdict, since, String(since), detail);
  if (watch.firstSeenAt === 0 || nowMs - since < afterMs) return finding('clears');
  const isAlone = condition.whileOthersCharge && nowMs - othersSucceededAt >= afterMs;
  return finding(watch.connected && !isAlone ? 'opens' : 'keeps');
}

function refusedStarts(condition: Of<'refused-starts'>, { watch }: Station, nowMs: number): Finding {
  const { windowMinutes, measure, startsMin, opensAt, closesAt } = condition;
  const fromMs = nowMs - windowMinutes * 60_000;
  const starts = watch.starts.filter(({ at }) => at > fromMs);
  const refused = starts.filter((start) => start.refused);
  const [first] = refused;
  // Whole numbers on both sides of the border: no rounding decides.
  const [value, scale] = measure === 'count' ? [refused.length, 1] : [refused.length * 100, starts.length];
  const detail = { refused: refused.length, starts: starts.length };
  const finding = (verdict: Finding['verdict']): Finding =>
    whole(verdict, first?.at ?? nowMs, String(first?.offset ?? -1), detail);
  if (first === undefined || value <= closesAt * scale) return finding('clears');
  return finding(starts.length >= startsMin && value >= opensAt * scale ? 'opens' : 'keeps');
}

function drifted(condition: Of<'drift'>, { drift }: Station, nowMs: number): Finding {
  if (drift === null) return whole('clears', nowMs, '');
  const { differs, since, variables } = drift;
  return whole(held(condition, differs, nowMs - since), since, String(since), differs ? { variables } : {});
}

function certificateExpiry(condition: Of<'certificate-expiry'>, { watch }: Station, nowMs: number): Finding {
  const [next] = watch.certificates
    .flatMap(({ expiresAt, ...rest }) => (expiresAt === null ? [] : [{ ...rest, expiresAt }]))
    .toSorted((left, right) => left.expiresAt - right.expiresAt || left.hashes.localeCompare(right.hashes));
  if (next === undefined) return whole('clears', nowMs, '');
  const { expiresAt, certificateType, hashes } = next;
  const since = expiresAt - condition.opensWithinDays * dayMs;
  const detail = { certificateType, expiresAt: new Date(expiresAt).toISOString() };
  const finding = (verdict: Finding['verdict']): Finding => whole(verdict, since, `${hashes}@${expiresAt}`, detail);
  if (nowMs >= since) return finding('opens');
  return finding(expiresAt - nowMs > condition.closesBeyondDays * dayMs ? 'clears' : 'keeps');
}
