// Folds records into states, purely: what to skip, what changed, what to say, which key must wait. No database, no clock.
import type { AppendRecord, LogRecord, PartitionBatch } from '#kit/event-log/types';
import type { ParkedKey, ParkingReason } from '#kit/projection/parking';
import type { Folded, Position, Projection } from '#kit/projection/types';

/** An event that the fold reads, decoded; or poison, found where it stands. */
export type ReadEvent<Event> = {
  readonly at: Position;
  readonly key: string;
  readonly type: string;
  readonly record: LogRecord;
  readonly content:
    | { readonly kind: 'event'; readonly event: Event }
    | { readonly kind: 'poison'; readonly reason: ParkingReason; readonly detail: string };
};

export type SkipReason = 'type-not-read' | 'key-parked' | 'tombstone';

export type ReadBatch<Event> = {
  readonly events: readonly ReadEvent<Event>[];
  readonly skipped: Readonly<Record<SkipReason, number>>;
};

/** Without a topic: for that of the projection's emissions. */
export type Emitted = { readonly topic?: string; readonly partition: number; readonly record: AppendRecord };
export type DeadLetter = { readonly parked: ParkedKey; readonly record: LogRecord };

/** What a run of events made. Of every key: its last state, if that differs from the one it began with. */
export type Work<S> = {
  readonly changed: ReadonlyMap<string, S>;
  readonly emitted: readonly Emitted[];
  readonly parked: readonly ParkedKey[];
  readonly deadLetters: readonly DeadLetter[];
  readonly appliedByType: ReadonlyMap<string, number>;
};

const emissionBytesMax = 900 * 1024;

type Step<S, Event, Emission> = (state: S | undefined, event: Event, at: Position) => Folded<S, Emission>;

/** Decodes what the fold reads, in the order of the log; skips other types by their header, and keys that wait. */
export function readBatches<S, Events, Emission>(
  projection: Projection<S, Events, Emission>,
  batches: readonly PartitionBatch[],
  isParked: (partition: number, key: string) => boolean,
): ReadBatch<Events[keyof Events]> {
  const events: ReadEvent<Events[keyof Events]>[] = [];
  const skipped = { 'type-not-read': 0, 'key-parked': 0, tombstone: 0 };
  for (const { partition, records } of batches) {
    for (const record of records) {
      if (!Object.hasOwn(projection.fold, record.type)) skipped['type-not-read'] += 1;
      else if (isParked(partition, record.key)) skipped['key-parked'] += 1;
      else if (record.value === null) skipped.tombstone += 1;
      else events.push(readRecord(projection, partition, { ...record, value: record.value }));
    }
  }
  return { events, skipped };
}

/**
 * Folds the events in their order. A poison event parks its key: what follows it of that key is left for a re-drive.
 * @param given.states of the events' keys; absent keys have none yet. Not written to.
 * @param given.muted whether emissions are dropped.
 */
export function foldEvents<S, Events, Emission>(
  projection: Projection<S, Events, Emission>,
  events: readonly ReadEvent<Events[keyof Events]>[],
  given: { readonly states: ReadonlyMap<string, S>; readonly muted: boolean },
): Work<S> {
  const { states, muted } = given;
  const steps = new Map<string, unknown>(Object.entries(projection.fold)) as ReadonlyMap<
    string,
    Step<S, Events[keyof Events], Emission>
  >;
  const changed = new Map<string, S>();
  const emitted: Emitted[] = [];
  const deadLetters = new Map<string, DeadLetter>();
  const appliedByType = new Map<string, number>();
  for (const read of events) {
    if (deadLetters.has(read.key)) continue;
    const before = changed.get(read.key) ?? states.get(read.key);
    const outcome = stepOver(projection, steps, { read, before, muted });
    if (outcome.kind === 'poison') {
      deadLetters.set(read.key, deadLetterOf(read, outcome.reason, outcome.detail));
      continue;
    }
    if (outcome.state !== before) changed.set(read.key, outcome.state);
    emitted.push(...outcome.emitted);
    appliedByType.set(read.type, (appliedByType.get(read.type) ?? 0) + 1);
  }
  const letters = [...deadLetters.values()];
  return { changed, emitted, parked: letters.map((letter) => letter.parked), deadLetters: letters, appliedByType };
}

type Outcome<S> =
  | { readonly kind: 'applied'; readonly state: S; readonly emitted: readonly Emitted[] }
  | { readonly kind: 'poison'; readonly reason: ParkingReason; readonly detail: string };

type Reached<S, Event> = {
  readonly read: ReadEvent<Event>;
  readonly before: S | undefined;
  readonly muted: boolean;
};

const nothing: readonly Emitted[] = [];

function stepOver<S, Events, Emission>(
  projection: Projection<S, Events, Emission>,
  steps: ReadonlyMap<string, Step<S, Events[keyof Events], Emission>>,
  { read, before, muted }: Reached<S, Events[keyof Events]>,
): Outcome<S> {
  if (read.content.kind === 'poison') return read.content;
  const step = steps.get(read.type);
  if (step === undefined) return { kind: 'poison', reason: 'fold-failed', detail: `no fold reads ${read.type}` };
  try {
    const folded = step(before, read.content.event, read.at);
    const emitted =
      muted || folded.emit === undefined
        ? nothing
        : folded.emit.map((emission) => emissionOf(projection, emission, read.at));
    return { kind: 'applied', state: folded.state, emitted };
  } catch (error) {
    return { kind: 'poison', reason: 'fold-failed', detail: String(error) };
  }
}

function emissionOf<S, Events, Emission>(
  projection: Projection<S, Events, Emission>,
  emission: Emission,
  at: Position,
): Emitted {
  if (projection.emitTo === undefined) throw new Error(`${projection.name} emits, but names no topic for it`);
  const emitted = projection.emitTo.toRecord(emission, at);
  const bytes = emitted.record.value?.length ?? 0;
  // The log would refuse it for ever; parked, it stops its key alone.
  if (bytes > emissionBytesMax) throw new Error(`an emission has ${bytes} bytes, more than ${emissionBytesMax}`);
  return emitted;
}

function readRecord<S, Events, Emission>(
  projection: Projection<S, Events, Emission>,
  partition: number,
  record: LogRecord & { readonly value: Buffer },
): ReadEvent<Events[keyof Events]> {
  const { key, type, offset, value } = record;
  const at = { partition, offset };
  try {
    return { at, key, type, record, content: { kind: 'event', event: projection.decode(value) } };
  } catch (error) {
    const reason = codeOf(error) === 'SCHEMA_UNKNOWN' ? 'schema-unknown' : 'unreadable';
    return { at, key, type, record, content: { kind: 'poison', reason, detail: String(error) } };
  }
}

function deadLetterOf(read: ReadEvent<unknown>, reason: ParkingReason, detail: string): DeadLetter {
  const { partition, offset } = read.at;
  return { parked: { partition, key: read.key, firstOffset: offset, reason, detail }, record: read.record };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
