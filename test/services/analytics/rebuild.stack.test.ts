// ClickHouse's tables rebuilt beside the running sinks: identical, unseen by who queries, and whole after a crash anywhere.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { RebuildOutcome } from '#kit/projection/rebuild-run';
import { sinkTables, type SinkName } from '#services/analytics/rebuild';
import { type AnalyticsRig, startAnalyticsRig } from './analytics-rig.ts';
import { changed, readingOf, sampled, sessionSays, stationId } from './charging-facts.ts';

let rig: AnalyticsRig;
let written = 0;
const key = `default/${stationId}`;
const sessionId = '00000000-0000-8000-8000-000000000001';
const dayStart = Date.parse('2026-03-01T00:00:00.000Z');
const minuteMs = 60_000;

before(async () => {
  rig = await startAnalyticsRig('rebuilding');
});
after(() => rig.close());

/** Appends the next readings, in no order that matters. */
async function report(count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, n) => written + n + 1);
  written += count;
  await Promise.all(
    numbers.map((n) => {
      const at = dayStart + n * minuteMs;
      const reading = readingOf(at, {
        energyImportMilliWh: n * 1000,
        powerImportMilliW: 7_400_000,
        socDeciPercent: 500,
      });
      return rig.append('MeterValuesSampled', key, sampled(at + 200, [reading], { meta: { seq: n } }));
    }),
  );
}

async function readingsSeen(): Promise<number> {
  const [row] = await rig.clickhouse.query<{ n: string }>('SELECT count() AS n FROM meter_readings');
  return Number(row?.n);
}

async function allArrived(): Promise<void> {
  await rig.eventually<{ n: string }>('SELECT count() AS n FROM meter_readings', ([row]) => Number(row?.n) === written);
}

async function energy(): Promise<unknown> {
  return rig.clickhouse.query(
    `SELECT bucket, energy_wh FROM energy_15m(from = '2026-03-01 00:00:00', to = '2026-03-02 00:00:00') ORDER BY bucket`,
  );
}

async function tableNames(): Promise<string[]> {
  const rows = await rig.clickhouse.query<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = currentDatabase() AND comment = '' ORDER BY name`,
  );
  return rows.map(({ name }) => name);
}

function swapped(outcome: RebuildOutcome): void {
  assert.deepEqual([outcome.outcome, outcome.isIdentical], ['swapped', true], JSON.stringify(outcome));
}

test('readings are rebuilt while more come: identical, no query sees fewer, the old tables are kept once', async () => {
  await report(40);
  await allArrived();
  const before = await energy();
  const names = await tableNames();
  const seen: number[] = [];
  let asks = true;
  const asking = (async () => {
    while (asks) seen.push(await readingsSeen());
  })();
  const flowing = report(100);
  swapped(await rig.rebuild('readings'));
  await flowing;
  await allArrived();
  asks = false;
  await asking;
  assert.ok(seen.every((count, n) => count >= (seen[n - 1] ?? 40)));
  swapped(await rig.rebuild('readings'));
  await report(1);
  await allArrived();
  assert.deepEqual(((await energy()) as unknown[]).slice(0, 2), (before as unknown[]).slice(0, 2));
  const previous = sinkTables.readings.tables.map((table) => `${table}_previous`);
  assert.deepEqual(await tableNames(), [...names, ...previous].toSorted());
});

test('a dry run finds a row that the log does not know, and changes nothing', async () => {
  const names = await tableNames();
  assert.ok((await rig.rebuild('readings', { dryRun: true })).isIdentical);
  await rig.clickhouse.command(
    `INSERT INTO meter_readings_raw (tenant_id, station_id, ts, energy_wh) VALUES ('default', 'invented', '2026-03-01 00:00:00', 1)`,
  );
  const found = await rig.rebuild('readings', { dryRun: true });
  assert.deepEqual([found.outcome, found.isIdentical], ['would-swap', false]);
  assert.match(JSON.stringify(found), /"liveRows":\d+,"rebuiltRows":\d+/);
  assert.equal(await readingsSeen(), written + 1);
  assert.deepEqual(await tableNames(), names);
  // A rebuild heals it.
  assert.equal((await rig.rebuild('readings')).isIdentical, false);
  assert.equal(await readingsSeen(), written);
});

test('a crash at any step leaves the sink going on over whole tables, and the next run ends it', async () => {
  const steps = ['taken', 'exchanged-meter_readings_raw', 'swapped', 'tidying'];
  for (const step of steps) {
    const pass = async (name: string): Promise<void> => {
      if (name === `rebuild.${step}`) throw new Error(`crashed at ${step}`);
    };
    await assert.rejects(rig.rebuild('readings', { pass }), /crashed at/, step);
    await report(3);
    await allArrived();
  }
  swapped(await rig.rebuild('readings'));
  await report(1);
  await allArrived();
  assert.ok((await rig.rebuild('readings', { dryRun: true })).isIdentical);
});

test('of what is said of a session only a greater generation and offset counts, in whatever order it comes, rebuilt or not', async () => {
  const facts = { phase: 'ended', startedAt: dayStart, endedAt: dayStart + minuteMs, recordedAt: dayStart } as const;
  const say = (type: 'SessionEnded' | 'SessionCorrected', generation: number, sourceOffset: number, wh: number) =>
    rig.append(
      type,
      `default/${sessionId}`,
      sessionSays(sessionId, { ...facts, generation, sourceOffset, energyMilliWh: wh * 1000 }),
    );
  await say('SessionEnded', 1, 90, 500);
  await say('SessionCorrected', 2, 70, 400);
  await say('SessionEnded', 1, 95, 600);
  await say('SessionCorrected', 2, 70, 400);
  await rig.append(
    'RegistryChanged',
    'station',
    changed('station', stationId, 2, { stationId, locationId: null, vendor: 'V', model: null }),
  );
  const corrected = (rows: { wh: string }[]): boolean => rows[0]?.wh === '400';
  const query = `SELECT toString(energy_wh) AS wh FROM sessions WHERE session_id = '${sessionId}' AND (SELECT count() FROM sessions_raw) >= 3`;
  await rig.eventually<{ wh: string }>(query, corrected);
  await rig.eventually('SELECT 1 FROM stations', (rows) => rows.length === 1);
  for (const sink of ['session_facts', 'dimensions'] satisfies SinkName[]) {
    assert.ok((await rig.rebuild(sink, { dryRun: true })).isIdentical);
    swapped(await rig.rebuild(sink));
  }
  await say('SessionEnded', 2, 60, 700);
  await say('SessionEnded', 2, 99, 800);
  await rig.eventually<{ wh: string }>(query, (rows) => rows[0]?.wh === '800');
});
