import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { StationBooted } from '#contracts/generated/types';
import { startDoor, type Door } from './rig.ts';

let door: Door;

before(async () => {
  door = await startDoor('operator_live', {
    OPERATOR_KEY_CACHE_MS: '100',
    OPERATOR_LIVE_CLIENTS_MAX: '3',
    OPERATOR_LIVE_CLIENT_BYTES_MAX: '65536',
    OPERATOR_LIVE_COMMENT_EVERY_MS: '100',
    OPERATOR_UNKNOWN_KEYS_PER_SECOND_MAX: '1000',
  });
});
after(() => door.close());

type Watching = {
  readonly status: number;
  /** The next event; undefined when the stream has ended. */
  next(): Promise<{ id: string; data: Record<string, unknown> } | undefined>;
  leave(): void;
};

async function watch(query = '', key?: string): Promise<Watching> {
  const leaving = new AbortController();
  const response = await door.ask(`/v1/live${query}`, {
    signal: leaving.signal,
    ...(key === undefined ? {} : { key }),
  });
  const texts = response.body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let rest = '';
  return {
    status: response.status,
    leave: () => leaving.abort(),
    async next() {
      for (;;) {
        const end = rest.indexOf('\n\n');
        if (end >= 0) {
          const block = rest.slice(0, end);
          rest = rest.slice(end + 2);
          const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
          const data = field('data');
          if (data !== undefined) return { id: field('id') ?? '', data: JSON.parse(data) as Record<string, unknown> };
          continue;
        }
        const read = await texts?.next();
        if (read === undefined || read.done === true) return undefined;
        rest += read.value;
      }
    },
  };
}

let count = 0;

function booted(tenantId: string, stationId: string, vendor = 'ACME'): StationBooted {
  const meta = {
    eventId: `e${count++}`,
    tenantId,
    stationId,
    occurredAt: Date.UTC(2026, 0, 1),
    recordedAt: Date.UTC(2026, 0, 1, 0, 0, 1),
    source: 'station',
    connectionEpoch: 1,
    seq: 1,
    ocppVersion: '1.6',
    messageId: 'm',
    traceparent: null,
  } as const;
  return {
    meta,
    status: 'Accepted',
    intervalSeconds: 300,
    reason: null,
    vendor,
    model: 'One',
    serialNumber: null,
    boxSerialNumber: null,
    firmwareVersion: null,
    iccid: null,
    imsi: null,
    meterType: null,
    meterSerialNumber: null,
  };
}

test('what is appended after the stream began is seen, with its place in the log', async () => {
  const watching = await watch();
  assert.equal(watching.status, 200);
  await door.append('StationBooted', booted('default', 'CS-1'));
  const event = await watching.next();
  assert.equal(event?.data['type'], 'StationBooted');
  assert.equal(event.data['stationId'], 'CS-1');
  assert.equal(event.data['at'], '2026-01-01T00:00:00.000Z');
  assert.equal(event.data['vendor'], 'ACME');
  assert.equal(event.data['tenantId'], undefined);
  assert.match(event.id, /charging\.events\.v1\/\d+\/\d+$/);
  watching.leave();
});

test('nobody sees another tenant; station and type are filters', async () => {
  const one = await watch('?stationId=CS-2');
  const other = await watch('?type=CommandRequested,SessionEnded');
  await door.append('StationBooted', booted('other', 'CS-2', 'Foreign'));
  await door.append('StationBooted', booted('default', 'CS-3', 'Neighbour'));
  await door.append('StationBooted', booted('default', 'CS-2', 'Mine'));
  assert.equal((await one.next())?.data['vendor'], 'Mine');
  await door.append('CommandRequested', {
    eventId: 'c',
    tenantId: 'default',
    stationId: 'CS-3',
    commandId: 'c1',
    intent: 'StartCharging',
    parametersJson: '{"token":{"uid":"04A1B2C3"}}',
    connectionEpoch: 1,
    lane: 'driver',
    requestedAt: 1,
    expiresAt: 2,
    requestedBy: 'key',
  });
  const command = await other.next();
  assert.equal(command?.data['type'], 'CommandRequested');
  assert.ok(!JSON.stringify(command).includes('04A1B2C3'), 'no plain uid');
  one.leave();
  other.leave();
});

test('after a while without anybody the next client begins in the present again', async () => {
  const first = await watch();
  first.leave();
  await until('nobody watches', async () => (await liveClients()) === 0);
  await door.append('StationBooted', booted('default', 'CS-4', 'Unseen'));
  const second = await watch();
  await door.append('StationBooted', booted('default', 'CS-4', 'Seen'));
  assert.equal((await second.next())?.data['vendor'], 'Seen');
  second.leave();
});

test('a filter that means nothing is refused with its path', async () => {
  const wrongType = await door.ask('/v1/live?type=Nonsense');
  assert.equal(wrongType.status, 400);
  assert.deepEqual(
    ((await wrongType.json()) as { violations: { path: string }[] }).violations[0]?.path,
    'querystring/type',
  );
  assert.equal((await door.ask('/v1/live?color=red')).status, 400);
  assert.equal((await door.ask('/v1/live', { key: null })).status, 401);
});

test('one client too many is told so', async () => {
  await until('nobody watches', async () => (await liveClients()) === 0);
  const watchers = [await watch(), await watch(), await watch()];
  const refused = await door.ask('/v1/live');
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get('retry-after'), '30');
  for (const watcher of watchers) watcher.leave();
  await until('nobody watches', async () => (await liveClients()) === 0);
});

test('a client that does not read is cut, and the reason is counted', async () => {
  const slow = await door.ask('/v1/live');
  assert.equal(slow.status, 200);
  const large = 'x'.repeat(50_000);
  await until('the slow client is cut', async () => {
    await Promise.all(Array.from({ length: 10 }, () => door.append('StationBooted', booted('default', 'CS-5', large))));
    return (await metric('operator_live_clients_cut_total{reason="slow"}')) > 0;
  });
  await slow.body?.cancel().catch(() => {});
});

test('a stream ends when its key is revoked', async () => {
  const { keyId, key } = await door.newKey('viewer');
  const watching = await watch('', key);
  assert.equal(watching.status, 200);
  await door.ask(`/v1/keys/${keyId}`, { method: 'DELETE' });
  assert.equal(await watching.next(), undefined);
  assert.ok((await metric('operator_live_clients_cut_total{reason="key-revoked"}')) > 0);
});

async function metric(name: string): Promise<number> {
  const text = await (await door.ask('/metrics', { key: null })).text();
  const line = text.split('\n').find((each) => each.startsWith(`chargestream_${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

const liveClients = (): Promise<number> => metric('operator_live_clients');

async function until(what: string, probe: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await probe())) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`);
  }
}
