// Charging profiles over the wire: who is taken, what the vehicle does under them, what the station reports of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waiting, type Rigged } from '#test/load-tests/fleet/accepted-station';
import { until } from '#test/support/until';

type Version = '1.6' | '2.0.1' | '2.1';
type Wanted = {
  id?: number;
  purpose?: string;
  stackLevel?: number;
  limit: number;
  tx?: string;
  kind?: string;
  periods?: object[];
};

function setting(version: Version, evseId: number, wanted: Wanted): object {
  const { id = 1, purpose = 'TxDefaultProfile', stackLevel = 0, limit, tx, kind = 'Absolute', periods } = wanted;
  const common = { stackLevel, chargingProfilePurpose: purpose, chargingProfileKind: kind };
  const startSchedule = kind === 'Relative' ? {} : { startSchedule: new Date(Date.now() - 60_000).toISOString() };
  const schedule = {
    ...startSchedule,
    chargingRateUnit: 'W',
    chargingSchedulePeriod: periods ?? [{ startPeriod: 0, limit }],
  };
  if (version === '1.6') {
    const transaction = tx === undefined ? {} : { transactionId: Number(tx) };
    const csChargingProfiles = { ...common, ...transaction, chargingProfileId: id, chargingSchedule: schedule };
    return { connectorId: evseId, csChargingProfiles };
  }
  const transaction = tx === undefined ? {} : { transactionId: tx };
  const chargingProfile = { ...common, ...transaction, id, chargingSchedule: [{ ...schedule, id }] };
  return { evseId, chargingProfile };
}

/** The power of a reading that is asked for now. */
async function powerNow({ csms, said }: Rigged): Promise<number> {
  const before = csms.of('MeterValues').length;
  await said('TriggerMessage', { requestedMessage: 'MeterValues' });
  await until(() => csms.of('MeterValues').length > before, 'the reading');
  const values = csms.of('MeterValues').at(-1)?.payload['meterValue'] as
    | { sampledValue: { measurand: string; value: number }[] }[]
    | undefined;
  return Number(values?.[0]?.sampledValue.find(({ measurand }) => measurand === 'Power.Active.Import')?.value);
}

test('a vehicle obeys the profile while it is set, and the composite says the same', async (t) => {
  for (const version of ['1.6', '2.0.1', '2.1'] as const) {
    const rigged = await waiting(t, { version });
    const { said } = rigged;
    const transactionId = await rigged.charge();
    assert.ok((await powerNow(rigged)) > 3000);
    const tx = setting(version, 1, { purpose: 'TxProfile', limit: 2000, tx: transactionId });
    assert.deepEqual(await said('SetChargingProfile', tx), { status: 'Accepted' });
    assert.equal(await powerNow(rigged), 2000);
    const where = version === '1.6' ? { connectorId: 1 } : { evseId: 1 };
    const composite = (await said('GetCompositeSchedule', { ...where, duration: 60, chargingRateUnit: 'W' })) as Record<
      string,
      unknown
    >;
    const schedule = composite[version === '1.6' ? 'chargingSchedule' : 'schedule'] as {
      chargingSchedulePeriod: unknown;
    };
    assert.deepEqual(schedule.chargingSchedulePeriod, [{ startPeriod: 0, limit: 2000, numberPhases: 3 }]);
    assert.deepEqual(await said('ClearChargingProfile', version === '1.6' ? { id: 1 } : { chargingProfileId: 1 }), {
      status: 'Accepted',
    });
    assert.deepEqual(await said('ClearChargingProfile', {}), { status: 'Unknown' });
    assert.ok((await powerNow(rigged)) > 3000);
    assert.deepEqual(
      await said('GetCompositeSchedule', {
        ...where,
        ...(version === '1.6' ? { connectorId: 7 } : { evseId: 7 }),
        duration: 60,
      }),
      { status: 'Rejected' },
    );
  }
});

