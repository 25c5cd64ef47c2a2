import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Fault } from '#kit/fault';
import { type Database, openDatabase, transaction } from '#kit/postgres';
import { claimPartitions } from '#kit/projection/fence';
import type { ProjectionOptions } from '#kit/projection/options';
import { runProjection, type RunningProjection } from '#kit/projection/runner';
import { openLine } from '../cuttable-line.ts';
import { createTrialDatabase, logger, type TrialDatabase, until } from '../trial.ts';
import { createFakeLog, type FakeLog } from './fake-log.ts';
import { added, doubled, prepareTally, source, tallies, type TallyFaults, tallyProjection, target } from './tally.ts';

let trial: TrialDatabase;
let database: Database;
let names = 0;

before(async () => {
  trial = await createTrialDatabase();
  database = await openDatabase({ url: trial.url, role: trial.role('counting'), schema: 'counting_own', poolMax: 4 });
});

// A test that fails leaves its projection running; closing twice is nothing.
const running: { close(): Promise<void> }[] = [];

after(async () => {
  for (const projection of running) await projection.close();
  await database.close();
  await trial.drop();
});

type Trial = { readonly name: string; readonly log: FakeLog; run(faults?: TallyFaults): Promise<RunningProjection> };

async function newTrial(options: Partial<ProjectionOptions> = {}): Promise<Trial> {
  names += 1;
  const name = `tally${names}`;
  const log = createFakeLog();
  await prepareTally(database, name);
  const run = async (faults: TallyFaults = {}): Promise<RunningProjection> => {
    const projection = await runProjection(tallyProjection(faults, name), {
      database,
      openReader: log.openReader,
      writer: log.writer,
      logger,
      ...options,
    });
    running.push(projection);
    return projection;
  };
  return { name, log, run };
}

function stands(projection: RunningProjection, partition: number, nextOffset: number): () => boolean {
  return () => projection.status().partitions.some((at) => at.partition === partition && at.nextOffset === nextOffset);
}

function hundreds(log: FakeLog): string[] {
  return log.records(target.name).map((record) => String(record.value));
}

test('events become rows and emissions; a restart begins where the rows stand', async () => {
  const { name, log, run } = await newTrial();
  log.append(source.name, 0, [added('a', 60), added('b', 5), added('a', 60)]);
  const first = await run();
  await until('first events applied', stands(first, 0, 3));
  await first.close();
  log.append(source.name, 0, [added('a', 100)]);
  const second = await run();
  await until('later event applied', stands(second, 0, 4));
  await second.close();
  assert.deepEqual(await tallies(database, name), [
    { key: 'a', total: 220, events: 3 },
    { key: 'b', total: 5, events: 1 },
  ]);
  assert.deepEqual(hundreds(log), [
    '{"hundreds":1,"at":{"partition":0,"offset":2}}',
    '{"hundreds":2,"at":{"partition":0,"offset":3}}',
  ]);
});

test('a crash between emission and commit repeats the same bytes, and the rows count once', async () => {
  const { name, log, run } = await newTrial();
  log.append(source.name, 1, [added('a', 250)]);
  let crashes = 2;
  const projection = await run({
    beforeSave: async () => {
      crashes -= 1;
      if (crashes >= 0) throw new Fault('DATABASE_UNAVAILABLE');
    },
  });
  await until('applied at last', stands(projection, 1, 1));
  await projection.close();
  assert.deepEqual(await tallies(database, name), [{ key: 'a', total: 250, events: 1 }]);
  const said = hundreds(log);
  assert.equal(said.length, 3);
  assert.equal(new Set(said).size, 1);
});

test('an emission that the log did not acknowledge is said again, and no row is written before', async () => {
  const { name, log, run } = await newTrial();
  log.failAppendAfter = 0;
  log.append(source.name, 0, [added('a', 100)]);
  const projection = await run();
  await until('applied', stands(projection, 0, 1));
  await projection.close();
  assert.equal(hundreds(log).length, 2);
  assert.equal(new Set(hundreds(log)).size, 1);
  assert.deepEqual(await tallies(database, name), [{ key: 'a', total: 100, events: 1 }]);
});

test('a database that goes away in a transaction, and comes back, has each event once', async () => {
  const { name, log } = await newTrial();
  const line = await openLine(trial.url);
  const distant = await openDatabase({ url: line.url, role: database.role, schema: 'counting_own', poolMax: 2 });
  let cuts = 1;
  const beforeSave = async (): Promise<void> => {
    cuts -= 1;
    if (cuts >= 0) line.cut();
  };
  const projection = await runProjection(tallyProjection({ beforeSave }, name), {
    database: distant,
    openReader: log.openReader,
    writer: log.writer,
    logger,
  });
  running.push(projection, distant, line);
  log.append(source.name, 0, [added('a', 100)]);
  await until('cut', () => cuts <= 0);
  log.append(source.name, 0, [added('a', 7)]);
  assert.deepEqual(await tallies(database, name), []);
  line.mend();
  await until('applied after the line was mended', stands(projection, 0, 2));
  await projection.close();
  assert.deepEqual(await tallies(database, name), [{ key: 'a', total: 107, events: 2 }]);
  assert.equal(new Set(hundreds(log)).size, 1);
});

