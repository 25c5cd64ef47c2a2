// Readings on the engine: what is one reading, which of two counts, clocks that cannot be right, sessions joined.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Sample } from '#contracts/generated/types';
import { createLogger } from '#kit/logger';
import { prepareTimeseries } from '#services/analytics/timeseries';
import { readingOf, sampled, sessionSays } from './charging-facts.ts';
import { openStoreRig, type StoreRig } from './store-rig.ts';

let rig: StoreRig;
const at = Date.parse('2026-03-01T12:00:00.000Z');
const dayMs = 24 * 60 * 60 * 1000;

before(async () => {
  rig = await openStoreRig('readings');
});
after(() => rig.close());
beforeEach(async () => {
  for (const table of ['meter_readings_raw', 'meter_samples_other', 'energy_15m_state', 'session_map']) {
    await rig.clickhouse.command(`TRUNCATE TABLE ${table}`);
  }
});

test('migrations that were applied are not applied again', async () => {
  const url = process.env['CLICKHOUSE_URL'] ?? '';
  const { signal } = new AbortController();
  const logger = createLogger('test', 'silent');
  assert.ok(await prepareTimeseries(rig.clickhouse, { url, database: rig.clickhouse.database }, { signal, logger }));
});

test('a reading is stored exactly, in whole thousandths, with its lag', async () => {
  const values = {
    energyImportMilliWh: 9_007_199_254_740_990,
    energyExportMilliWh: 0,
    powerImportMilliW: -11_030_801,
    currentL1MilliA: 15_999,
    voltageL3MilliV: 230_400,
    socDeciPercent: 815,
  };
  await rig.readings([sampled(at + 61_999, [readingOf(at, values)])]);
  const [row] = await rig.rows<Record<string, unknown>>('SELECT * FROM meter_readings');
  assert.deepEqual(
    [
      'energy_wh',
      'energy_export_wh',
      'power_w',
      'current_l1_a',
      'voltage_l3_v',
      'soc_pct',
      'current_a',
      'power_kw',
    ].map((column) => row?.[column]),
    ['9007199254740.99', '0', '-11030.801', '15.999', '230.4', '81.5', null, -11.030801],
  );
  assert.deepEqual(
    [row?.['ts'], row?.['lag_s'], row?.['received_at']],
    ['2026-03-01 12:00:00.000', 61, '2026-03-01 12:01:01.000'],
  );
});

test('a clock that cannot be right gives way to ours, on both sides of both borders', async () => {
  const of2015 = Date.UTC(2015, 0, 1);
  await rig.readings(
    [of2015 - 1, of2015, at + dayMs, at + dayMs + 1].map((sampledAt, seq) =>
      sampled(at, [readingOf(sampledAt, { powerImportMilliW: seq })], {
        transactionId: String(seq + 1),
        meta: { seq },
        evseId: seq + 1,
      }),
    ),
  );
  const rows = await rig.rows<{ evse_id: number; ts: string; lag_s: number }>(
    'SELECT evse_id, ts, lag_s FROM meter_readings ORDER BY evse_id',
  );
  assert.deepEqual(
    rows.map(({ ts, lag_s: lag }) => [ts, lag]),
    [
      ['2026-03-01 12:00:00.000', 0],
      ['2015-01-01 00:00:00.000', (at - of2015) / 1000],
      ['2026-03-02 12:00:00.000', -86_400],
      ['2026-03-01 12:00:00.000', 0],
    ],
  );
});

test('two contexts of one instant both stay, and so do two partial messages', async () => {
  await rig.readings([
    sampled(at, [readingOf(at, { context: 'Sample.Clock', energyImportMilliWh: 1_000 })]),
    sampled(at, [readingOf(at, { context: 'Transaction.End', energyImportMilliWh: 1_000 })]),
    sampled(at, [readingOf(at, { context: 'Sample.Clock', powerImportMilliW: 7 })]),
  ]);
  const rows = await rig.rows('SELECT context, energy_wh, power_w FROM meter_readings ORDER BY context, power_w');
  assert.equal(rows.length, 3);
});