test('a profile of a transaction needs one and ends with it; the maximum of a station is for the station', async (t) => {
  for (const version of ['1.6', '2.0.1'] as const) {
    const rigged = await waiting(t, { version });
    const { said, rig } = rigged;
    const set = async (evseId: number, wanted: Wanted): Promise<unknown> =>
      said('SetChargingProfile', setting(version, evseId, wanted));
    assert.deepEqual(await set(1, { purpose: 'TxProfile', limit: 1000, tx: '1' }), { status: 'Rejected' });
    const tx = await rigged.charge();
    assert.deepEqual(await set(1, { purpose: 'TxProfile', limit: 1000, tx }), { status: 'Accepted' });
    assert.deepEqual(await set(1, { id: 2, purpose: 'TxProfile', limit: 1000, tx: '999' }), { status: 'Rejected' });
    const ofStation = version === '1.6' ? 'ChargePointMaxProfile' : 'ChargingStationMaxProfile';
    assert.deepEqual(await set(1, { id: 3, purpose: ofStation, limit: 1000 }), { status: 'Rejected' });
    assert.deepEqual(await set(0, { id: 3, purpose: ofStation, limit: 1000 }), { status: 'Accepted' });
    assert.deepEqual(await set(5, { id: 4, limit: 1000 }), { status: 'Rejected' });
    assert.deepEqual(await set(0, { id: 4, stackLevel: 99, limit: 1000 }), { status: 'Rejected' });
    assert.deepEqual(await set(0, { id: 4, limit: 1, periods: [{ startPeriod: 5, limit: 1 }] }), {
      status: 'Rejected',
    });
    // The same place under another id: 1.6 replaces, 2.x refuses (K01.FR.06).
    const rival = await set(0, { id: 9, purpose: ofStation, limit: 500 });
    assert.deepEqual(rival, { status: version === '1.6' ? 'Accepted' : 'Rejected' });
    rig.station.stop(1, 'driver');
    const left = rig.station.facilities.chargingProfiles?.profiles.map(({ purpose }) => purpose);
    assert.deepEqual(left, ['station-max']);
  }
});

test('a start from afar may bring the profile of its transaction', async (t) => {
  const rigged = await waiting(t, { version: '2.1' });
  const { chargingProfile } = setting('2.1', 1, { purpose: 'TxProfile', limit: 1400 }) as { chargingProfile: object };
  const idToken = { idToken: 'A', type: 'eMAID' };
  const wrong = { ...chargingProfile, chargingProfilePurpose: 'TxDefaultProfile' };
  const start = { idToken, remoteStartId: 1, evseId: 1 };
  assert.deepEqual(await rigged.said('RequestStartTransaction', { ...start, chargingProfile: wrong }), {
    status: 'Rejected',
  });
  assert.deepEqual(await rigged.said('RequestStartTransaction', { ...start, chargingProfile }), { status: 'Accepted' });
  await until(() => rigged.rig.tally.sessionsStarted === 1, 'the start');
  assert.equal(await powerNow(rigged), 1400);
});

test('2.x reports its profiles per EVSE, by id, purpose and source', async (t) => {
  const { csms, said } = await waiting(t, { version: '2.0.1', number: 2 });
  await said('SetChargingProfile', setting('2.0.1', 0, { id: 1, limit: 5000 }));
  await said('SetChargingProfile', setting('2.0.1', 2, { id: 2, limit: 4000 }));
  const ask = async (requestId: number, chargingProfile: object): Promise<unknown> =>
    said('GetChargingProfiles', { requestId, chargingProfile });
  assert.deepEqual(await ask(1, { chargingProfileId: [77] }), { status: 'NoProfiles' });
  assert.deepEqual(await ask(2, { chargingLimitSource: ['EMS'] }), { status: 'NoProfiles' });
  assert.deepEqual(await ask(3, {}), { status: 'Accepted' });
  await until(() => csms.of('ReportChargingProfiles').some(({ payload }) => payload['tbc'] === false), 'the report');
  const told = csms
    .of('ReportChargingProfiles')
    .map(({ payload }) => [payload['requestId'], payload['evseId'], payload['tbc']]);
  assert.deepEqual(told, [
    [3, 0, true],
    [3, 2, false],
  ]);
});

test('2.1: priority needs its profile and a transaction; only a dynamic schedule is updated', async (t) => {
  const rigged = await waiting(t, { version: '2.1' });
  const { said } = rigged;
  const transactionId = await rigged.charge();
  assert.deepEqual(await said('UsePriorityCharging', { transactionId: 'none', activate: true }), {
    status: 'Rejected',
  });
  assert.deepEqual(await said('UsePriorityCharging', { transactionId, activate: true }), { status: 'NoProfile' });
  await said('SetChargingProfile', setting('2.1', 0, { id: 1, limit: 1000 }));
  await said(
    'SetChargingProfile',
    setting('2.1', 0, { id: 2, purpose: 'PriorityCharging', kind: 'Dynamic', limit: 3000 }),
  );
  assert.equal(await powerNow(rigged), 1000);
  assert.deepEqual(await said('UsePriorityCharging', { transactionId, activate: true }), { status: 'Accepted' });
  assert.equal(await powerNow(rigged), 3000);
  const update = async (chargingProfileId: number, limit: number): Promise<unknown> =>
    said('UpdateDynamicSchedule', { chargingProfileId, scheduleUpdate: { limit } });
  assert.deepEqual(await update(1, 2500), { status: 'Rejected' });
  assert.deepEqual(await update(2, 2500), { status: 'Accepted' });
  assert.equal(await powerNow(rigged), 2500);
  assert.deepEqual(await said('UsePriorityCharging', { transactionId, activate: false }), { status: 'Accepted' });
  assert.equal(await powerNow(rigged), 1000);
});
