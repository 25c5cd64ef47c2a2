// How a job goes through its stations: in which order and waves, at what pace, and when it stops.
import { createHash } from 'node:crypto';

/** A wave is so many stations, or so many percent of all. */
export type WaveSize = { readonly stations: number } | { readonly percent: number };

/**
 * Sizes of the waves for so many stations: the canaries, the waves, and in a last one whoever is left. None is empty, and
 * a percentage is rounded up.
 */
export function waveSizes(stations: number, canaries: number, waves: readonly WaveSize[]): number[] {
  const wanted = [canaries, ...waves.map((wave) => sizeOf(wave, stations)), stations];
  const sizes: number[] = [];
  let left = stations;
  for (const size of wanted) {
    const taken = Math.min(size, left);
    if (taken > 0) sizes.push(taken);
    left -= taken;
  }
  return sizes;
}

function sizeOf(wave: WaveSize, stations: number): number {
  return 'stations' in wave ? wave.stations : Math.ceil((stations * wave.percent) / 100);
}

/** The stations in the order in which they are asked: mixed, so that canaries are of every site; the same at every call. */
export function mixed(jobId: string, stationIds: readonly string[]): string[] {
  const placed = stationIds.map((stationId) => ({
    stationId,
    place: createHash('sha256').update(`${jobId}\0${stationId}`).digest('hex'),
  }));
  return placed.toSorted((a, b) => (a.place < b.place ? -1 : 1)).map(({ stationId }) => stationId);
}

/** Stations of one wave. open: asked, and not over. */
export type Counts = {
  readonly waiting: number;
  readonly open: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
};

export type StopRule = {
  /** Of a wave's stations, those that were skipped left out; null: failures stop nothing. */
  readonly stopAtFailedPercent: number | null;
  /** Whether a wave in which no station succeeded proves that the next one may begin. */
  readonly needsSuccess: boolean;
};

export type WaveStanding =
  | { readonly kind: 'running' }
  | { readonly kind: 'over' }
  | { readonly kind: 'stop'; readonly why: string };

/** Failures count as soon as they are known, against the whole wave: whoever is late cannot undo them. */
export function standingOfWave(counts: Counts, { stopAtFailedPercent, needsSuccess }: StopRule): WaveStanding {
  const { waiting, open, succeeded, failed, skipped } = counts;
  const counted = waiting + open + succeeded + failed;
  if (stopAtFailedPercent !== null && failed > 0 && failed * 100 >= stopAtFailedPercent * counted) {
    return { kind: 'stop', why: `${failed} of ${counted} stations failed; it stops at ${stopAtFailedPercent} %` };
  }
  if (waiting + open > 0) return { kind: 'running' };
  if (needsSuccess && succeeded === 0) return { kind: 'stop', why: `none of ${counted + skipped} stations succeeded` };
  return { kind: 'over' };
}

/** How many may be asked now, at most so many at once, and when the next one may. What was not used does not add up. */
export function paced(
  nextAskAtMs: number,
  nowMs: number,
  { perMinute, atOnceMax, tickMs }: { readonly perMinute: number; readonly atOnceMax: number; readonly tickMs: number },
): { readonly count: number; after(asked: number): number } {
  const apartMs = 60_000 / perMinute;
  // A look that comes late makes up for itself, and not for an hour.
  const from = Math.max(nextAskAtMs, nowMs - 2 * tickMs);
  const count = from > nowMs ? 0 : Math.min(atOnceMax, Math.floor((nowMs - from) / apartMs) + 1);
  return { count, after: (asked) => (asked === 0 ? nextAskAtMs : Math.ceil(from + asked * apartMs)) };
}

/** Hours of a day in which stations may be worked on, as the clock of a place shows them; it may span midnight. */
export type Hours = { readonly from: string; readonly until: string; readonly timeZone: string };

export function isWithin(hours: Hours | null, nowMs: number): boolean {
  if (hours === null) return true;
  const { from, until, timeZone } = hours;
  const now = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(nowMs);
  return from <= until ? from <= now && now < until : now >= from || now < until;
}
