// Energy per session and quarter hour on the engine: restarting registers, borders, late and repeated data, resets.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import type { MeterValuesSampled } from '#contracts/generated/types';
import { changed, readingOf, sampled, sessionSays, stationId } from './charging-facts.ts';
import { openStoreRig, type StoreRig } from './store-rig.ts';

let rig: StoreRig;
const dayStart = Date.parse('2026-03-01T00:00:00.000Z');
const minuteMs = 60_000;
const range = { from: '2026-03-01 00:00:00', to: '2026-03-02 00:00:00' };

before(async () => {
  rig = await openStoreRig('energy');
});
after(() => rig.close());
beforeEach(async () => {
  const tables = ['meter_readings_raw', 'meter_samples_other', 'energy_15m_state', 'export_15m_state'];
  for (const table of [...tables, 'sessions_raw', 'session_map', 'stations_raw', 'locations_raw']) {
    await rig.clickhouse.command(`TRUNCATE TABLE ${table}`);
  }
});

type Bucket = { bucket: string; energy_wh: string; register_ambiguous: number };

/** Energy of the station per bucket, over all its series. */
async function buckets(): Promise<Record<string, number>> {
  const rows = await rig.rows<{ bucket: string; wh: string }>(
    `SELECT bucket, sum(energy_wh) AS wh FROM energy_15m(from = {from:DateTime('UTC')}, to = {to:DateTime('UTC')})
     WHERE tenant_id = 'default' AND station_id = '${stationId}' GROUP BY bucket ORDER BY bucket`,
    range,
  );
  return Object.fromEntries(rows.map((row) => [row.bucket.slice(11, 16), Number(row.wh)]));
}

async function ambiguous(): Promise<number> {
  const [row] = await rig.rows<{ n: string }>(
    `SELECT sum(register_ambiguous) AS n FROM energy_15m(from = {from:DateTime('UTC')}, to = {to:DateTime('UTC')})`,
    range,
  );
  return Number(row?.n);
}

function registers(
  transactionId: string | null,
  points: readonly (readonly [minute: number, wh: number])[],
  firstSeq = 0,
): MeterValuesSampled[] {
  return points.map(([minute, wh], index) => {
    const seq = firstSeq + index;
    const at = dayStart + minute * minuteMs;
    const reading = readingOf(at, { energyImportMilliWh: wh * 1000 });
    return sampled(at + 500, [reading], { transactionId, meta: { seq } });
  });
}

test('two sessions with registers from zero in one quarter hour give the sum', async () => {
  await rig.readings([
    ...registers('1', [
      [1, 0],
      [5, 5_000],
    ]),
    ...registers('2', [
      [8, 0],
      [12, 3_000],
    ]),
  ]);
  assert.deepEqual(await buckets(), { '00:00': 8_000 });
  assert.equal(await ambiguous(), 0);
});

test('energy between two quarter hours belongs to the later one, and nothing is lost at the border', async () => {
  const border = dayStart + 15 * minuteMs;
  const at = (ms: number, wh: number): MeterValuesSampled =>
    sampled(ms + 100, [readingOf(ms, { energyImportMilliWh: wh * 1000 })]);
  await rig.readings([at(border - 60_000, 100), at(border - 1, 200), at(border, 210), at(border + 60_000, 300)]);
  assert.deepEqual(await buckets(), { '00:00': 100, '00:15': 100 });
});

test('readings outside sessions are a series of their own and never added', async () => {
  await rig.readings([
    ...registers(null, [
      [1, 0],
      [5, 90_000],
    ]),
    ...registers('1', [
      [6, 90_000],
      [9, 90_500],
    ]),
  ]);
  assert.deepEqual(await buckets(), { '00:00': 500 });
});

test('one fall of the register is bridged and flagged, also across quarter hours', async () => {
  await rig.readings(
    registers('1', [
      [1, 1_000],
      [5, 1_200],
      [7, 0],
      [9, 300],
    ]),
  );
  assert.deepEqual(await buckets(), { '00:00': 500 });
  assert.equal(await ambiguous(), 1);
  await rig.readings(registers('1', [[16, 100]]));
  assert.equal(await ambiguous(), 2);
});

test('export has registers and states of its own', async () => {
  const at = dayStart + minuteMs;
  const both = (ms: number, into: number, out: number): MeterValuesSampled =>
    sampled(ms, [readingOf(ms, { energyImportMilliWh: into, energyExportMilliWh: out })]);
  await rig.readings([both(at, 0, 0), both(at + minuteMs, 1_000_000, 250_000)]);
  assert.deepEqual(await buckets(), { '00:00': 1_000 });
  const rows = await rig.rows<Bucket>(
    "SELECT energy_wh FROM energy_export_15m(from = {from:DateTime('UTC')}, to = {to:DateTime('UTC')})",
    range,
  );
  assert.deepEqual(rows, [{ energy_wh: '250' }]);
});

