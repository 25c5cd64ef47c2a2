import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import type { RowBinaryInsert } from '#kit/clickhouse';
import { RowBinaryWriter } from '#kit/clickhouse/row-binary';
import type { PartitionBatch, TopicSpec } from '#kit/event-log/types';
import { Fault } from '#kit/fault';
import { type Database, openDatabase, transaction } from '#kit/postgres';
import { claimPartitions } from '#kit/projection/fence';
import type { SinkBatch } from '#kit/sink/blocks';
import { lockRebuild } from '#kit/projection/rebuild-state';
import { takenLockOf, takeSink } from '#kit/sink/ownership';
import { type RunningSink, runSink, type SinkOptions } from '#kit/sink/runner';
import { createFakeLog, type FakeLog } from '../projection/fake-log.ts';
import { createTrialDatabase, logger, type TrialDatabase, until } from '../trial.ts';

const topic: TopicSpec = { name: 'numbers.v1', partitions: 3, cleanup: 'delete', retentionMs: -1 };

let trial: TrialDatabase;
let database: Database;
let names = 0;

before(async () => {
  trial = await createTrialDatabase();
  database = await openDatabase({ url: trial.url, role: trial.role('sinking'), schema: 'sinking_own', poolMax: 4 });
});

// A test that fails leaves its sink running; closing twice is nothing.
const running: RunningSink[] = [];

after(async () => {
  for (const sink of running) await sink.close();
  await database.close();
  await trial.drop();
});

/** A store that keeps what it is given and drops a token that it has seen, as the engine does. */
type FakeStore = {
  insertRowBinary(insert: RowBinaryInsert): Promise<void>;
  readonly attempts: string[];
  /** Numbers in the table, in order of arrival. */
  readonly numbers: number[];
  /** What happens to the next inserts: nothing arrives, it arrives and no answer comes, or all is well. */
  readonly fates: ('lost' | 'stored-unanswered')[];
};

function createFakeStore(): FakeStore {
  const tokens = new Set<string>();
  const store: FakeStore = {
    attempts: [],
    numbers: [],
    fates: [],
    async insertRowBinary({ rows, deduplicationToken }) {
      store.attempts.push(deduplicationToken);
      const fate = store.fates.shift();
      if (fate === 'lost') throw new Fault('TIMESERIES_UNAVAILABLE');
      if (!tokens.has(deduplicationToken)) {
        tokens.add(deduplicationToken);
        const bytes = Buffer.from(rows);
        for (let at = 0; at < bytes.length; at += 4) store.numbers.push(bytes.readUInt32LE(at));
      }
      if (fate !== undefined) throw new Fault('TIMESERIES_UNAVAILABLE');
    },
  };
  return store;
}

function toBlocks(batches: readonly PartitionBatch[]): SinkBatch {
  const writer = new RowBinaryWriter();
  const refused: SinkBatch['refused'][number][] = [];
  for (const { partition, records } of batches) {
    for (const record of records) {
      const number: unknown = JSON.parse(String(record.value));
      if (typeof number === 'number') {
        writer.uint32(number);
        writer.endRow();
      } else {
        refused.push({ partition, record, reason: 'not-a-number', detail: 'not a number' });
      }
    }
  }
  const rowCount = writer.rows;
  return { blocks: [{ table: 'numbers', columns: ['n'], rows: writer.take(), rowCount }], refused };
}

type Trial = {
  readonly name: string;
  readonly log: FakeLog;
  readonly store: FakeStore;
  run(options?: Partial<SinkOptions>): Promise<RunningSink>;
};

function newTrial(): Trial {
  names += 1;
  const name = `numbers${names}`;
  const log = createFakeLog();
  const store = createFakeStore();
  const run = async (options: Partial<SinkOptions> = {}): Promise<RunningSink> => {
    const sink = await runSink({
      name,
      topic,
      types: ['Number'],
      toBlocks,
      openReader: log.openReader,
      database,
      clickhouse: store,
      writer: log.writer,
      logger,
      flushMs: 20,
      ...options,
    });
    running.push(sink);
    return sink;
  };
  return { name, log, store, run };
}