test('who lost a partition writes nothing and leaves it; the others of the batch go on', async () => {
  const { name, log, run } = await newTrial();
  const projection = await run();
  log.append(source.name, 0, [added('a', 1)]);
  await until('both read', stands(projection, 0, 1));
  await transaction(database, (client) => claimPartitions(client, new Map([[0, 0]])), { schema: `${name}_1` });
  log.append(source.name, 0, [added('a', 1)]);
  log.append(source.name, 1, [added('b', 1)]);
  await until('partition 1 applied', stands(projection, 1, 1));
  await until('partition 0 left', () => projection.status().partitions[0]?.stopped === 'ownership-lost');
  await projection.close();
  assert.deepEqual(await tallies(database, name), [
    { key: 'a', total: 1, events: 1 },
    { key: 'b', total: 1, events: 1 },
  ]);
});

test('the newcomer owns the partitions and goes on where the old owner stood', async () => {
  const { name, log, run } = await newTrial();
  const old = await run();
  log.append(source.name, 2, [added('a', 40)]);
  await until('old owner applied', stands(old, 2, 1));
  const newcomer = await run();
  log.append(source.name, 2, [added('a', 70), added('a', 1)]);
  await until('newcomer applied', stands(newcomer, 2, 3));
  await until('old owner left', () => old.status().partitions[2]?.stopped === 'ownership-lost');
  await old.close();
  await newcomer.close();
  assert.deepEqual(await tallies(database, name), [{ key: 'a', total: 111, events: 3 }]);
  assert.deepEqual(new Set(hundreds(log)).size, 1);
});

test('a gap stops its partition with an alarm and leaves the others alone', async () => {
  const { name, log, run } = await newTrial();
  log.append(source.name, 0, [added('a', 1), added('a', 2), added('a', 4)]);
  log.cutHole(source.name, 0, 1);
  log.append(source.name, 1, [added('b', 8)]);
  const projection = await run();
  await until('partition 1 applied', stands(projection, 1, 1));
  await until('what lies before the gap is applied', stands(projection, 0, 1));
  const [stopped] = projection.status().partitions;
  assert.equal(stopped?.stopped, 'gap');
  await projection.close();
  assert.deepEqual(await tallies(database, name), [
    { key: 'a', total: 1, events: 1 },
    { key: 'b', total: 8, events: 1 },
  ]);
});

test('a log that ends before the position is no log of these rows', async () => {
  const { name, log, run } = await newTrial();
  log.append(source.name, 0, [added('a', 1), added('a', 1)]);
  const first = await run();
  await until('applied', stands(first, 0, 2));
  await first.close();
  log.cutHole(source.name, 0, 1);
  const second = await run();
  assert.equal(second.status().partitions[0]?.stopped, 'gap');
  await second.close();
  assert.deepEqual(await tallies(database, name), [{ key: 'a', total: 2, events: 2 }]);
});

test('a poison event parks its key; other keys go on, and what follows of the key stays in the topic', async () => {
  const { name, log, run } = await newTrial();
  const unreadable = { key: 'c', type: 'Added', value: Buffer.from('{') };
  log.append(source.name, 0, [added('a', 1), added('a', 13), added('b', 2), added('a', 4), unreadable, added('c', 8)]);
  const projection = await run({ poison: 13 });
  await until('all read', stands(projection, 0, 6));
  log.append(source.name, 0, [added('a', 16), added('b', 32)]);
  await until('later ones read', stands(projection, 0, 8));
  assert.equal(projection.status().parkedKeys, 2);
  assert.deepEqual(
    projection.parkedKeys().map(({ key, firstOffset, reason }) => ({ key, firstOffset, reason })),
    [
      { key: 'a', firstOffset: 1, reason: 'fold-failed' },
      { key: 'c', firstOffset: 4, reason: 'unreadable' },
    ],
  );
  await projection.close();
  assert.deepEqual(await tallies(database, name), [
    { key: 'a', total: 1, events: 1 },
    { key: 'b', total: 34, events: 2 },
  ]);
  const letters = log
    .records(`${source.name}.dlq`)
    .map((record) => JSON.parse(String(record.value)) as { offset: number; reason: string });
  assert.deepEqual(
    letters.map(({ offset, reason }) => [offset, reason]),
    [
      [1, 'fold-failed'],
      [4, 'unreadable'],
    ],
  );
  assert.equal(letters.length, 2);
});

