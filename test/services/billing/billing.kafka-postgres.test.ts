// Billing on real parts: every ended session becomes one CDR or one review, whatever happens meanwhile.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demoAssignment, demoTariff } from '#infra/local/demo-tariff';
import { cdrIdOf } from '#contracts/keys';
import {
  cdrOf,
  cdrsIn,
  eventually,
  itemsOf,
  kWh,
  minuteMs,
  openRig,
  reviewOf,
  sessionSays,
  stateAt,
  tellPlace,
  tenantId,
  type Rig,
} from './rig.ts';

let rig: Rig;
/** Sessions of this file begin now: what is in force is what operators wrote before. */
const soon = (): { startedAt: number; endedAt: number } => {
  const startedAt = Date.now() + 1_000;
  return { startedAt, endedAt: startedAt + 60 * minuteMs };
};

before(async () => {
  rig = await openRig();
  await tellPlace(rig, { stationId: 'S-1', locationId: 'L-1', partyId: 'DE-CSM' });
  assert.equal((await rig.ask('POST', '/v1/tariffs', demoTariff)).status, 201);
  assert.equal((await rig.ask('POST', '/v1/tariff-assignments', demoAssignment)).status, 201);
});
after(() => rig.close());

test('an ended session has one CDR that embeds what it was made of, and explains itself', async () => {
  const { startedAt, endedAt } = soon();
  const parkedFrom = startedAt + 40 * minuteMs;
  const ended = sessionSays({
    startedAt,
    endedAt,
    readings: [
      { ...stateAt(0, 'Charging'), at: startedAt },
      { ...stateAt(0, 'SuspendedEV'), at: parkedFrom },
    ],
  });
  await rig.tell(ended);
  await rig.tell(ended);
  const listed = await cdrOf(rig, ended.sessionId);
  // 0.35 + 10 · 0.49 + 1/3 · 3.00 = 6.25; VAT 1.1875
  assert.deepEqual(
    [listed['totalExclVat'], listed['totalVat'], listed['totalInclVat'], listed['currency']],
    ['6.25', '1.19', '7.44', 'EUR'],
  );
  assert.equal(listed['cdrId'], cdrIdOf(tenantId, ended.sessionId));
  assert.deepEqual(
    [listed['locationId'], listed['partyId'], listed['parkingSeconds'], listed['energyKwh'], listed['actor']],
    ['L-1', 'DE-CSM', 1200, '10', null],
  );
  const { body } = await rig.ask('GET', `/v1/cdrs/${String(listed['cdrId'])}`);
  assert.deepEqual(body['tariff'], demoTariff);
  assert.equal((body['lines'] as object[]).length, 3);
  assert.equal((body['periods'] as object[]).length, 2);
  const explanation = await rig.ask('GET', `/v1/cdrs/${String(listed['cdrId'])}/explanation`);
  assert.deepEqual([explanation.body['agrees'], explanation.body['differences']], [true, []]);
  assert.equal((explanation.body['recomputed'] as { totalInclVat: string }).totalInclVat, '7.44');
});

test('a session of no energy and no authorisation has its CDR too', async () => {
  const nothing = sessionSays({
    ...soon(),
    energyMilliWh: 0,
    meterStopMilliWh: 1_000_000,
    tokenRef: null,
    tokenType: null,
  });
  await rig.tell(nothing);
  assert.equal((await cdrOf(rig, nothing.sessionId))['totalExclVat'], '0.35');
});