function append(log: FakeLog, partition: number, ...numbers: unknown[]): void {
  log.append(
    topic.name,
    partition,
    numbers.map((number) => ({ key: 'k', type: 'Number', value: Buffer.from(JSON.stringify(number)) })),
  );
}

function stands(sink: RunningSink, nextOffsets: readonly number[]): () => boolean {
  return () =>
    nextOffsets.every((nextOffset, partition) => sink.status().partitions[partition]?.nextOffset === nextOffset);
}

test('one insert carries all partitions of a flush', async () => {
  const { log, store, run } = newTrial();
  append(log, 0, 1, 2);
  append(log, 1, 3);
  append(log, 2, 4);
  const sink = await run();
  await until('flushed', stands(sink, [2, 1, 1]));
  await sink.close();
  assert.deepEqual(store.numbers, [1, 2, 3, 4]);
  assert.equal(store.attempts.length, 1);
});

test('a store that is away gets the same cut under the same token until it has it', async () => {
  const { log, store, run } = newTrial();
  store.fates.push('lost', 'stored-unanswered', 'lost');
  append(log, 0, 1, 2);
  const sink = await run();
  await until('tried', () => store.attempts.length >= 2);
  append(log, 0, 3);
  await until('flushed', stands(sink, [3, 0, 0]));
  await sink.close();
  assert.deepEqual(store.numbers, [1, 2, 3]);
  assert.equal(new Set(store.attempts.slice(0, 4)).size, 1);
});

test('a crash between insert and position cuts the same ranges again, whatever came since', async () => {
  const { log, store, run } = newTrial();
  store.fates.push('stored-unanswered');
  append(log, 0, 1, 2);
  append(log, 1, 3);
  const first = await run();
  await until('stored without an answer', () => store.attempts.length === 1);
  await first.close();
  assert.deepEqual(first.status().partitions[0]?.nextOffset, 0);
  append(log, 0, 4);
  append(log, 2, 5);
  const second = await run();
  await until('flushed', stands(second, [3, 1, 1]));
  await second.close();
  assert.deepEqual(store.numbers, [1, 2, 3, 4, 5]);
  assert.equal(store.attempts[1], store.attempts[0]);
  assert.notEqual(store.attempts[2], store.attempts[0]);
});

test('who lost a partition moves nothing any more, and the new owner inserts the same cut', async () => {
  const { name, log, store, run } = newTrial();
  const old = await run();
  append(log, 0, 1);
  await until('old owner flushed', stands(old, [1, 0, 0]));
  await transaction(database, (client) => claimPartitions(client, new Map([[0, 0]])), { schema: `sink_${name}` });
  append(log, 0, 2);
  append(log, 1, 3);
  await until('left', () => old.status().partitions[0]?.stopped === 'ownership-lost');
  await until('kept', () => old.status().partitions[1]?.nextOffset === 1);
  assert.deepEqual(store.numbers, [1, 3]);
  await old.close();
  const newcomer = await run();
  await until('newcomer flushed', stands(newcomer, [2, 1, 0]));
  await newcomer.close();
  assert.deepEqual(store.numbers, [1, 3, 2]);
});

test('records that cannot be read are copied to the dead letters, once per cut, and the others go on', async () => {
  const { log, store, run } = newTrial();
  append(log, 0, 1, 'seven', 2);
  log.append(topic.name, 0, [{ key: 'k', type: 'Number', value: Buffer.from('{') }]);
  append(log, 0, 3);
  const sink = await run();
  await until('flushed', stands(sink, [5, 0, 0]));
  await sink.close();
  assert.deepEqual(store.numbers, [1, 2, 3]);
  const reasons = log
    .records(`${topic.name}.dlq`)
    .map((record) => (JSON.parse(String(record.value)) as { offset: number; reason: string }).reason);
  assert.deepEqual(reasons.toSorted(), ['not-a-number', 'unreadable']);
});

