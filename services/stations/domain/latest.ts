// The latest word on each of a few things of a station: wanted availability, composite schedules, limits from elsewhere, the local list.
import type {
  AvailabilityChanged,
  ChargingLimitChanged,
  CompositeScheduleReported,
  LocalListReported,
} from '#contracts/generated/types';
import type { Told } from './standing.ts';

/** Where and when an entry was told last. */
type Telling = { readonly reportedAt: number; readonly epoch: number };

export type Availability = Telling & {
  /** 0: the whole station, or an EVSE itself. */
  readonly evseId: number;
  readonly connectorId: number;
  readonly operative: boolean;
  readonly scheduled: boolean;
};

export type CompositeSchedule = Telling & {
  readonly evseId: number;
  readonly startsAt: number | null;
  readonly durationSeconds: number | null;
  readonly unit: string | null;
  readonly periodsJson: string;
};

export type ChargingLimit = Telling & {
  readonly evseId: number;
  readonly source: string;
  /** It is kept, so that what an older connection tells late does not bring it back. */
  readonly cleared: boolean;
  readonly isGridCritical: boolean | null;
  readonly isLocalGeneration: boolean | null;
  readonly schedulesJson: string | null;
};

export type LocalList = Telling & { readonly version: number; readonly updateType: string | null };

/** More of one kind than a station can have; the oldest go. */
export const entriesKeptMax = 200;
/** As many characters of schedules: a message may hold a quarter of a million. */
export const scheduleCharsMax = 2_000_000;

export function availabilityAfter(
  known: readonly Availability[] | null,
  { evseId, connectorId, operative, scheduled }: AvailabilityChanged,
  told: Told,
): readonly Availability[] {
  const place = { evseId: evseId ?? 0, connectorId: connectorId ?? 0 };
  const entry = { ...place, operative, scheduled, ...tellingOf(told) };
  return put(known ?? [], entry, (each) => each.evseId === place.evseId && each.connectorId === place.connectorId);
}

export function compositeSchedulesAfter(
  known: readonly CompositeSchedule[] | null,
  { evseId, startsAt, durationSeconds, unit, periodsJson }: CompositeScheduleReported,
  told: Told,
): readonly CompositeSchedule[] {
  const entry = { evseId, startsAt, durationSeconds, unit, periodsJson, ...tellingOf(told) };
  return withinChars(
    put(known ?? [], entry, (each) => each.evseId === evseId),
    (each) => each.periodsJson.length,
  );
}

export function chargingLimitsAfter(
  known: readonly ChargingLimit[] | null,
  event: ChargingLimitChanged,
  told: Told,
): readonly ChargingLimit[] {
  const { source, cleared, isGridCritical, isLocalGeneration, schedulesJson } = event;
  const telling = tellingOf(told);
  const evseId = event.evseId ?? 0;
  const entry = { evseId, source, cleared, isGridCritical, isLocalGeneration, schedulesJson, ...telling };
  const limits = withinChars(
    put(known ?? [], entry, (each) => each.evseId === evseId && each.source === source),
    (each) => each.schedulesJson?.length ?? 0,
  );
  if (!cleared || event.evseId !== null) return limits;
  // 2.x K13: without an EVSE the limit of that source is gone everywhere.
  const isCleared = (each: ChargingLimit): boolean => each.source === source && each.epoch <= told.epoch;
  return limits.map((each) => (isCleared(each) ? { ...each, cleared, ...telling } : each));
}

export function localListAfter(
  known: LocalList | null,
  { version, updateType }: LocalListReported,
  told: Told,
): LocalList {
  if (known !== null && known.epoch > told.epoch) return known;
  return { version, updateType: updateType ?? null, ...tellingOf(told) };
}

function tellingOf({ at, epoch }: Told): Telling {
  return { reportedAt: at, epoch };
}

function withinChars<Entry>(entries: readonly Entry[], charsOf: (entry: Entry) => number): readonly Entry[] {
  let chars = 0;
  const first = entries.findLastIndex((each) => (chars += charsOf(each)) > scheduleCharsMax);
  return first === -1 ? entries : entries.slice(first + 1);
}

function put<Entry extends Telling>(
  entries: readonly Entry[],
  entry: Entry,
  isSame: (each: Entry) => boolean,
): readonly Entry[] {
  const known = entries.find(isSame);
  if (known === undefined) return [...entries, entry].slice(-entriesKeptMax);
  if (known.epoch > entry.epoch) return entries;
  return entries.map((each) => (each === known ? entry : each));
}