test('a session keeps the tariff of its start though it changes meanwhile', async () => {
  await rig.ask('POST', '/v1/tariffs', { ...demoTariff, tariffId: 'changing' });
  await rig.ask('POST', '/v1/tariff-assignments', { assignmentId: 'S-2', tariffId: 'changing', stationId: 'S-2' });
  const startedAt = Date.now();
  // The version of the start is the last one written by then: the next is written in a later millisecond.
  await new Promise((resolve) => setImmediate(resolve));
  await eventually(
    async () => Date.now(),
    (now) => now > startedAt,
    'the next millisecond',
  );
  const elements = [{ priceComponents: [{ type: 'FLAT', price: '99' }] }];
  const changed = await rig.ask('PUT', '/v1/tariffs/changing', { partyId: 'DE-CSM', currency: 'EUR', elements });
  assert.equal(changed.status, 200);
  const early = sessionSays({ stationId: 'S-2', startedAt, endedAt: startedAt + 60 * minuteMs });
  const late = sessionSays({ stationId: 'S-2', startedAt: Date.now() + 1, endedAt: Date.now() + 60 * minuteMs });
  await rig.tell(early);
  await rig.tell(late);
  assert.equal((await cdrOf(rig, early.sessionId))['totalExclVat'], '5.25');
  assert.equal((await cdrOf(rig, late.sessionId))['totalExclVat'], '99.00');
  const versions = await rig.ask('GET', '/v1/tariffs/changing/versions');
  assert.deepEqual(
    itemsOf(versions).map(({ operation }) => operation),
    ['updated', 'created'],
  );
});

test('the narrowest place decides: an EVSE before its station, a location before all of the tenant', async () => {
  await tellPlace(rig, { stationId: 'S-3', locationId: 'L-3', partyId: 'NL-CSM' });
  for (const [tariffId, place] of [
    ['of-evse', { stationId: 'S-3', evseId: 2 }],
    ['of-location', { locationId: 'L-3' }],
    ['of-party', { partyId: 'NL-CSM' }],
  ] as const) {
    const price = { 'of-evse': '1', 'of-location': '2', 'of-party': '3' }[tariffId];
    const elements = [{ priceComponents: [{ type: 'FLAT', price }] }];
    await rig.ask('POST', '/v1/tariffs', { tariffId, partyId: 'NL-CSM', currency: 'EUR', elements });
    const assigned = await rig.ask('POST', '/v1/tariff-assignments', { assignmentId: tariffId, tariffId, ...place });
    assert.equal(assigned.status, 201, JSON.stringify(assigned.body));
  }
  await tellPlace(rig, { stationId: 'S-4', locationId: 'L-4', partyId: 'NL-CSM' });
  const told = [
    sessionSays({ ...soon(), stationId: 'S-3', evseId: 2 }),
    sessionSays({ ...soon(), stationId: 'S-3', evseId: 1 }),
    sessionSays({ ...soon(), stationId: 'S-4' }),
    sessionSays({ ...soon(), stationId: 'S-elsewhere', energyMilliWh: 0 }),
  ];
  for (const each of told) await rig.tell(each);
  const totals = await Promise.all(told.map(async ({ sessionId }) => (await cdrOf(rig, sessionId))['totalExclVat']));
  assert.deepEqual(totals, ['1.00', '2.00', '3.00', '0.35']);
});

test('an assignment to a place that nobody registered is allowed, and said to price nothing yet', async () => {
  const elements = [{ priceComponents: [{ type: 'FLAT', price: '1' }] }];
  await rig.ask('POST', '/v1/tariffs', { tariffId: 'lonely', partyId: 'DE-CSM', currency: 'EUR', elements });
  await tellPlace(rig, { stationId: 'S-known', locationId: 'L-known', partyId: 'FR-KNO' });
  const warned = async (place: object, assignmentId: string): Promise<string[]> => {
    await rig.ask('POST', '/v1/tariff-assignments', { assignmentId, tariffId: 'lonely', ...place });
    const { body } = await rig.ask('GET', `/v1/tariff-assignments/${assignmentId}`);
    return (body['warnings'] as { path: string }[]).map(({ path }) => path);
  };
  assert.deepEqual(await warned({ stationId: 'S-unknown' }, 'lonely-1'), ['stationId']);
  assert.deepEqual(await warned({ locationId: 'L-unknown' }, 'lonely-2'), ['locationId']);
  assert.deepEqual(await warned({ partyId: 'FR-UNK' }, 'lonely-3'), ['partyId']);
  const known = { stationId: 'S-known', locationId: 'L-known', partyId: 'FR-KNO' };
  for (const [n, [name, id]] of Object.entries(known).entries())
    await eventually(
      () => warned({ [name]: id }, `known-${n}`),
      (warnings) => warnings.length === 0,
      `${name} to be known`,
    );
});

