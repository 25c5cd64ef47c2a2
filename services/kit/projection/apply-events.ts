// Applies events: states in, fold, emissions to the log, then rows, position and parked keys in one transaction.
import type { PoolClient } from 'pg';
import type { LogWriter } from '#kit/event-log/types';
import { failpoint } from '#kit/failpoint';
import type { Logger } from '#kit/logger';
import { type Database, sqlStateOf, transaction } from '#kit/postgres';
import { appendAll, type Addressed } from '#kit/projection/append-all';
import { buryAll } from '#kit/projection/dead-letter';
import { type Advance, advancePositions, checkPositions } from '#kit/projection/fence';
import { foldEvents, type ReadEvent, type Work } from '#kit/projection/fold-batch';
import { parkKeys, type ParkedKey, unparkKeys } from '#kit/projection/parking';
import { schemaOf } from '#kit/projection/schema';
import type { StateCache } from '#kit/projection/state-cache';
import type { Projection } from '#kit/projection/types';

export type ApplyParts<S, Events, Emission> = {
  readonly projection: Projection<S, Events, Emission>;
  readonly database: Database;
  /** Takes emissions, and copies of events that parked a key. */
  readonly writer: LogWriter | undefined;
  /** Drops what the fold says; states and rows are the same. */
  readonly muted: boolean;
  readonly cache: StateCache<S>;
  readonly logger: Logger;
};

export type Application<Event> = {
  readonly events: readonly ReadEvent<Event>[];
  /** Where the partitions stand and where they move to; equal where a re-drive catches up behind the position. */
  readonly advances: readonly Advance[];
  /** Keys that a re-drive brought up to the position, unless their events park them again. */
  readonly unpark?: readonly ParkedKey[];
  /** Keys that a re-drive brought further; they wait at their new place. */
  readonly repark?: readonly ParkedKey[];
};

/**
 * 1. states, 2. fold, 3. emissions acknowledged, 4. rows, parked keys and position in one transaction, 5. cache.
 * A crash before 4 repeats 1-3: the fold is a function of the same states and events, so 3 appends the same bytes again
 * and readers drop them by their version. A crash after 4 repeats nothing.
 * Throws FenceBroken, Fault DATABASE_UNAVAILABLE or LOG_*; the caller then asks the database where it stands.
 */
export async function applyEvents<S, Events, Emission>(
  parts: ApplyParts<S, Events, Emission>,
  application: Application<Events[keyof Events]>,
): Promise<Work<S>> {
  const { projection, cache } = parts;
  const states = await statesFor(parts, application);
  const work = foldEvents(projection, application.events, { states, muted: parts.muted });
  await failpoint('projection.before-emit');
  await speak(parts, work);
  await failpoint('projection.before-rows');
  const refused = await commit(parts, application, work);
  await failpoint('projection.after-commit');
  for (const [key, state] of work.changed) if (!refused.has(key)) cache.set(key, state);
  return refused.size === 0 ? work : withRefused(work, refused);
}

// The snapshot proves that position and states belong together. Without that a process that lost its partition could fold
// old events onto newer states, and emit what nobody's fold says.
async function statesFor<S, Events, Emission>(
  { projection, database, cache }: ApplyParts<S, Events, Emission>,
  { events, advances }: Application<Events[keyof Events]>,
): Promise<ReadonlyMap<string, S>> {
  const eventsByKey = new Map<string, Events[keyof Events][]>();
  for (const { key, content } of events) {
    const ofKey = eventsByKey.get(key) ?? [];
    eventsByKey.set(key, ofKey);
    if (content.kind === 'event') ofKey.push(content.event);
  }
  const states = new Map<string, S>();
  const missing: string[] = [];
  for (const key of eventsByKey.keys()) {
    const cached = cache.get(key);
    if (cached === undefined) missing.push(key);
    else states.set(key, cached);
  }
  const { complete } = projection;
  if (missing.length === 0 && (complete === undefined || eventsByKey.size === 0)) return states;
  return transaction(
    database,
    async (client) => {
      await checkPositions(client, advances);
      if (missing.length > 0) {
        for (const [key, state] of await projection.load(client, missing)) states.set(key, state);
      }
      if (complete === undefined) return states;
      const batch = new Map([...eventsByKey].map(([key, ofKey]) => [key, { state: states.get(key), events: ofKey }]));
      return complete(client, batch);
    },
    { schema: schemaOf(projection), snapshot: 'read-only' },
  );
}