test('a re-drive heals what a better fold can read; the rows are those of a run without poison', async () => {
  const { name, log, run } = await newTrial();
  log.append(source.name, 0, [added('a', 1), added('a', 13), added('b', 2), doubled('a'), added('a', 100)]);
  const failing = await run({ poison: 13 });
  await until('parked', () => failing.status().parkedKeys === 1);
  const stuck = await failing.redrive('a');
  assert.equal(stuck.stillParked.length, 1);
  await failing.close();
  const healed = await run();
  assert.equal(healed.status().parkedKeys, 1);
  log.append(source.name, 0, [added('a', 1)]);
  await until('read on', stands(healed, 0, 6));
  const redriven = await healed.redrive();
  assert.deepEqual(
    redriven.unparked.map(({ key }) => key),
    ['a'],
  );
  log.append(source.name, 0, [added('a', 1)]);
  await until('goes on with the key', stands(healed, 0, 7));
  await healed.close();
  assert.deepEqual(await tallies(database, name), [
    { key: 'a', total: 130, events: 6 },
    { key: 'b', total: 2, events: 1 },
  ]);
  assert.deepEqual(hundreds(log), ['{"hundreds":1,"at":{"partition":0,"offset":4}}']);
});

test('a key that meets poison again during a re-drive waits there, further on', async () => {
  const { name, log, run } = await newTrial();
  log.append(source.name, 0, [added('a', 13), added('a', 1), added('a', 17), added('a', 2)]);
  const first = await run({ poison: 13 });
  await until('parked', () => first.status().parkedKeys === 1);
  await first.close();
  const second = await run({ poison: 17 });
  const redriven = await second.redrive('a');
  assert.equal(redriven.stillParked[0]?.firstOffset, 2);
  assert.equal(second.parkedKeys()[0]?.firstOffset, 2);
  await second.close();
  assert.deepEqual(await tallies(database, name), [{ key: 'a', total: 14, events: 2 }]);
});

test('rows that the database refuses park their key alone', async () => {
  const { name, log, run } = await newTrial();
  const many = Array.from({ length: 1_000 }, () => added('a', 1));
  log.append(source.name, 0, [...many, added('b', 2)]);
  const projection = await run();
  await until('all read', stands(projection, 0, 1_001));
  assert.equal(projection.parkedKeys()[0]?.reason, 'rows-refused');
  await projection.close();
  assert.deepEqual(await tallies(database, name), [{ key: 'b', total: 2, events: 1 }]);
});

test('too many parked keys stop the partition: then the code is at fault, not the events', async () => {
  const { log, run } = await newTrial({ parkedKeysMax: 1 });
  log.append(source.name, 0, [added('a', 13), added('b', 13), added('c', 1)]);
  const projection = await run({ poison: 13 });
  await until('stopped', () => projection.status().partitions[0]?.stopped === 'too-many-parked');
  await projection.close();
});

test('types that the fold does not read are passed over undecoded, and the position moves on', async () => {
  const { name, log } = await newTrial();
  log.append(source.name, 0, [
    { key: 'a', type: 'Painted', value: Buffer.from('not even JSON') },
    { key: 'a', type: 'constructor', value: Buffer.from('nor this') },
    added('a', 1),
  ]);
  const told: string[][] = [];
  const projection = await runProjection(tallyProjection({}, name), {
    database,
    openReader: log.openReader,
    writer: log.writer,
    logger,
    onCommitted: ({ keys }) => told.push([...keys]),
  });
  await until('all read', stands(projection, 0, 3));
  await projection.close();
  assert.deepEqual(told.flat(), ['a']);
  assert.deepEqual(await tallies(database, name), [{ key: 'a', total: 1, events: 1 }]);
});

test('batch boundaries, restarts and crashes do not change rows or what is said', async () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const random = seeded(seed);
  const events = Array.from({ length: 300 }, () => {
    const key = `k${Math.floor(random() * 12)}`;
    const record = random() < 0.1 ? doubled(key) : added(key, Math.floor(random() * 40));
    return { partition: Number(key.slice(1)) % 3, record };
  });
  const results: unknown[] = [];
  for (const handOutMax of [1_000, 1, 7]) {
    const { name, log, run } = await newTrial({ cachedStatesMax: 3 });
    for (const { partition, record } of events) log.append(source.name, partition, [record]);
    const ends = [0, 1, 2].map((partition) => events.filter((event) => event.partition === partition).length);
    log.handOutMax = handOutMax;
    const crash = async (): Promise<void> => {
      if (random() < 0.02) throw new Fault('DATABASE_UNAVAILABLE');
    };
    for (const share of [0.5, 1]) {
      const projection = await run({ beforeSave: crash });
      await until(`seed ${seed}: share ${share} applied`, () =>
        projection.status().partitions.every((at) => at.nextOffset >= (ends[at.partition] ?? 0) * share),
      );
      await projection.close();
    }
    const said = [0, 1, 2].map((partition) => [
      ...new Set(
        log.records(target.name).flatMap((each) => (each.partition === partition ? [String(each.value)] : [])),
      ),
    ]);
    results.push({ rows: await tallies(database, name), said });
  }
  assert.deepEqual(results[1], results[0], `seed ${seed}`);
  assert.deepEqual(results[2], results[0], `seed ${seed}`);
});

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
