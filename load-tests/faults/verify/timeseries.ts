// I4 for ClickHouse: its tables, duplicates merged away, equal those that the same sinks make of the same log in an empty database.
import { waitFor } from '#infra/local/wait';
import type { Topics } from '#contracts/topics';
import { type ClickHouse, openClickHouse } from '#kit/clickhouse';
import { openDatabase } from '#kit/postgres';
import { type RunningSink, runSink } from '#kit/sink/runner';
import type { Positions } from '#load-tests/faults/verify/bounded-reader';
import { boundedReaders, type RefoldParts } from '#load-tests/faults/verify/refold';
import { positionsOf } from '#load-tests/faults/verify/table-hashes';
import type { Check, Violation } from '#load-tests/faults/verify/verdict';
import { sinksOf } from '#services/analytics/sinks/all';
import { insertingInto, prepareTimeseries } from '#services/analytics/timeseries';

export type TimeseriesParts = RefoldParts & { readonly clickhouseUrl: string; readonly topics: Topics };

const liveName = 'chargestream';
const againName = 'chargestream_refold';
const sinkTimeoutMs = 120_000;
const flushMs = 100;

/** The sinks must be at the ends of their topics: ClickHouse may be ahead of a position that is not. */
export async function checkTimeseries(parts: TimeseriesParts): Promise<Check> {
  const { databaseUrl, emptyUrl, clickhouseUrl, logger } = parts;
  const options = { role: 'analytics', schema: 'analytics', poolMax: 4, logger };
  const live = await openDatabase({ ...options, url: databaseUrl });
  const empty = await openDatabase({ ...options, url: emptyUrl });
  const clickhouse = openClickHouse({ url: clickhouseUrl, database: againName });
  try {
    const timeseries = { url: clickhouseUrl, database: againName };
    await prepareTimeseries(clickhouse, timeseries, { signal: AbortSignal.timeout(sinkTimeoutMs), logger });
    for (const sink of sinksOf(parts.topics)) {
      const ends = await positionsOf(live, `sink_${sink.name}`);
      const readers = boundedReaders(parts.brokers, ends, logger);
      const target = insertingInto(clickhouse);
      const running = await runSink({
        ...sink,
        openReader: readers,
        database: empty,
        clickhouse: target,
        logger,
        flushMs,
      });
      await reach(running, ends);
    }
    return await compareTables(clickhouse);
  } finally {
    await clickhouse.close();
    await live.close();
    await empty.close();
  }
}

async function reach(sink: RunningSink, ends: Positions): Promise<void> {
  try {
    await waitFor(
      async () => {
        const { name, partitions } = sink.status();
        const behind = partitions.filter(({ partition, nextOffset }) => nextOffset < (ends.get(partition) ?? 0));
        if (behind.length > 0) throw new Error(`the sink ${name} does not reach the live position`);
      },
      { timeoutMs: sinkTimeoutMs, everyMs: 20 },
    );
  } finally {
    await sink.close();
  }
}

type TableSum = { readonly rows: string; readonly hash: string };

async function compareTables(clickhouse: ClickHouse): Promise<Check> {
  const tables = await clickhouse.query<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = {live:String}
       AND (engine LIKE '%ReplacingMergeTree%' OR engine LIKE '%AggregatingMergeTree%') ORDER BY name`,
    { params: { live: liveName } },
  );
  const violations: Violation[] = [];
  let checked = 0;
  for (const { name } of tables) {
    if (name === 'schema_migrations') continue;
    const live = await sumOf(clickhouse, liveName, name);
    const again = await sumOf(clickhouse, againName, name);
    checked += Number(live.rows);
    if (live.rows === again.rows && live.hash === again.hash) continue;
    violations.push({
      invariant: 'I4',
      hop: 'log → ClickHouse',
      subject: `${liveName}.${name}`,
      expected: `${again.rows} rows of hash ${again.hash} as carried undisturbed`,
      found: `${live.rows} rows of hash ${live.hash}`,
    });
  }
  return { invariant: 'I4', checked, violations };
}

/** The text of a row holds its nulls too, which a hash of its columns would swallow. */
async function sumOf(clickhouse: ClickHouse, database: string, table: string): Promise<TableSum> {
  const [sum] = await clickhouse.query<TableSum>(
    `SELECT toString(count()) AS rows, toString(sum(cityHash64(toString(tuple(*))))) AS hash FROM ${database}.${table} FINAL`,
  );
  return sum ?? { rows: '0', hash: '0' };
}