async function speak<S, Events, Emission>(
  { projection, writer, logger }: ApplyParts<S, Events, Emission>,
  work: Work<S>,
): Promise<void> {
  if (writer === undefined) return;
  const { emitTo } = projection;
  const emitted: Addressed[] =
    emitTo === undefined ? [] : work.emitted.map((each) => ({ topic: emitTo.topic.name, ...each }));
  await appendAll(writer, emitted);
  const dead = work.deadLetters.map(({ parked: { partition, reason, detail }, record }) => ({
    partition,
    record,
    reason,
    detail,
  }));
  await buryAll(writer, projection.topic.name, dead, logger);
}

async function commit<S, Events, Emission>(
  { projection, database, logger }: ApplyParts<S, Events, Emission>,
  application: Application<Events[keyof Events]>,
  work: Work<S>,
): Promise<ReadonlyMap<string, ParkedKey>> {
  const write = async (client: PoolClient, save: () => Promise<ReadonlyMap<string, ParkedKey>>) => {
    await advancePositions(client, application.advances);
    const refused = await save();
    await settleParking(client, application, [...work.parked, ...refused.values()]);
    await failpoint('projection.before-commit');
    return refused;
  };
  const options = { schema: schemaOf(projection) };
  try {
    return await transaction(
      database,
      (client) =>
        write(client, async () => {
          if (work.changed.size > 0) await projection.save(client, work.changed);
          return new Map();
        }),
      options,
    );
  } catch (error) {
    if (!isRowsFault(error)) throw error;
    logger.error({ err: error, projection: projection.name }, 'rows refused; saving key by key to find whose');
    return transaction(
      database,
      (client) => write(client, () => saveKeyByKey(client, { projection, application, work })),
      options,
    );
  }
}

/** Classes 22 (data), 23 (integrity) and 54 (limits, as a text too long for its index): the rows are at fault, not the database. */
function isRowsFault(error: unknown): boolean {
  return /^(22|23|54)/.test(sqlStateOf(error) ?? '');
}

type KeyByKey<S, Events, Emission> = {
  readonly projection: Projection<S, Events, Emission>;
  readonly application: Application<Events[keyof Events]>;
  readonly work: Work<S>;
};

// One key's rows must not stop the others: each is saved under a savepoint, and one that is refused parks its key where
// this batch found it.
async function saveKeyByKey<S, Events, Emission>(
  client: PoolClient,
  { projection, application, work }: KeyByKey<S, Events, Emission>,
): Promise<ReadonlyMap<string, ParkedKey>> {
  const refused = new Map<string, ParkedKey>();
  for (const [key, state] of work.changed) {
    await client.query('savepoint one_key');
    try {
      await projection.save(client, new Map([[key, state]]));
      await client.query('release savepoint one_key');
    } catch (error) {
      if (!isRowsFault(error)) throw error;
      await client.query('rollback to savepoint one_key');
      const first = application.events.find((event) => event.key === key);
      if (first === undefined) throw error;
      const { partition, offset } = first.at;
      refused.set(key, { partition, key, firstOffset: offset, reason: 'rows-refused', detail: String(error) });
    }
  }
  return refused;
}

async function settleParking<Event>(
  client: PoolClient,
  { unpark = [], repark = [] }: Application<Event>,
  parked: readonly ParkedKey[],
): Promise<void> {
  const parkedNow = new Set(parked.map(({ key }) => key));
  for (const { partition, key } of unpark) if (!parkedNow.has(key)) await unparkKeys(client, partition, [key]);
  // A key may be poison in one event and refused in an earlier one: the earlier place counts, and it comes last.
  const places = new Map([...repark, ...parked].map((each) => [each.key, each]));
  await parkKeys(client, [...places.values()]);
}

function withRefused<S>(work: Work<S>, refused: ReadonlyMap<string, ParkedKey>): Work<S> {
  const kept = work.parked.filter(({ key }) => !refused.has(key));
  const changed = new Map([...work.changed].filter(([key]) => !refused.has(key)));
  return { ...work, changed, parked: [...kept, ...refused.values()] };
}
