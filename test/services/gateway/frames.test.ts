// The audit of frames: given what stations say, when the log of frames is slow, away or too much, then nobody waits and what is missing is counted.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { pino } from 'pino';
import { decodeAs } from '#contracts/codec';
import type { ExchangeRecorded } from '#contracts/generated/types';
import type { RecordsByPartition, Sent } from '#kit/event-log/relaxed-producer';
import type { Exchange } from '#services/gateway/domain/exchange';
import type { Level } from '#services/gateway/domain/overload';
import { Frames, type FramesConnection } from '#services/gateway/frames';
import { framesCut, framesShed } from '#services/gateway/metrics';
import { dialects } from '#services/gateway/parts';
import { until } from '#test/support/until';
import { station } from './support.ts';

const opened: Frames[] = [];
afterEach(async () => {
  for (const frames of opened.splice(0)) await frames.close();
});

type Rig = {
  readonly frames: Frames;
  readonly told: ExchangeRecorded[];
  readonly requests: number[];
  pressure: { level: Level };
  tenantWants: boolean;
  /** What the log makes of a request; by default it takes all. */
  answer: (count: number) => Promise<Sent>;
};

function rig(over: { recorded?: 'on' | 'off'; queueBytesMax?: number } = {}): Rig {
  const told: ExchangeRecorded[] = [];
  const requests: number[] = [];
  const made: Omit<Rig, 'frames'> = {
    told,
    requests,
    pressure: { level: 0 },
    tenantWants: true,
    answer: async (count) => ({ acknowledged: count, lost: 0 }),
  };
  const send = async (_topic: string, records: RecordsByPartition): Promise<Sent> => {
    const values = [...records.values()].flat();
    for (const { value } of values) if (value !== null) told.push(decodeAs('ExchangeRecorded', value));
    requests.push(values.length);
    return made.answer(values.length);
  };
  const frames = new Frames({
    config: { framesRecorded: over.recorded ?? 'on', framesQueueBytesMax: over.queueBytesMax ?? 1_000_000 },
    gatewayId: 'gw-test',
    topic: 'frames',
    producer: { send, close: async () => undefined },
    pressure: made.pressure,
    logger: pino({ level: 'silent' }),
    tenant: () => ({ framesRecorded: made.tenantWants }),
    now: () => 0,
  });
  opened.push(frames);
  return Object.assign(made, { frames });
}

const connection: FramesConnection = {
  tenantId: 'default',
  stationId: 'CS-1',
  key: 'default/CS-1',
  partition: 3,
  epoch: 41,
  dialect: dialects['1.6'],
  station,
};

function heartbeat(messageId: string, over: Partial<Exchange> = {}): Exchange {
  return {
    direction: 'station',
    messageId,
    action: 'Heartbeat',
    payload: {},
    request: `[2,"${messageId}","Heartbeat",{}]`,
    answer: `[3,"${messageId}",{}]`,
    receivedAt: 1_000,
    answeredAt: 1_007,
    outcome: 'answered',
    quirks: ['q15'],
    ...over,
  };
}

async function shed(reason: string): Promise<number> {
  const { values } = await framesShed.get();
  return values.find(({ labels }) => labels['reason'] === reason)?.value ?? 0;
}

test('an exchange is told with both its frames, its time and what became of it', async () => {
  const { frames, told } = rig();
  frames.note(connection, heartbeat('a'));
  frames.note(connection, heartbeat('b', { answer: null, answeredAt: null, outcome: 'timeout', direction: 'csms' }));
  await until(() => told.length === 2, 'both are told');
  const [first, second] = told;
  assert.deepEqual(
    { ...first },
    {
      tenantId: 'default',
      stationId: 'CS-1',
      gatewayId: 'gw-test',
      seq: 0,
      connectionEpoch: 41,
      ocppVersion: '1.6',
      direction: 'station',
      messageId: 'a',
      action: 'Heartbeat',
      requestFrame: '[2,"a","Heartbeat",{}]',
      requestCharsCut: 0,
      answerFrame: '[3,"a",{}]',
      answerCharsCut: 0,
      errorCode: null,
      receivedAt: 1_000,
      latencyMs: 7,
      outcome: 'answered',
      quirks: ['q15'],
      type: 'ExchangeRecorded',
    },
  );
  assert.deepEqual([second?.seq, second?.latencyMs, second?.outcome, second?.direction], [1, null, 'timeout', 'csms']);
});

