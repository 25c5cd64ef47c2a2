// Poison in the log while stations charge: its keys are parked, everybody else goes on, and what a mended fold can read is healed.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { encodeRecord } from '#contracts/codec';
import type { TransactionStarted } from '#contracts/generated/types';
import { partitionOf } from '#contracts/keys';
import { deadLettersOf, topicsFor } from '#contracts/topics';
import { rootDir } from '#infra/local/paths';
import { commonSettings } from '#kit/common-settings';
import { readConfig } from '#kit/env';
import { openLogWriter } from '#kit/event-log/writer';
import { createLogger } from '#kit/logger';
import { openDatabase } from '#kit/postgres';
import { type FaultedRun, startFaultedRun } from '#load-tests/faults/faulted-run';
import { readSessions } from '#load-tests/faults/verify/read-sessions';
import { readTopic } from '#load-tests/faults/verify/read-topic';
import { positionsOf } from '#load-tests/faults/verify/table-hashes';
import { logSettings } from '#services/sessions/config';
import { eventually, type Operator, operatorOf } from './operator-client.ts';

const stations = 50;
const seed = process.env['SEED'] ?? 'poison';
const goOnMsMax = 60_000;
const logger = createLogger('test', 'error');

let run: FaultedRun;
let operator: Operator;

before(async () => {
  run = await startFaultedRun({
    stations,
    seed,
    gateways: 1,
    trial: {
      processes: [['sessions'], ['registry', 'stations', 'analytics', 'operator']],
      nodeArgsOf: { sessions: ['--import', join(rootDir, 'load-tests', 'faults', 'planted', 'plant.mjs')] },
      envOf: { sessions: { PLANTED_BUG: 'fold-breaks' } },
    },
  });
  operator = operatorOf(run.trial);
});
after(() => run.close());

type Parked = { readonly key: string; readonly firstOffset: number; readonly reason: string };
type Projection = { readonly parkedKeys: number; readonly parked: readonly Parked[] };

test('poison parks its key with reason and offset, others go on, and a re-drive heals what a new fold can read', async () => {
  const { trial } = run;
  const poison = await appendPoison();
  const parked = await eventually('the poison is parked', async () => {
    const { parkedKeys, parked: keys } = await operator.get<Projection>('/v1/projections/sessions');
    return parkedKeys === 3 ? keys : undefined;
  });
  assert.deepEqual(
    parked.map(({ key, firstOffset, reason }) => ({ key, firstOffset, reason })).toSorted(byKey),
    poison.map(({ key, offset, reason }) => ({ key, firstOffset: offset, reason })).toSorted(byKey),
  );
  await othersGoOn(poison);

  const sessions = trial.processes.get('sessions');
  assert.ok(sessions !== undefined);
  await sessions.kill();
  await sessions.start({ PLANTED_BUG: '' });
  const redriven = await operator.post<{ unparked: Parked[]; stillParked: Parked[] }>(
    '/v1/projections/sessions/redrive',
    {},
  );
  assert.deepEqual(
    redriven.unparked.map(({ key }) => key),
    ['default/poison-fold'],
  );
  assert.deepEqual(redriven.stillParked.map(({ reason }) => reason).toSorted(), ['schema-unknown', 'unreadable']);
  const rows = await readSessions(trial.environment['DATABASE_URL'] ?? '');
  assert.equal(rows.filter(({ stationId }) => stationId === 'poison-fold').length, 1);
});

type Poison = { readonly key: string; readonly partition: number; readonly offset: number; readonly reason: string };

async function appendPoison(): Promise<Poison[]> {
  const { topics, brokers } = logOf();
  const { events } = topics;
  const unknownSchema = Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3]);
  const values: readonly (readonly [name: string, value: Buffer, reason: string])[] = [
    ['poison-bytes', Buffer.from('not a record'), 'unreadable'],
    ['poison-schema', unknownSchema, 'schema-unknown'],
    ['poison-fold', encodeRecord('TransactionStarted', await aStart('poison-fold')), 'fold-failed'],
  ];
  const log = await openLogWriter({ ...logSettings, brokers, clientId: 'poison' }, logger);
  try {
    const poison: Poison[] = [];
    for (const [name, value, reason] of values) {
      const key = `default/${name}`;
      const partition = partitionOf(key, events.partitions);
      const offset = await log.append(events.name, partition, [{ key, type: 'TransactionStarted', value }]);
      poison.push({ key, partition, offset, reason });
    }
    const key = 'default/poison-bytes';
    const reading = { key, type: 'MeterValuesSampled', value: Buffer.from('no reading') };
    await log.append(events.name, partitionOf(key, events.partitions), [reading]);
    return poison;
  } finally {
    await log.close();
  }
}

/** A start as stations report it, of a station that nobody simulates. */
async function aStart(stationId: string): Promise<TransactionStarted> {
  const { topics, brokers } = logOf();
  const { events } = await readTopic(brokers, topics.events, logger);
  for (const { record } of events) {
    if (record.type !== 'TransactionStarted') continue;
    const { type: _, ...start } = record;
    return { ...start, meta: { ...record.meta, stationId, eventId: `${record.meta.eventId}-again` } };
  }
  throw new Error('no station has started a transaction');
}

/** Sessions of other stations begin and end, the sink's position is behind the poison, and the dead letters hold it. */
async function othersGoOn(poison: readonly Poison[]): Promise<void> {
  const { topics, brokers, databaseUrl } = logOf();
  const before = (await readSessions(databaseUrl)).filter(({ state }) => state === 'ended').length;
  await eventually(
    'other sessions end',
    async () => {
      const ended = (await readSessions(databaseUrl)).filter(({ state }) => state === 'ended').length;
      return ended > before + stations / 4 ? true : undefined;
    },
    goOnMsMax,
  );
  const database = await openDatabase({ url: databaseUrl, role: 'analytics', schema: 'analytics', poolMax: 1 });
  try {
    await eventually('the sink goes on', async () => {
      const positions = await positionsOf(database, 'sink_readings');
      return poison.every(({ partition, offset }) => (positions.get(partition) ?? 0) > offset) ? true : undefined;
    });
  } finally {
    await database.close();
  }
  // Letters are JSON, so this reader only names their keys: three of sessions', two of stations' fold, one of the sink.
  const { unreadable } = await readTopic(brokers, deadLettersOf(topics.events), logger);
  assert.ok(unreadable.length >= 4, `${unreadable.length} dead letters`);
}

function logOf() {
  const { brokers, partitions } = readConfig(commonSettings, run.trial.environment);
  return { brokers, topics: topicsFor(partitions), databaseUrl: run.trial.environment['DATABASE_URL'] ?? '' };
}

function byKey(one: { key: string }, other: { key: string }): number {
  return one.key.localeCompare(other.key);
}
