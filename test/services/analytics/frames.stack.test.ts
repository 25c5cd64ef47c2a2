// Frames from the log to whoever looks for a fault: given exchanges, when they are carried, then SQL and API find them, once, for three days.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ExchangeRecorded } from '#contracts/generated/types';
import { startAnalyticsRig, type AnalyticsRig } from './analytics-rig.ts';

let rig: AnalyticsRig;
before(async () => {
  rig = await startAnalyticsRig('frames');
});
after(() => rig.close());

const minuteMs = 60_000;
/** Of now, since what is older than three days goes by itself. */
const startMs = Date.now() - 10 * minuteMs;

function exchange(seq: number, over: Partial<ExchangeRecorded> = {}): ExchangeRecorded {
  return {
    tenantId: 'default',
    stationId: 'CS-1',
    gatewayId: 'gw-1',
    seq,
    connectionEpoch: 7,
    ocppVersion: '1.6',
    direction: 'station',
    messageId: `m-${seq}`,
    action: 'Heartbeat',
    requestFrame: `[2,"m-${seq}","Heartbeat",{}]`,
    requestCharsCut: 0,
    answerFrame: `[3,"m-${seq}",{}]`,
    answerCharsCut: 0,
    errorCode: null,
    receivedAt: startMs + seq,
    latencyMs: 4,
    outcome: 'answered',
    quirks: [],
    ...over,
  };
}

async function tell(...exchanges: readonly ExchangeRecorded[]): Promise<void> {
  for (const each of exchanges) await rig.append('ExchangeRecorded', `${each.tenantId}/${each.stationId}`, each);
}

function range(stationId: string, more = ''): string {
  const [from, to] = [new Date(startMs - minuteMs), new Date(startMs + minuteMs)].map((at) => at.toISOString());
  return `/v1/frames?stationId=${stationId}&from=${from}&to=${to}${more}`;
}

async function items(path: string): Promise<Record<string, unknown>[]> {
  const { status, body } = await rig.get(path);
  assert.equal(status, 200, JSON.stringify(body));
  return body['items'] as Record<string, unknown>[];
}

async function seen(stationId: string, count: number): Promise<void> {
  await rig.eventually<{ n: string }>(
    `SELECT count() AS n FROM frames WHERE station_id = '${stationId}'`,
    ([row]) => Number(row?.n) === count,
  );
}

test('what was said and answered is found by station and time, in order, with all that is known of it', async () => {
  await tell(
    exchange(2, { direction: 'csms', action: 'Reset', latencyMs: null, answerFrame: null, outcome: 'timeout' }),
    exchange(1, { quirks: ['q7', 'q9'] }),
    exchange(3, { action: null, messageId: null, connectionEpoch: null, requestFrame: '[2,', outcome: 'not-json' }),
    exchange(4, { stationId: 'CS-2' }),
  );
  await seen('CS-1', 3);
  const [first, second, third, ...more] = await items(range('CS-1'));
  assert.deepEqual(first, {
    at: new Date(startMs + 1).toISOString(),
    direction: 'station',
    action: 'Heartbeat',
    messageId: 'm-1',
    outcome: 'answered',
    errorCode: null,
    latencyMs: 4,
    request: '[2,"m-1","Heartbeat",{}]',
    requestCharsCut: 0,
    answer: '[3,"m-1",{}]',
    answerCharsCut: 0,
    quirks: ['q7', 'q9'],
    ocppVersion: '1.6',
    connectionEpoch: 7,
    gatewayId: 'gw-1',
    seq: 1,
  });
  assert.deepEqual(
    [second?.['direction'], second?.['answer'], second?.['latencyMs'], second?.['outcome']],
    ['csms', null, null, 'timeout'],
  );
  assert.deepEqual(
    [third?.['action'], third?.['messageId'], third?.['connectionEpoch'], third?.['outcome']],
    [null, null, null, 'not-json'],
  );
  assert.equal(more.length, 0);
});

test('they are asked for by action, direction and outcome, page by page, and only by their tenant', async () => {
  const station = { stationId: 'CS-PAGES', receivedAt: startMs };
  const all = Array.from({ length: 7 }, (_, n) => exchange(100 + n, station));
  await tell(...all, exchange(200, { ...station, action: 'Authorize', outcome: 'repeated', direction: 'csms' }));
  await seen('CS-PAGES', 8);
  for (const filter of ['action=Authorize', 'outcome=repeated', 'direction=csms'])
    assert.deepEqual(
      (await items(range('CS-PAGES', `&${filter}`))).map(({ seq }) => seq),
      [200],
      filter,
    );
  const found: unknown[] = [];
  let cursor = '';
  do {
    const { body } = await rig.get(range('CS-PAGES', `&limit=3${cursor}`));
    found.push(...(body['items'] as { seq: number }[]).map(({ seq }) => seq));
    const next = body['nextCursor'];
    cursor = typeof next === 'string' ? `&cursor=${next}` : '';
  } while (cursor !== '');
  assert.deepEqual(found, [100, 101, 102, 103, 104, 105, 106, 200], 'of one millisecond too, none twice, none missing');
  const others = await rig.get(range('CS-PAGES'), 'another');
  assert.deepEqual(others.body['items'], []);
});

test('what is carried again after a crash is there once; the same words said twice are there twice', async () => {
  await tell(exchange(300, { stationId: 'CS-AGAIN' }), exchange(301, { stationId: 'CS-AGAIN', receivedAt: startMs }));
  await tell(exchange(302, { stationId: 'CS-AGAIN', receivedAt: startMs, messageId: 'm-301' }));
  await seen('CS-AGAIN', 3);
  await rig.stop();
  await rig.forgetPositions();
  await rig.start();
  await tell(exchange(303, { stationId: 'CS-AGAIN' }));
  await seen('CS-AGAIN', 4);
});

test('frames older than three days go by themselves, whole days at a time', async () => {
  const [table] = await rig.eventually<{ engine_full: string }>(
    "SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = 'frames_raw'",
    (rows) => rows.length === 1,
  );
  assert.match(
    table?.engine_full ?? '',
    /PARTITION BY toDate\(received_at\).*TTL toDateTime\(received_at\) \+ toIntervalDay\(3\)/s,
  );
});

test('a question that cannot be answered says why', async () => {
  const wrong = [
    '/v1/frames?stationId=CS-1',
    range('CS-1', '&limit=201'),
    range('CS-1', '&direction=up'),
    range('CS-1', '&cursor=nonsense'),
    range('CS-1', '&cursor=WzEsMl0'),
    `/v1/frames?stationId=CS-1&from=2026-11-25T10:00:00Z&to=2026-11-25T10:00:00Z`,
    `/v1/frames?stationId=CS-1&from=2026-10-01T10:00:00Z&to=2026-11-25T10:00:00Z`,
  ];
  for (const path of wrong) assert.equal((await rig.get(path)).status, 400, path);
  assert.equal((await rig.get(range('CS-1', '&limit=200'))).status, 200);
});
