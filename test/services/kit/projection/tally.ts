// A small projection for tests: sums amounts per key, says each new hundred, and can be told to fail.
import type { PoolClient } from 'pg';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppendRecord, TopicSpec } from '#kit/event-log/types';
import type { Database } from '#kit/postgres';
import { prepareProjection } from '#kit/projection/schema';
import type { Projection } from '#kit/projection/types';

export type Tally = { readonly total: number; readonly events: number };
export type TallyEvents = { Added: { amount: number; type: 'Added' }; Doubled: { type: 'Doubled' } };
export type HundredReached = { readonly hundreds: number };

export const source: TopicSpec = { name: 'amounts.v1', partitions: 3, cleanup: 'delete', retentionMs: -1 };
export const target: TopicSpec = { name: 'hundreds.v1', partitions: 3, cleanup: 'delete', retentionMs: -1 };

/** Of its one migration. */
export const tallySql =
  'create table tallies (key text primary key, total bigint not null, events int not null check (events < 1000));';

export type TallyFaults = {
  /** Amount that the fold refuses; undefined: none. */
  poison?: number | undefined;
  /** Called before the rows are saved. */
  beforeSave?: (client: PoolClient) => Promise<void>;
};

export function tallyProjection(
  faults: TallyFaults = {},
  name = 'tally',
): Projection<Tally, TallyEvents, HundredReached> {
  return {
    name,
    version: 1,
    generation: 1,
    topic: source,
    fold: {
      Added: (state = { total: 0, events: 0 }, { amount }) => {
        if (amount === faults.poison) throw new Error('an amount that nobody expected');
        const total = state.total + amount;
        const next = { total, events: state.events + 1 };
        const hundreds = Math.floor(total / 100);
        return hundreds > Math.floor(state.total / 100) ? { state: next, emit: [{ hundreds }] } : { state: next };
      },
      Doubled: (state = { total: 0, events: 0 }) => ({ state: { total: state.total * 2, events: state.events + 1 } }),
    },
    decode: (value) => JSON.parse(Buffer.from(value).toString('utf8')) as TallyEvents[keyof TallyEvents],
    async load(client, keys) {
      const { rows } = await client.query<Tally & { key: string }>('select * from tallies where key = any($1)', [keys]);
      return new Map(rows.map(({ key, total, events }) => [key, { total, events }]));
    },
    async save(client, changed) {
      await faults.beforeSave?.(client);
      const entries = [...changed];
      await client.query(
        `insert into tallies (key, total, events) select * from unnest($1::text[], $2::bigint[], $3::int[])
         on conflict (key) do update set total = excluded.total, events = excluded.events`,
        [
          entries.map(([key]) => key),
          entries.map(([, state]) => state.total),
          entries.map(([, state]) => state.events),
        ],
      );
    },
    emitTo: {
      topic: target,
      toRecord: ({ hundreds }, at) => ({
        partition: at.partition,
        record: {
          key: `p${at.partition}`,
          type: 'HundredReached',
          value: Buffer.from(JSON.stringify({ hundreds, at })),
        },
      }),
    },
  };
}

/** Schema and tables of the projection, as its owner would prepare them. */
export async function prepareTally(database: Database, name = 'tally'): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'tally-sql-'));
  try {
    writeFileSync(join(directory, '001-tallies.sql'), tallySql);
    await prepareProjection(database, { name, version: 1, generation: 1, directory });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export function added(key: string, amount: number): AppendRecord {
  return { key, type: 'Added', value: Buffer.from(JSON.stringify({ type: 'Added', amount })) };
}

export function doubled(key: string): AppendRecord {
  return { key, type: 'Doubled', value: Buffer.from(JSON.stringify({ type: 'Doubled' })) };
}

export function tallies(database: Database, name = 'tally'): Promise<{ key: string; total: number; events: number }[]> {
  return database.query(`select * from ${name}.tallies order by key`);
}
