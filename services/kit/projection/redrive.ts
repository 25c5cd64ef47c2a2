// Re-drives parked keys: reads their events again from where they wait, up to where the projection stands.
import type { LogReader, PartitionBatch } from '#kit/event-log/types';
import { Fault } from '#kit/fault';
import { applyEvents, type ApplyParts } from '#kit/projection/apply-events';
import type { Advance } from '#kit/projection/fence';
import { readBatches, type ReadEvent } from '#kit/projection/fold-batch';
import type { OpenReader } from '#kit/projection/owned-partitions';
import type { ParkedKey } from '#kit/projection/parking';

export type Redriven = { readonly unparked: readonly ParkedKey[]; readonly stillParked: readonly ParkedKey[] };

export type RedriveParts<S, Events, Emission> = ApplyParts<S, Events, Emission> & {
  /** Opens a reader of its own, so that the running one keeps its place. */
  readonly openReader: OpenReader;
};

const roundEventsMax = 20_000;
const readRecordsMax = 5_000;
const silenceMsMax = 30_000;

/**
 * Brings parked keys of one partition up to the position and unparks them; a key that meets poison again waits there.
 * Runs between two batches, so the position stands still. In rounds of bounded size, each one fenced transaction as in
 * applyEvents: a crash between two rounds leaves the keys parked where the last round brought them.
 */
export async function redrivePartition<S, Events, Emission>(
  parts: RedriveParts<S, Events, Emission>,
  standing: Advance,
  keys: readonly ParkedKey[],
): Promise<Redriven> {
  let waiting = new Map(keys.map((parked) => [parked.key, parked]));
  const stuck: ParkedKey[] = [];
  const unparked: ParkedKey[] = [];
  let lost: Error | undefined;
  const reader = await parts.openReader(parts.projection.topic, (_partition, fault) => {
    // The topic no longer holds where a key waits: next() ends, and the re-drive says why.
    lost = fault;
    void reader.close();
  });
  try {
    let from = Math.min(...keys.map((parked) => parked.firstOffset));
    reader.assign(standing.partition, from);
    while (waiting.size > 0) {
      const round = await readRound(parts, reader, { from, to: standing.to, waiting });
      const isLast = round.reached >= standing.to;
      const places = [...waiting.values()];
      const work = await applyEvents(parts, {
        events: round.events,
        advances: [standing],
        ...(isLast ? { unpark: places } : { repark: movedTo(round.reached, places) }),
      });
      for (const parked of work.parked) waiting.delete(parked.key);
      stuck.push(...work.parked);
      if (isLast) unparked.push(...waiting.values());
      waiting = isLast
        ? new Map()
        : new Map(movedTo(round.reached, [...waiting.values()]).map((each) => [each.key, each]));
      from = round.reached;
    }
  } catch (error) {
    throw lost ?? error;
  } finally {
    await reader.close();
  }
  return { unparked, stillParked: stuck };
}

/** A key that waits further on than the round came is not touched by it. */
function movedTo(offset: number, places: readonly ParkedKey[]): ParkedKey[] {
  return places.map((place) => ({ ...place, firstOffset: Math.max(place.firstOffset, offset) }));
}

type Range = { readonly from: number; readonly to: number; readonly waiting: ReadonlyMap<string, ParkedKey> };

async function readRound<S, Events, Emission>(
  { projection }: RedriveParts<S, Events, Emission>,
  reader: LogReader,
  { from, to, waiting }: Range,
): Promise<{ events: ReadEvent<Events[keyof Events]>[]; reached: number }> {
  const events: ReadEvent<Events[keyof Events]>[] = [];
  let reached = from;
  while (reached < to && events.length < roundEventsMax) {
    for (const batch of await nextOrFault(reader)) {
      const records = batch.records.filter(({ offset, key }) => {
        const parked = waiting.get(key);
        return offset >= reached && offset < to && parked !== undefined && offset >= parked.firstOffset;
      });
      if (records.length > 0) events.push(...readBatches(projection, [{ ...batch, records }], () => false).events);
      reached = Math.max(reached, (batch.records.at(-1)?.offset ?? 0) + 1);
    }
  }
  return { events, reached: Math.min(reached, to) };
}

// Everything below the position was there once. Silence means that the log is away, or no longer holds it.
async function nextOrFault(reader: LogReader): Promise<PartitionBatch[]> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Fault('LOG_UNAVAILABLE', { detail: 'the log gives no records to re-drive' })),
      silenceMsMax,
    );
  });
  try {
    const batches = await Promise.race([reader.next(readRecordsMax), silence]);
    if (batches.length === 0) throw new Fault('LOG_CLOSED');
    return batches;
  } finally {
    clearTimeout(timer);
  }
}