test('of two values for one reading the later received counts, in whatever order they are inserted', async () => {
  const early = sampled(at + 1_000, [readingOf(at, { powerImportMilliW: 1_000 })], { meta: { seq: 5 } });
  const sameSecond = sampled(at + 1_001, [readingOf(at, { powerImportMilliW: 2_000 })], { meta: { seq: 6 } });
  const late = sampled(at + 9_000, [readingOf(at, { powerImportMilliW: 3_000 })], { meta: { seq: 1 } });
  for (const order of [
    [early, sameSecond, late],
    [late, sameSecond, early],
    [sameSecond, late, early],
  ]) {
    await rig.clickhouse.command('TRUNCATE TABLE meter_readings_raw');
    for (const event of order) await rig.readings([event]);
    assert.deepEqual(await rig.rows('SELECT power_w FROM meter_readings'), [{ power_w: '3' }]);
  }
  await rig.clickhouse.command('TRUNCATE TABLE meter_readings_raw');
  await rig.readings([sameSecond]);
  await rig.readings([early]);
  assert.deepEqual(await rig.rows('SELECT power_w FROM meter_readings'), [{ power_w: '2' }]);
});

test('one insert may touch more than a hundred days', async () => {
  const events = Array.from({ length: 150 }, (_, day) =>
    sampled(at, [readingOf(at - day * dayMs, { powerImportMilliW: day })]),
  );
  await rig.readings(events);
  assert.deepEqual(await rig.rows('SELECT toUInt32(count()) AS n FROM meter_readings'), [{ n: 150 }]);
});

test('the same cut under the same token is inserted once, with its states', async () => {
  const event = sampled(at, [readingOf(at, { energyImportMilliWh: 5_000 })]);
  await rig.readings([event], 'cut-1');
  await rig.readings([event], 'cut-1');
  const [rows] = await rig.rows<{ raw: number; states: number }>(
    'SELECT toUInt32((SELECT count() FROM meter_readings_raw)) AS raw, toUInt32((SELECT count() FROM energy_15m_state)) AS states',
  );
  assert.deepEqual(rows, { raw: 1, states: 1 });
});

test('samples without a column of their own are kept, signed ones with their evidence', async () => {
  const signed: Sample = {
    measurand: 'Energy.Active.Import.Register',
    phase: null,
    location: 'Outlet',
    unit: 'Wh',
    valueMilli: null,
    text: null,
    signed: { data: 'OCMF|{"FV":"1.0"}|\n\n{"SD":"30"}', method: null, encoding: 'OCMF', publicKey: 'abc' },
  };
  const plain: Sample = { ...signed, measurand: 'Frequency', unit: 'Hz', valueMilli: 49_987, signed: null };
  await rig.readings([sampled(at, [readingOf(at, { others: [signed, plain, { ...plain, valueMilli: 50_001 }] })])]);
  const rows = await rig.rows<Record<string, unknown>>(
    'SELECT measurand, value, is_signed, signed_data, signing_encoding FROM meter_samples ORDER BY measurand, value',
  );
  assert.deepEqual(
    rows.map((row) => Object.values(row)),
    [
      ['Energy.Active.Import.Register', null, 1, signed.signed?.data, 'OCMF'],
      ['Frequency', '49.987', 0, '', ''],
      ['Frequency', '50.001', 0, '', ''],
    ],
  );
});

test("a session's curve is found through the map; without a transaction it is what its EVSE said while it lasted", async () => {
  const minute = (n: number): number => at + n * 60_000;
  const reading = (n: number): ReturnType<typeof readingOf> => readingOf(minute(n), { powerImportMilliW: n * 1_000 });
  await rig.readings([
    sampled(at, [reading(1), reading(2)], { transactionId: '41' }),
    sampled(at, [reading(3)], { transactionId: null }),
    sampled(at, [reading(9)], { transactionId: null }),
    sampled(at, [reading(3)], { transactionId: null, evseId: 2 }),
  ]);
  const [named, unnamed] = ['00000000-0000-8000-8000-000000000001', '00000000-0000-8000-8000-000000000002'];
  await rig.sessions([
    sessionSays(named, { startedAt: minute(0) }),
    sessionSays(unnamed, { transactionId: '-1', startedAt: minute(2), endedAt: minute(5), phase: 'ended' }),
  ]);
  const curve = (sessionId: string): Promise<{ power_w: string }[]> =>
    rig.rows('SELECT power_w FROM session_readings(session_id = {id:UUID}) ORDER BY ts', { id: sessionId });
  assert.deepEqual(await curve(named), [{ power_w: '1' }, { power_w: '2' }]);
  assert.deepEqual(await curve(unnamed), [{ power_w: '3' }]);
  const joined = await rig.rows('SELECT session_id, power_w FROM charging_readings ORDER BY ts');
  assert.deepEqual(joined, [
    { session_id: named, power_w: '1' },
    { session_id: named, power_w: '2' },
  ]);
});
