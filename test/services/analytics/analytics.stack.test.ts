// Analytics on real parts: what stations report is queryable within seconds, joined with sessions and sites, exactly once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AnalyticsRig, startAnalyticsRig } from './analytics-rig.ts';
import { changed, readingOf, sampled, sessionSays, stationId } from './charging-facts.ts';

let rig: AnalyticsRig;
const key = `default/${stationId}`;
const sessionId = '00000000-0000-8000-8000-000000000001';
const dayStart = Date.parse('2026-03-01T00:00:00.000Z');
const minuteMs = 60_000;
const ofDay = 'from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z';

before(async () => {
  rig = await startAnalyticsRig('analytics');
});
after(() => rig.close());

async function report(minute: number, wh: number, seq: number): Promise<void> {
  const at = dayStart + minute * minuteMs;
  const reading = readingOf(at, { energyImportMilliWh: wh * 1000, powerImportMilliW: 7_400_000 });
  await rig.append('MeterValuesSampled', key, sampled(at + 200, [reading], { meta: { seq } }));
}

type Item = Record<string, unknown>;

async function items(path: string, tenant?: string): Promise<Item[]> {
  const { status, body } = await rig.get(path, tenant);
  assert.equal(status, 200, JSON.stringify(body));
  return body['items'] as Item[];
}

test('a reading is queryable within 3 s', async () => {
  await report(1, 10_000, 1);
  await rig.eventually('SELECT 1 FROM meter_readings', (rows) => rows.length === 1);
  const startedMs = performance.now();
  await report(2, 10_100, 2);
  await rig.eventually('SELECT 1 FROM meter_readings', (rows) => rows.length === 2);
  const tookMs = performance.now() - startedMs;
  assert.ok(tookMs < 3_000, `took ${tookMs} ms`);
});

test('readings, the curve of their session and their energy are found through the API, by the tenant alone', async () => {
  await report(20, 11_000, 3);
  const said = sessionSays(sessionId, {
    phase: 'ended',
    startedAt: dayStart + minuteMs,
    endedAt: dayStart + 20 * minuteMs,
    recordedAt: dayStart + 20 * minuteMs,
    meterStartMilliWh: 10_000_000,
    meterStopMilliWh: 11_000_000,
    energyMilliWh: 1_000_000,
  });
  await rig.append('SessionEnded', `default/${sessionId}`, said);
  const location = {
    locationId: 'harbour',
    name: 'Harbour',
    country: 'DE',
    timeZone: 'Europe/Berlin',
    partyId: 'DE-CSM',
  };
  await rig.append('RegistryChanged', 'location', changed('location', 'harbour', 1, location));
  await rig.append(
    'RegistryChanged',
    'station',
    changed('station', stationId, 2, { stationId, locationId: 'harbour', vendor: null, model: null }),
  );
  await rig.eventually(
    'SELECT 1 FROM sessions, stations WHERE (SELECT count() FROM meter_readings) = 3',
    (rows) => rows.length === 1,
  );

  const readings = await items(`/v1/readings?stationId=${stationId}&${ofDay}`);
  assert.deepEqual(
    readings.map(({ at, energyImportMilliWh }) => [at, energyImportMilliWh]),
    [
      ['2026-03-01T00:01:00.000Z', 10_000_000],
      ['2026-03-01T00:02:00.000Z', 10_100_000],
      ['2026-03-01T00:20:00.000Z', 11_000_000],
    ],
  );
  assert.deepEqual(await items(`/v1/sessions/${sessionId}/readings`), readings);
  assert.deepEqual(await items(`/v1/energy?${ofDay}&groupBy=location`), [
    {
      group: 'harbour',
      locationName: 'Harbour',
      energyMilliWh: 1_000_000,
      energyKwh: '1',
      sessions: 1,
      ambiguousSessions: 0,
    },
  ]);
  const groupsOf = async (groupBy: string): Promise<unknown[]> =>
    (await items(`/v1/energy?${ofDay}&groupBy=${groupBy}`)).map(({ group, energyKwh }) => [group, energyKwh]);
  assert.deepEqual(await groupsOf('station'), [[stationId, '1']]);
  assert.deepEqual(await groupsOf('day'), [['2026-03-01', '1']]);
  assert.deepEqual(await groupsOf('15m'), [
    ['2026-03-01T00:00:00Z', '0.1'],
    ['2026-03-01T00:15:00Z', '0.9'],
  ]);

  assert.deepEqual(await items(`/v1/readings?stationId=${stationId}&${ofDay}`, 'other'), []);
  assert.deepEqual(await items(`/v1/energy?${ofDay}&groupBy=day`, 'other'), []);
  assert.equal((await rig.get(`/v1/sessions/${sessionId}/readings`, 'other')).status, 404);
});

