// Analytics on real parts: what stations report is queryable within seconds, joined with sessions and sites, exactly once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AnalyticsRig, startAnalyticsRig } from './analytics-rig.ts';
import { readingOf, sampled, stationId } from './charging-facts.ts';

let rig: AnalyticsRig;
const key = `default/${stationId}`;

before(async () => {
  rig = await startAnalyticsRig('analytics');
});
after(() => rig.close());

test('a reading is queryable within 3 s', async () => {
  const now = Date.now();
  await rig.eventually<{ n: string }>('SELECT 1 AS n FROM meter_readings_raw LIMIT 0', () => true);
  const startedMs = performance.now();
  await rig.append('MeterValuesSampled', key, sampled(now, [readingOf(now, { energyImportMilliWh: 1_234_567 })]));
  const [row] = await rig.eventually<{ energy_wh: string; energy_kwh: number }>(
    `SELECT energy_wh, energy_kwh FROM meter_readings WHERE station_id = '${stationId}'`,
    (rows) => rows.length === 1,
  );
  const tookMs = performance.now() - startedMs;
  assert.deepEqual(row, { energy_wh: '1234.567', energy_kwh: 1.234567 });
  assert.ok(tookMs < 3_000, `took ${tookMs} ms`);
});