test('without a tariff a session is held for a person, who assigns one and releases it', async () => {
  const other = { tenantId: 'other', stationId: 'O-1' };
  const homeless = sessionSays({ ...other, startedAt: Date.now() - 60 * minuteMs, endedAt: Date.now() });
  await rig.tell(homeless);
  const asOther = { tenant: 'other' };
  const held = await eventually(
    () => rig.ask('GET', `/v1/billing-reviews?state=open`, undefined, asOther),
    (answer) => itemsOf(answer).length === 1,
    'review of the other tenant',
  );
  const [review] = itemsOf(held);
  assert.deepEqual([review?.['reason'], review?.['sessionId']], ['no-tariff', homeless.sessionId]);
  // Nobody else sees it, or may resolve it.
  assert.deepEqual(itemsOf(await rig.ask('GET', `/v1/billing-reviews?sessionId=${homeless.sessionId}`)), []);
  const path = `/v1/billing-reviews/${String(review?.['reviewId'])}/resolve`;
  assert.equal((await rig.ask('POST', path, { resolution: 'issued' })).status, 404);
  const kept = await rig.ask('POST', path, { resolution: 'kept' }, asOther);
  assert.deepEqual([kept.status, (kept.body['violations'] as { path: string }[])[0]?.path], [422, 'body/resolution']);
  await rig.ask('POST', '/v1/tariffs', demoTariff, asOther);
  await rig.ask('POST', '/v1/tariff-assignments', demoAssignment, asOther);
  assert.equal((await rig.ask('POST', path, { resolution: 'issued', note: 'assigned' }, asOther)).status, 200);
  const issued = await eventually(
    () => rig.ask('GET', `/v1/cdrs?sessionId=${homeless.sessionId}`, undefined, asOther),
    (answer) => itemsOf(answer).length === 1,
    'released CDR',
  );
  assert.equal(itemsOf(issued)[0]?.['actor'], 'key-1');
  assert.equal((await rig.ask('POST', path, { resolution: 'written-off' }, asOther)).status, 409);
});

test('a doubtful session is held; a person may write it off, and then it costs nothing', async () => {
  const doubtful = sessionSays({ ...soon(), flags: ['meter-regressed', 'clock-before-2020'] });
  await rig.tell(doubtful);
  const review = await reviewOf(rig, doubtful.sessionId, 'flagged');
  assert.equal(review['detail'], 'meter-regressed, clock-before-2020');
  const path = `/v1/billing-reviews/${String(review['reviewId'])}/resolve`;
  const answer = await rig.ask('POST', path, { resolution: 'written-off' });
  assert.deepEqual([answer.status, answer.body['state'], answer.body['resolvedBy']], [200, 'resolved', 'key-1']);
  const marker = sessionSays(soon());
  await rig.tell(marker);
  await cdrOf(rig, marker.sessionId);
  assert.deepEqual(itemsOf(await rig.ask('GET', `/v1/cdrs?sessionId=${doubtful.sessionId}`)), []);
});

test('a session whose start comes last is held until then, and issued by itself', async () => {
  const lost = sessionSays({ ...soon(), flags: ['start-missing'] });
  await rig.tell(lost);
  await reviewOf(rig, lost.sessionId, 'flagged');
  await rig.tell(sessionSays({ ...lost, sourceOffset: lost.sourceOffset + 1_000, flags: [] }));
  assert.equal((await cdrOf(rig, lost.sessionId))['actor'], null);
  const reviews = await rig.ask('GET', `/v1/billing-reviews?sessionId=${lost.sessionId}`);
  assert.deepEqual(
    itemsOf(reviews).map(({ state, resolution, resolvedBy }) => [state, resolution, resolvedBy]),
    [['resolved', 'issued', null]],
  );
});