test("the registers of a session's start and stop count, so that the sum is what it delivered", async () => {
  await rig.readings(
    registers('41', [
      [2, 10_100],
      [14, 10_800],
    ]),
  );
  const said = sessionSays('00000000-0000-8000-8000-000000000001', {
    phase: 'ended',
    startedAt: dayStart + minuteMs,
    endedAt: dayStart + 20 * minuteMs,
    recordedAt: dayStart + 20 * minuteMs,
    meterStartMilliWh: 10_000_000,
    meterStopMilliWh: 11_000_000,
    energyMilliWh: 1_000_000,
  });
  await rig.sessions([said]);
  assert.deepEqual(await buckets(), { '00:00': 800, '00:15': 200 });
  await rig.sessions([{ ...said, generation: 2, meterStopMilliWh: 10_900_000 }, said]);
  assert.deepEqual(
    await buckets(),
    { '00:00': 800, '00:15': 100 },
    'a correction replaces, an older word changes nothing',
  );
  await rig.sessions([{ ...said, generation: 3, flags: ['energy-implausible'] }]);
  assert.deepEqual(await buckets(), { '00:00': 700 }, 'registers of a session with flags are not trusted');
});

test('a session without readings, or without transaction, still delivers what its registers say', async () => {
  const ended = {
    phase: 'ended',
    startedAt: dayStart,
    endedAt: dayStart + 40 * minuteMs,
    recordedAt: dayStart + 40 * minuteMs,
  } as const;
  await rig.sessions([
    sessionSays('00000000-0000-8000-8000-000000000001', { ...ended, meterStartMilliWh: 0, meterStopMilliWh: 500_000 }),
    sessionSays('00000000-0000-8000-8000-000000000002', {
      ...ended,
      transactionId: '-1',
      meterStartMilliWh: 500_000,
      meterStopMilliWh: 700_000,
    }),
  ]);
  assert.deepEqual(await buckets(), { '00:00': 0, '00:30': 700 });
});

test('duplicates, disorder, late data and a full replay change neither rows nor energy', async () => {
  const minutes = fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.nat({ max: 4 })), {
    minLength: 1,
    maxLength: 40,
  });
  const property = fc.asyncProperty(minutes, fc.infiniteStream(fc.nat()), async (points, random) => {
    for (const table of ['meter_readings_raw', 'energy_15m_state'])
      await rig.clickhouse.command(`TRUNCATE TABLE ${table}`);
    const events = points.flatMap(([minute, session], index) =>
      registers(String(session + 1), [[minute, minute * 100 + session]], index),
    );
    await rig.readings(events);
    const [once, energyOnce] = [await rig.snapshot(), await buckets()];
    assert.deepEqual(
      Object.values(energyOnce).reduce((sum, wh) => sum + wh, 0),
      truth(points),
    );
    const shuffled = events
      .map((event) => ({ event, place: random.next().value }))
      .toSorted((a, b) => a.place - b.place);
    const half = Math.ceil(shuffled.length / 2);
    await rig.readings(shuffled.slice(0, half).map(({ event }) => event));
    await rig.readings([...shuffled.slice(half - 1), ...shuffled.slice(0, 2)].map(({ event }) => event));
    assert.equal(await rig.snapshot(), once);
    assert.deepEqual(await buckets(), energyOnce);
  });
  const { failed, seed, counterexample, errorInstance } = await fc.check(property, { numRuns: 5, endOnFailure: true });
  assert.ok(!failed, `seed ${seed}: ${String(errorInstance)} ${JSON.stringify(counterexample)}`);
});

/** Registers grow with time, so a session delivers its last less its first. */
function truth(points: readonly (readonly [minute: number, session: number])[]): number {
  const spans = new Map<number, { first: number; last: number }>();
  for (const [minute, session] of points) {
    const { first, last } = spans.get(session) ?? { first: minute, last: minute };
    spans.set(session, { first: Math.min(first, minute), last: Math.max(last, minute) });
  }
  return [...spans.values()].reduce((sum, { first, last }) => sum + (last - first) * 100, 0);
}

test("today's energy stands under the name of its site", async () => {
  const now = Date.now();
  const start = now - (now % (24 * 60 * minuteMs));
  const at = (ms: number, wh: number): MeterValuesSampled =>
    sampled(ms, [readingOf(ms, { energyImportMilliWh: wh * 1000 })]);
  await rig.readings([at(start, 0), at(start + 1, 1_500)]);
  await rig.registry([
    changed('location', 'harbour', 1, {
      locationId: 'harbour',
      name: 'Harbour',
      country: 'DE',
      timeZone: 'Europe/Berlin',
      partyId: 'DE-CSM',
    }),
    changed('station', stationId, 2, { stationId, locationId: 'harbour' }),
  ]);
  const rows = await rig.rows('SELECT location_name, station_id, energy_kwh FROM energy_today');
  assert.deepEqual(rows, [{ location_name: 'Harbour', station_id: stationId, energy_kwh: 1.5 }]);
  await rig.registry([changed('location', 'harbour', 3, null)]);
  assert.deepEqual(await rig.rows('SELECT location_name FROM energy_today'), [{ location_name: 'no location' }]);
});
