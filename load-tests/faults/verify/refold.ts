// I4: each read model in Postgres equals, row for row, an undisturbed fold of the same log into an empty database.
import pg from 'pg';
import { waitFor } from '#infra/local/wait';
import { openLogReader } from '#kit/event-log/reader';
import type { LogWriter } from '#kit/event-log/types';
import type { Logger } from '#kit/logger';
import { type Database, identifier, openDatabase } from '#kit/postgres';
import type { OpenReader } from '#kit/projection/owned-partitions';
import { boundedReader, type Positions } from '#load-tests/faults/verify/bounded-reader';
import type { Refoldable } from '#load-tests/faults/verify/projections';
import { rowsApart, type Snapshot, snapshotOf } from '#load-tests/faults/verify/table-hashes';
import type { Check, Violation } from '#load-tests/faults/verify/verdict';

export type RefoldParts = {
  readonly brokers: readonly string[];
  /** The platform's database. */
  readonly databaseUrl: string;
  /** An empty one on the same server: makeEmptyDatabase(). */
  readonly emptyUrl: string;
  readonly logger: Logger;
};

const poolMax = 4;
const foldTimeoutMs = 120_000;
const rowsShownMax = 3;
const rowCharsMax = 240;
export const readSettings = { fetchWaitMs: 100, fetchBytesMax: 8 * 1024 * 1024, bufferBytesMax: 32 * 1024 * 1024 };

/** Creates a database beside the platform's and returns its URL. */
export async function makeEmptyDatabase(databaseUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`create database ${identifier(name)}`);
  } finally {
    await client.end();
  }
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Compares at the positions at which the live one stands when asked: it may go on meanwhile. */
export async function checkRefold(projections: readonly Refoldable[], parts: RefoldParts): Promise<Check> {
  const violations: Violation[] = [];
  let checked = 0;
  for (const projection of projections) {
    const { service: role, name } = projection;
    const options = { role, schema: role, poolMax, logger: parts.logger };
    const live = await openDatabase({ ...options, url: parts.databaseUrl });
    const empty = await openDatabase({ ...options, url: parts.emptyUrl });
    try {
      const schema = `${name}_${projection.version}`;
      const expected = await snapshotOf(live, schema);
      await foldAgain(projection, { ...parts, database: empty, ends: expected.positions });
      const found = await snapshotOf(empty, schema);
      checked += expected.tables.reduce((sum, { rows }) => sum + rows, 0);
      violations.push(...(await compare({ name, schema, live, empty }, expected, found)));
    } finally {
      await live.close();
      await empty.close();
    }
  }
  return { invariant: 'I4', checked, violations };
}

/** Opens readers that end where the live read model stands. */
export function boundedReaders(brokers: readonly string[], ends: Positions, logger: Logger): OpenReader {
  return async (topic, onLost) =>
    boundedReader(
      await openLogReader({ ...readSettings, brokers, clientId: 'refold', topic: topic.name, onLost }, logger),
      ends,
    );
}

/** What a fold says is said already: it is acknowledged and forgotten. */
export const deafWriter: LogWriter = {
  append: async () => 0,
  queuedBytes: 0,
  oldestUnackedMs: () => 0,
  close: async () => {},
};

type Folding = Pick<RefoldParts, 'brokers' | 'logger'> & { readonly database: Database; readonly ends: Positions };

async function foldAgain(projection: Refoldable, { brokers, logger, database, ends }: Folding): Promise<void> {
  await projection.prepare(database);
  const openReader = boundedReaders(brokers, ends, logger);
  const running = await projection.fold({ database, openReader, writer: deafWriter, logger });
  try {
    await waitFor(
      async () => {
        const behind = running
          .status()
          .partitions.filter(({ partition, nextOffset }) => nextOffset < endOf(ends, partition));
        if (behind.length > 0) throw new Error(`${projection.name} does not reach the live position`);
      },
      { timeoutMs: foldTimeoutMs, everyMs: 20 },
    );
  } finally {
    await running.close();
  }
}

function endOf(ends: Positions, partition: number): number {
  return ends.get(partition) ?? 0;
}

type Compared = { readonly name: string; readonly schema: string; readonly live: Database; readonly empty: Database };

async function compare(about: Compared, expected: Snapshot, found: Snapshot): Promise<Violation[]> {
  const violations: Violation[] = [];
  const foundByTable = new Map(found.tables.map((each) => [each.table, each]));
  for (const { table, rows, sha256 } of expected.tables) {
    const again = foundByTable.get(table);
    if (again?.sha256 === sha256) continue;
    const { schema, live, empty } = about;
    const apart = await rowsApart(live, empty, { schema, table });
    violations.push({
      invariant: 'I4',
      hop: `log → ${about.name}`,
      subject: `${schema}.${table}`,
      expected: `${again?.rows ?? 0} rows as folded undisturbed, ${shown(apart.onlyOther)}`,
      found: `${rows} rows, ${shown(apart.onlyOne)}`,
    });
  }
  return violations;
}

function shown(rows: readonly string[]): string {
  const first = rows.slice(0, rowsShownMax).map((row) => row.slice(0, rowCharsMax));
  return `${rows.length} of them alone: ${first.join(' | ')}`;
}