test('a session whose end never comes is held for a person; one that a correction opens again is told of', async () => {
  const open = { phase: 'charging', endedAt: null, meterStopMilliWh: null } as const;
  const lost = sessionSays({ ...soon(), ...open, type: 'SessionFlagged', flags: ['stop-missing'] });
  await rig.tell(sessionSays({ ...lost, type: 'SessionStarted', flags: [], sourceOffset: lost.sourceOffset - 1 }));
  await rig.tell(lost);
  assert.equal((await reviewOf(rig, lost.sessionId, 'flagged'))['detail'], 'stop-missing');
  await rig.tell(
    sessionSays({ ...lost, ...soon(), phase: 'ended', flags: [], sourceOffset: lost.sourceOffset + 1_000 }),
  );
  assert.equal((await cdrOf(rig, lost.sessionId))['actor'], null);
  await rig.tell(sessionSays({ ...lost, type: 'SessionCorrected', flags: [], generation: 2 }));
  assert.match(String((await reviewOf(rig, lost.sessionId, 'corrected'))['detail']), /not ended/);
});

test('late facts do not touch a CDR: they open a review; facts that cost nothing open none', async () => {
  const ended = sessionSays(soon());
  await rig.tell(ended);
  const cdr = await cdrOf(rig, ended.sessionId);
  const same = sessionSays({ ...ended, type: 'SessionUpdated', sourceOffset: ended.sourceOffset + 1_000 });
  await rig.tell({ ...same, stopReason: 'Remote' });
  const more = { energyMilliWh: 11 * kWh, meterStopMilliWh: 1_000_000 + 11 * kWh };
  await rig.tell(sessionSays({ ...ended, ...more, type: 'SessionUpdated', sourceOffset: ended.sourceOffset + 2_000 }));
  const review = await reviewOf(rig, ended.sessionId, 'late-facts');
  assert.equal(review['cdrId'], cdr['cdrId']);
  assert.match(String(review['detail']), /billed: 10000000 mWh, 6.25 EUR; now: 11000000 mWh/);
  assert.equal(itemsOf(await rig.ask('GET', `/v1/billing-reviews?sessionId=${ended.sessionId}`)).length, 1);
  assert.deepEqual(await cdrOf(rig, ended.sessionId), cdr);
  const path = `/v1/billing-reviews/${String(review['reviewId'])}/resolve`;
  assert.equal((await rig.ask('POST', path, { resolution: 'issued' })).status, 422);
  assert.equal((await rig.ask('POST', path, { resolution: 'kept' })).status, 200);
});

test('a correction of a session with a CDR opens a review; of one without it is newer input', async () => {
  const ended = sessionSays(soon());
  await rig.tell(ended);
  const cdr = await cdrOf(rig, ended.sessionId);
  const correction = { type: 'SessionCorrected', generation: 2, energyMilliWh: 9 * kWh } as const;
  await rig.tell(sessionSays({ ...ended, ...correction }));
  await reviewOf(rig, ended.sessionId, 'corrected');
  assert.deepEqual(await cdrOf(rig, ended.sessionId), cdr);
  const held = sessionSays({ ...soon(), flags: ['end-differs'] });
  await rig.tell(held);
  await reviewOf(rig, held.sessionId, 'flagged');
  await rig.tell(sessionSays({ ...held, ...correction, flags: [] }));
  assert.equal((await cdrOf(rig, held.sessionId))['energyMilliWh'], 9 * kWh);
});

test('a service that is started again over the same log and an empty database decides nothing anew', async () => {
  const before = await rig.decisions();
  const database = await rig.newDatabase('again');
  await rig.stop();
  await rig.startService(database);
  const asPlatform = { role: 'platform' };
  await eventually(
    () => rig.ask('GET', '/v1/projections/billing_sessions', undefined, asPlatform),
    ({ body }) =>
      (body['partitions'] as { nextOffset: number; endOffset: number }[]).every(
        (each) => each.nextOffset >= each.endOffset,
      ),
    'the sessions',
  );
  // Tariffs are operators' writing, and gone with the old database: anything that were decided now would be a review.
  const marker = sessionSays(soon());
  await rig.tell(marker);
  await reviewOf(rig, marker.sessionId, 'no-tariff');
  const now = await rig.decisions();
  assert.equal(now.length, before.length + 1);
  const ids = cdrsIn(now).map(({ cdrId }) => cdrId);
  assert.equal(new Set(ids).size, ids.length);
});