test('types that the sink does not read move the position without an insert', async () => {
  const { log, store, run } = newTrial();
  log.append(topic.name, 0, [{ key: 'k', type: 'Word', value: Buffer.from('no number') }]);
  const sink = await run();
  await until('passed over', stands(sink, [1, 0, 0]));
  await sink.close();
  assert.deepEqual(store.attempts, []);
});

test('a gap stops its partition; the others go on', async () => {
  const { log, store, run } = newTrial();
  append(log, 0, 1, 2, 3);
  log.cutHole(topic.name, 0, 1);
  append(log, 1, 4);
  const sink = await run();
  await until('flushed up to the gap', stands(sink, [1, 1, 0]));
  assert.equal(sink.status().partitions[0]?.stopped, 'gap');
  await sink.close();
  assert.deepEqual(store.numbers, [1, 4]);
});

test('what a topic of days let go before it was read is passed over where the sink may miss it, noted cuts too', async () => {
  const { log, store, run } = newTrial();
  append(log, 0, 1, 2);
  append(log, 1, 3);
  const first = await run({ mayMiss: true });
  await until('flushed', stands(first, [2, 1, 0]));
  store.fates.push(...Array.from({ length: 50 }, () => 'lost' as const));
  append(log, 0, 4, 5, 6);
  await until('a cut is noted', () => store.attempts.length > 1);
  await first.close();
  store.fates.length = 0;
  for (const offset of [0, 1, 2, 3]) log.cutHole(topic.name, 0, offset);
  const again = await run({ mayMiss: true });
  await until('what is left is there', stands(again, [5, 1, 0]));
  append(log, 1, 7);
  await until('and what comes', stands(again, [5, 2, 0]));
  await again.close();
  assert.deepEqual(store.numbers, [1, 2, 3, 6, 7]);
  assert.equal(again.status().partitions[0]?.stopped, null);
});

test('however it crashes, every number arrives once and in order', async () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const random = seeded(seed);
  const { log, store, run } = newTrial();
  const expected: number[][] = [[], [], []];
  for (let n = 0; n < 200; n += 1) {
    const partition = Math.floor(random() * 3);
    append(log, partition, partition * 1_000 + n);
    expected[partition]?.push(partition * 1_000 + n);
  }
  log.handOutMax = 9;
  for (let life = 0; life < 6; life += 1) {
    for (let fate = 0; fate < 4; fate += 1)
      if (random() < 0.6) store.fates.push(random() < 0.5 ? 'lost' : 'stored-unanswered');
    const sink = await run({ flushRecordsMax: 1 + Math.floor(random() * 30), flushMs: 5 });
    const attempts = store.attempts.length;
    await until(
      `seed ${seed}: life ${life}`,
      () => store.attempts.length > attempts + 2 || store.numbers.length === 200,
    );
    await sink.close();
    store.fates.length = 0;
  }
  const last = await run();
  await until(
    `seed ${seed}: all`,
    stands(
      last,
      expected.map((numbers) => numbers.length),
    ),
  );
  await last.close();
  for (const [partition, numbers] of expected.entries()) {
    const arrived = store.numbers.filter((number) => Math.floor(number / 1_000) === partition);
    assert.deepEqual(arrived, numbers, `seed ${seed}, partition ${partition}`);
  }
});

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test('a sink that a rebuild took stands still while that holds it, and goes on where it stood', async () => {
  const { name, log, store, run } = newTrial();
  append(log, 0, 1);
  const sink = await run();
  await until('flushed', stands(sink, [1, 0, 0]));
  const hold = await lockRebuild(database, takenLockOf(name));
  await until('taken between two cuts', async () => (await takeSink(database, name)) !== undefined);
  append(log, 0, 2);
  append(log, 1, 3);
  await until('it stands still', () => sink.status().partitions.every(({ stopped }) => stopped === 'ownership-lost'));
  const started = await run();
  assert.ok(started.status().partitions.every(({ stopped }) => stopped === 'ownership-lost'));
  await started.close();
  assert.deepEqual(store.numbers, [1]);
  await hold.release();
  await until('it goes on', stands(sink, [2, 1, 0]));
  await sink.close();
  assert.deepEqual(store.numbers, [1, 2, 3]);
});
