// What charging profiles allow at a moment, and over a span of time: pure; stack levels, recurrence, the least of all purposes.
import type { OCPP21 } from 'typed-ocpp';

export type Purpose = 'station-max' | 'external' | 'tx-default' | 'tx' | 'priority' | 'local';

export type RateUnit = 'W' | 'A';

export type Period = { readonly startSeconds: number; readonly limit: number; readonly phases: number };

/** A profile of any version. Times are epoch ms. */
export type Profile = {
  readonly id: number;
  /** 0: the station as a whole, or any of its EVSEs. */
  readonly evseId: number;
  readonly stackLevel: number;
  readonly purpose: Purpose;
  readonly kind: 'absolute' | 'recurring' | 'relative' | 'dynamic';
  readonly recurrence: 'daily' | 'weekly' | undefined;
  readonly validFromMs: number;
  readonly validToMs: number;
  readonly transactionId: string | undefined;
  readonly receivedAtMs: number;
  readonly startMs: number | undefined;
  readonly durationMs: number;
  readonly unit: RateUnit;
  readonly periods: readonly Period[];
  /** As it came, for the report that 2.x has. */
  readonly wire: OCPP21.SetChargingProfileRequest['chargingProfile'] | undefined;
};

/** The EVSE that is asked about. */
export type Circumstances = {
  readonly evseId: number;
  readonly evses: number;
  /** What the hardware can do. */
  readonly maxPowerW: number;
  readonly transactionId: string | undefined;
  readonly startedAtMs: number | undefined;
  readonly hasPriority: boolean;
};

export type Step = { readonly startSeconds: number; readonly powerW: number };

const voltageV = 230;
const phasesByDefault = 3;
const dayMs = 86_400_000;
const stepsMax = 1024;

/** Power that the EVSE may draw at that moment. */
export function powerLimitAt(profiles: readonly Profile[], at: Circumstances, atMs: number): number {
  const own = at.hasPriority
    ? (limitOf(profiles, at, atMs, 'priority') ?? sessionLimit(profiles, at, atMs))
    : sessionLimit(profiles, at, atMs);
  const shared = ['station-max', 'external'] as const;
  const ofStation = shared
    .map((purpose) => limitOf(profiles, at, atMs, purpose))
    .filter((limit) => limit !== undefined);
  // The station's own limit is shared among its EVSEs in equal parts.
  const share = ofStation.map((limit) => (at.evseId === 0 ? limit : limit / at.evses));
  return Math.max(0, Math.floor(Math.min(at.maxPowerW, own ?? Number.POSITIVE_INFINITY, ...share)));
}

/** The composite schedule of the span, steps of equal power joined. */
export function compositeOf(
  profiles: readonly Profile[],
  at: Circumstances,
  span: { readonly fromMs: number; readonly durationSeconds: number },
): Step[] {
  const toMs = span.fromMs + span.durationSeconds * 1000;
  const changes = new Set([span.fromMs]);
  for (const profile of profiles)
    for (const changeMs of changesOf(profile, at, span.fromMs, toMs))
      if (changes.size < stepsMax) changes.add(changeMs);
  const steps: Step[] = [];
  for (const changeMs of [...changes].toSorted((a, b) => a - b)) {
    const powerW = powerLimitAt(profiles, at, changeMs);
    if (steps.at(-1)?.powerW === powerW) continue;
    steps.push({ startSeconds: Math.round((changeMs - span.fromMs) / 1000), powerW });
  }
  return steps;
}

export function rateOf(powerW: number, unit: RateUnit): number {
  // One decimal is what OCPP 1.6 allows.
  return unit === 'W' ? powerW : Math.floor((powerW * 10) / (voltageV * phasesByDefault)) / 10;
}

/** The transaction's own profile goes before the default one (1.6 section 3.13.1, 2.x K01). */
function sessionLimit(profiles: readonly Profile[], at: Circumstances, atMs: number): number | undefined {
  return limitOf(profiles, at, atMs, 'tx') ?? limitOf(profiles, at, atMs, 'tx-default');
}

/** Of a purpose the highest stack level that says something now; an EVSE's own default goes before the common one. */
function limitOf(profiles: readonly Profile[], at: Circumstances, atMs: number, purpose: Purpose): number | undefined {
  let best: { readonly profile: Profile; readonly powerW: number } | undefined;
  for (const profile of profiles) {
    if (profile.purpose !== purpose || !concerns(profile, at)) continue;
    const powerW = powerOf(profile, at, atMs);
    if (powerW === undefined || (best !== undefined && !isAbove(profile, best.profile))) continue;
    best = { profile, powerW };
  }
  return best?.powerW;
}

function isAbove(one: Profile, other: Profile): boolean {
  if (one.stackLevel !== other.stackLevel) return one.stackLevel > other.stackLevel;
  return one.evseId > other.evseId;
}

function concerns(profile: Profile, at: Circumstances): boolean {
  if (profile.evseId !== 0 && profile.evseId !== at.evseId) return false;
  if (profile.purpose !== 'tx') return true;
  if (at.transactionId === undefined) return false;
  return profile.transactionId === undefined || profile.transactionId === at.transactionId;
}

function powerOf(profile: Profile, at: Circumstances, atMs: number): number | undefined {
  if (atMs < profile.validFromMs || atMs >= profile.validToMs) return undefined;
  const startMs = startOf(profile, at, atMs);
  if (startMs === undefined || atMs < startMs || atMs >= startMs + profile.durationMs) return undefined;
  const elapsedSeconds = (atMs - startMs) / 1000;
  const period = profile.periods.findLast((each) => each.startSeconds <= elapsedSeconds);
  if (period === undefined) return undefined;
  return profile.unit === 'W' ? period.limit : period.limit * voltageV * period.phases;
}

/** When the schedule that counts at that moment began. */
function startOf(profile: Profile, at: Circumstances, atMs: number): number | undefined {
  const { startMs = profile.receivedAtMs } = profile;
  if (profile.kind === 'relative')
    return at.startedAtMs ?? (at.transactionId === undefined ? profile.receivedAtMs : undefined);
  if (profile.kind !== 'recurring') return startMs;
  const everyMs = recurrenceMs(profile);
  return atMs < startMs ? undefined : startMs + Math.floor((atMs - startMs) / everyMs) * everyMs;
}

function recurrenceMs(profile: Profile): number {
  return profile.recurrence === 'weekly' ? 7 * dayMs : dayMs;
}

/** Moments of the span at which the profile may say something new. */
function changesOf(profile: Profile, at: Circumstances, fromMs: number, toMs: number): number[] {
  const starts: number[] = [];
  const first = startOf(profile, at, fromMs) ?? profile.startMs;
  if (first !== undefined && profile.kind !== 'recurring') starts.push(first);
  if (first !== undefined && profile.kind === 'recurring')
    for (let startMs = first; startMs < toMs; startMs += recurrenceMs(profile)) starts.push(startMs);
  const within = starts.flatMap((startMs) => [
    ...profile.periods.map(({ startSeconds }) => startMs + startSeconds * 1000),
    startMs + profile.durationMs,
  ]);
  return [...within, profile.validFromMs, profile.validToMs].filter((atMs) => atMs > fromMs && atMs < toMs);
}
