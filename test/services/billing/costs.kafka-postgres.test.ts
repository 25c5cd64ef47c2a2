// What a transaction costs, asked for its station: as soon as its end is folded, to the cent what the bill says, or why not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demoAssignment, demoTariff } from '#infra/local/demo-tariff';
import type { PriceReading, SessionUpdated } from '#contracts/generated/types';
import { Costs } from '#services/billing/costs';
import { createLogger } from '#kit/logger';
import {
  cdrOf,
  eventually,
  kWh,
  minuteMs,
  openRig,
  reviewOf,
  sessionSays,
  start,
  stateAt,
  tellPlace,
  tenantId,
  type Rig,
} from './rig.ts';

let rig: Rig;
let transactions = 0;

before(async () => {
  rig = await openRig();
  await tellPlace(rig, { stationId: 'S-1', locationId: 'L-1', partyId: 'DE-CSM' });
  assert.equal((await rig.ask('POST', '/v1/tariffs', demoTariff)).status, 201);
  assert.equal((await rig.ask('POST', '/v1/tariff-assignments', demoAssignment)).status, 201);
});
after(() => rig.close());

/** Sessions begin now: what is in force is what operators wrote before. */
function session(more: Partial<SessionUpdated> = {}) {
  const startedAt = Date.now() + 1_000;
  const transactionId = `cost-${transactions++}`;
  return sessionSays({ transactionId, startedAt, endedAt: startedAt + 60 * minuteMs, ...more });
}

type Asked = { readonly stationId: string; readonly transactionId: string; readonly endedAt: number | null };