test('a station, a tenant or a gateway that wants no frames has none, and nothing counts as shed', async () => {
  const on = rig();
  on.frames.note({ ...connection, station: { ...station, framesRecorded: false } }, heartbeat('station'));
  on.tenantWants = false;
  on.frames.note(connection, heartbeat('tenant'));
  on.tenantWants = true;
  const off = rig({ recorded: 'off' });
  off.frames.note(connection, heartbeat('gateway'));
  on.frames.note(connection, heartbeat('wanted'));
  await until(() => on.told.length > 0, 'the wanted one is told');
  assert.deepEqual(
    on.told.map(({ messageId, seq }) => [messageId, seq]),
    [['wanted', 0]],
  );
  assert.equal(off.told.length, 0);
});

test('under pressure frames are the first to go: counted, and a gap in what is told', async () => {
  const { frames, told, pressure } = rig();
  const before = await shed('overloaded');
  pressure.level = 1;
  for (let n = 0; n < 5; n++) frames.note(connection, heartbeat('shed'));
  assert.equal(await shed('overloaded'), before + 5);
  pressure.level = 0;
  frames.note(connection, heartbeat('kept'));
  await until(() => told.length === 1, 'the next is told');
  assert.equal(told[0]?.seq, 5);
});

test('while the log of frames stands still its queue stays within its bytes, and the oldest go', async () => {
  const made = rig({ queueBytesMax: 3_500 });
  let goOn = (): void => undefined;
  const stands = new Promise<void>((resolve) => (goOn = resolve));
  made.answer = async (count) => {
    await stands;
    return { acknowledged: count, lost: 0 };
  };
  const before = await shed('queue-full');
  made.frames.note(connection, heartbeat('first'));
  await until(() => made.requests.length === 1, 'a request is under way');
  for (let n = 0; n < 20; n++) made.frames.note(connection, heartbeat(`waiting-${n}`));
  const dropped = (await shed('queue-full')) - before;
  assert.ok(dropped > 0 && dropped < 20, `${dropped} dropped`);
  goOn();
  await until(() => made.told.length === 21 - dropped, 'the rest is told');
  assert.equal(made.told[1]?.messageId, `waiting-${dropped}`);
  assert.equal(made.told.at(-1)?.messageId, 'waiting-19');
});

test('what the log does not acknowledge is counted and not told again', async () => {
  const made = rig();
  const before = await shed('unacknowledged');
  made.answer = async (count) => ({ acknowledged: 1, lost: count - 1 });
  for (let n = 0; n < 4; n++) made.frames.note(connection, heartbeat(`${n}`));
  await until(() => made.requests.length === 1, 'a request is answered');
  await until(async () => (await shed('unacknowledged')) === before + 3, 'three are counted');
  made.frames.note(connection, heartbeat('later'));
  await until(() => made.told.length === 5, 'the next is told');
  assert.deepEqual(made.requests, [4, 1]);
});

test('a gateway that ends tells what waits, and counts what comes after', async () => {
  const made = rig();
  made.frames.note(connection, heartbeat('last'));
  await made.frames.close();
  assert.deepEqual(
    made.told.map(({ messageId }) => messageId),
    ['last'],
  );
  const before = await shed('closing');
  made.frames.note(connection, heartbeat('too late'));
  assert.equal(await shed('closing'), before + 1);
});

test('a frame that is cut says so in the metrics', async () => {
  const { frames, told } = rig();
  const cuts = async (): Promise<number> => (await framesCut.get()).values[0]?.value ?? 0;
  const before = await cuts();
  frames.note(connection, heartbeat('long', { request: 'x'.repeat(20_000) }));
  await until(() => told.length === 1, 'it is told');
  assert.equal(await cuts(), before + 1);
  assert.ok((told[0]?.requestCharsCut ?? 0) > 0);
});