test('lists are paged: every item once, in order', async () => {
  for (const path of [
    `/v1/readings?stationId=${stationId}&${ofDay}`,
    `/v1/sessions/${sessionId}/readings?`,
    `/v1/energy?${ofDay}&groupBy=15m`,
  ]) {
    const whole = await items(path);
    const paged: Item[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await rig.get(`${path}&limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
      paged.push(...(body['items'] as Item[]));
      cursor = body['nextCursor'] as string | null;
    }
    assert.deepEqual(paged, whole, path);
  }
});

test('a question that makes no sense is answered with the path of each fault', async () => {
  const faults = async (path: string): Promise<unknown[]> => {
    const { status, body } = await rig.get(path);
    assert.equal(status, 400, JSON.stringify(body));
    return (body['violations'] as Item[]).map(({ path: at }) => at);
  };
  assert.deepEqual(await faults(`/v1/readings?stationId=${stationId}&from=2026-03-01T00:00:00Z`), ['querystring/to']);
  assert.deepEqual(
    await faults(`/v1/readings?stationId=${stationId}&from=2026-03-01T00:00:00Z&to=2026-05-01T00:00:00Z`),
    ['querystring/to'],
  );
  assert.deepEqual(await faults('/v1/energy?from=2026-03-01T00:07:00Z&to=2026-03-01T00:00:01Z&groupBy=day'), [
    'querystring/from',
    'querystring/to',
  ]);
  assert.deepEqual(await faults('/v1/energy?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z&groupBy=day'), [
    'querystring/to',
  ]);
  assert.deepEqual(await faults(`/v1/energy?${ofDay}&groupBy=moon`), ['querystring/groupBy']);
  assert.deepEqual(await faults(`/v1/sessions/${sessionId}/readings?cursor=x`), ['querystring/cursor']);
  assert.deepEqual(await faults(`/v1/readings?stationId=${encodeURIComponent("a' OR 1=1")}&${ofDay}`), [
    'querystring/stationId',
  ]);
});

test('what was reported while analytics was down is there once after its start', async () => {
  await rig.stop();
  await report(30, 11_500, 4);
  await rig.start();
  await rig.eventually('SELECT 1 FROM meter_readings', (rows) => rows.length === 4);
  const [raw] = await rig.eventually<{ n: string }>('SELECT count() AS n FROM meter_readings_raw', () => true);
  assert.equal(Number(raw?.n), 4, 'nothing was inserted twice');
});

test('a crash between insert and position repeats nothing visible', async () => {
  const before = await rig.eventually('SELECT * FROM meter_readings ORDER BY ts', () => true);
  const energy = await items(`/v1/energy?${ofDay}&groupBy=15m`);
  await rig.stop();
  await rig.forgetPositions();
  await rig.start();
  await report(31, 11_600, 5);
  const rows = await rig.eventually('SELECT * FROM meter_readings ORDER BY ts', ({ length }) => length > before.length);
  assert.deepEqual(rows.slice(0, -1), before);
  const again = await items(`/v1/energy?${ofDay}&groupBy=15m`);
  assert.deepEqual(
    again.map(({ group }) => group),
    energy.map(({ group }) => group),
  );
});