async function costOf(
  { stationId, transactionId, endedAt }: Asked,
  waitMs = endedAt === null ? 50 : 9_000,
): Promise<Record<string, unknown>> {
  const question = { tenantId, stationId, transactionId, endedAt, waitMs };
  const { status, body } = await rig.ask('POST', '/internal/costs', question);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

test('asked before its end is folded, the cost waits for it and is what the bill says', async () => {
  const ended = session();
  const asked = costOf(ended);
  await rig.tell({
    ...ended,
    readings: [
      { ...stateAt(0, 'Charging'), at: ended.startedAt },
      { ...stateAt(0, 'SuspendedEV'), at: ended.startedAt + 40 * minuteMs },
    ],
  });
  // 0.35 + 10 · 0.49 + 1/3 · 3.00 = 6.25; VAT 1.1875
  assert.deepEqual(await asked, { totalInclVat: '7.44', currency: 'EUR' });
  assert.equal((await cdrOf(rig, ended.sessionId))['totalInclVat'], '7.44');
});

test('asked again once it is billed, and after late facts, the cost is that of the bill that stands', async () => {
  const ended = session();
  await rig.tell(ended);
  const { totalInclVat } = await cdrOf(rig, ended.sessionId);
  assert.deepEqual(await costOf(ended), { totalInclVat, currency: 'EUR' });
  const { sourceOffset } = sessionSays();
  await rig.tell({ ...ended, sourceOffset, energyMilliWh: 20 * kWh, meterStopMilliWh: 21 * kWh });
  await reviewOf(rig, ended.sessionId, 'late-facts');
  assert.deepEqual(await costOf(ended), { totalInclVat, currency: 'EUR' });
});

test('an end that does not get folded, or another one, tells no cost', async () => {
  const running = session({ phase: 'charging', endedAt: null });
  await rig.tell({ ...running, type: 'SessionStarted' });
  const startedAt = performance.now();
  assert.deepEqual(await costOf({ ...running, endedAt: start }, 300), { why: 'not-folded' });
  assert.ok(performance.now() - startedAt >= 290, 'it waited for the end');
  assert.deepEqual(await costOf({ ...running, transactionId: 'nobody', endedAt: start }, 0), { why: 'not-folded' });
  const ended = session();
  await rig.tell(ended);
  await cdrOf(rig, ended.sessionId);
  assert.deepEqual(await costOf({ ...ended, endedAt: (ended.endedAt ?? 0) + 1 }), { why: 'another-end' });
  assert.deepEqual(await costOf({ ...ended, endedAt: null }), { why: 'another-end' });
  assert.deepEqual(await costOf({ ...ended, stationId: 'S-2' }, 0), { why: 'not-folded' });
});

test('what is held for a person has no cost: a doubtful session, one without a tariff', async () => {
  const doubtful = session({ flags: ['meter-regressed'] });
  await rig.tell(doubtful);
  assert.deepEqual(await costOf(doubtful), { why: 'flagged' });
  const unread = session({ energyMilliWh: null, meterStopMilliWh: null });
  await rig.tell(unread);
  assert.deepEqual(await costOf(unread), { why: 'flagged' });
  // Before anybody wrote a tariff.
  const early = session({ startedAt: start, endedAt: start + minuteMs });
  await rig.tell(early);
  assert.deepEqual(await costOf(early), { why: 'no-tariff' });
  // A person releases it: from then on it costs what is billed.
  const { reviewId } = await reviewOf(rig, doubtful.sessionId, 'flagged');
  const resolved = await rig.ask('POST', `/v1/billing-reviews/${String(reviewId)}/resolve`, { resolution: 'issued' });
  assert.equal(resolved.status, 200);
  const { totalInclVat } = await cdrOf(rig, doubtful.sessionId);
  assert.deepEqual(await costOf(doubtful), { totalInclVat, currency: 'EUR' });
});

test('what is free costs nothing, in the decimals of its currency', async () => {
  const elements = [{ priceComponents: [{ type: 'ENERGY', price: '0', vat: '19' }] }];
  const free = { tariffId: 'free', partyId: 'DE-CSM', currency: 'EUR', elements };
  assert.equal((await rig.ask('POST', '/v1/tariffs', free)).status, 201);
  const at = { assignmentId: 'free', tariffId: 'free', stationId: 'S-FREE' };
  assert.equal((await rig.ask('POST', '/v1/tariff-assignments', at)).status, 201);
  const ended = session({ stationId: 'S-FREE' });
  await rig.tell(ended);
  assert.deepEqual(await costOf(ended), { totalInclVat: '0.00', currency: 'EUR' });
  assert.equal((await cdrOf(rig, ended.sessionId))['totalInclVat'], '0.00');
});

test('a running session costs what it came to when it last spoke, and later more', async () => {
  const running = session({ phase: 'charging', endedAt: null });
  const read = (minutes: number, energy: number): PriceReading => ({
    ...stateAt(0, ''),
    at: running.startedAt + minutes * minuteMs,
    chargingState: null,
    energyMilliWh: 1_000_000 + energy * kWh,
  });
  const told = async (type: 'SessionStarted' | 'SessionUpdated', minutes: number, energy: number) => {
    const { sourceOffset } = sessionSays();
    const energyMilliWh = energy * kWh;
    await rig.tell({ ...running, type, sourceOffset, energyMilliWh, readings: [read(minutes, energy)] });
  };
  const costs: unknown[] = [];
  for (const [type, minutes, energy] of [
    ['SessionStarted', 0, 0],
    ['SessionUpdated', 10, 2],
  ] as const) {
    await told(type, minutes, energy);
    const newer = await eventually(
      async () => (await costOf({ ...running, endedAt: null }))['totalInclVat'],
      (cost) => cost !== undefined && cost !== costs.at(-1),
      'the cost of what was just told',
    );
    costs.push(newer);
  }
  // 0.35, then 0.35 + 2 · 0.49 = 1.33; with VAT of 19 %
  assert.deepEqual(costs, ['0.42', '1.58']);
});

test('what a running session says while its cost is asked for counts already', async () => {
  const running = session({ phase: 'charging', endedAt: null, energyMilliWh: 0 });
  await rig.tell({ ...running, type: 'SessionStarted' });
  const known = async () => (await costOf({ ...running, endedAt: null }))['totalInclVat'];
  await eventually(known, (cost) => cost === '0.42', 'the start');
  const { sourceOffset } = sessionSays();
  const asked = costOf({ ...running, endedAt: null }, 9_000);
  await known();
  await rig.tell({ ...running, type: 'SessionUpdated', sourceOffset, energyMilliWh: 2 * kWh });
  assert.equal((await asked)['totalInclVat'], '1.58');
});

test('more questions than may wait are answered at once, and only our own services may ask', async () => {
  const readToEnd = async (): Promise<void> => undefined;
  const options = { readToEnd, now: Date.now, waitingMax: 0, lookEveryMs: 1_000 };
  const costs = new Costs({ ...options, database: {} as never, logger: createLogger('test', 'silent') });
  const question = { tenantId, stationId: 'S-1', transactionId: 'T', endedAt: start, waitMs: 1_000 };
  assert.deepEqual(await costs.ask(question), { why: 'too-many-questions' });
  await costs.close();
  const stranger = await rig.ask('POST', '/internal/costs', question, { headers: { authorization: 'Bearer x' } });
  assert.equal(stranger.status, 401);
  const unstorable = await rig.ask('POST', '/internal/costs', { ...question, transactionId: 'T\u0000' });
  assert.equal(unstorable.status, 400);
});
