// Availability and reservations: what is told, who may charge, what expires, in every version.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waiting, type Rigged } from '#test/load-tests/fleet/accepted-station';
import { until } from '#test/support/until';

const versions = ['1.6', '2.0.1', '2.1'] as const;
type Version = (typeof versions)[number];

function change(version: Version, evseId: number, operative: boolean): object {
  const status = operative ? 'Operative' : 'Inoperative';
  if (version === '1.6') return { connectorId: evseId, type: status };
  return evseId === 0 ? { operationalStatus: status } : { operationalStatus: status, evse: { id: evseId } };
}

function reservation(
  version: Version,
  id: number,
  more: { evseId?: number; uid?: string; group?: string; forMs?: number },
): object {
  const expiry = new Date(Date.now() + (more.forMs ?? 3_600_000)).toISOString();
  const { uid = 'GUEST', group, evseId } = more;
  if (version === '1.6') {
    const parent = group === undefined ? {} : { parentIdTag: group };
    return { reservationId: id, connectorId: evseId ?? 0, idTag: uid, expiryDate: expiry, ...parent };
  }
  return {
    id,
    expiryDateTime: expiry,
    idToken: { idToken: uid, type: 'ISO14443' },
    ...(evseId === undefined ? {} : { evseId }),
    ...(group === undefined ? {} : { groupIdToken: { idToken: group, type: 'Central' } }),
  };
}

function told({ csms }: Rigged, evseId: number): unknown {
  const last = csms
    .of('StatusNotification')
    .findLast(({ payload }) => (payload['evseId'] ?? payload['connectorId']) === evseId);
  return last?.payload['status'] ?? last?.payload['connectorStatus'];
}

function start(version: Version, uid: string, evseId?: number): [string, object] {
  if (version === '1.6')
    return ['RemoteStartTransaction', { idTag: uid, ...(evseId === undefined ? {} : { connectorId: evseId }) }];
  const idToken = { idToken: uid, type: 'ISO14443' };
  return ['RequestStartTransaction', { idToken, remoteStartId: 9, ...(evseId === undefined ? {} : { evseId }) }];
}

test('an EVSE out of service says so, takes no driver, stays so over a reboot, and comes back', async (t) => {
  for (const version of versions) {
    const rigged = await waiting(t, { version, number: 2 });
    const { csms, said } = rigged;
    assert.deepEqual(await said('ChangeAvailability', change(version, 3, false)), { status: 'Rejected' });
    assert.deepEqual(await said('ChangeAvailability', change(version, 2, false)), { status: 'Accepted' });
    await until(() => told(rigged, 2) === 'Unavailable', 'the status');
    assert.equal(told(rigged, 1), 'Available');
    assert.deepEqual(await said(...start(version, 'A', 2)), { status: 'Rejected' });
    const before = csms.of('StatusNotification').length;
    await said('Reset', { type: version === '1.6' ? 'Hard' : 'Immediate' });
    await until(() => csms.of('StatusNotification').length >= before + 2, 'the statuses after the boot');
    assert.equal(told(rigged, 2), 'Unavailable');
    assert.deepEqual(await said('ChangeAvailability', change(version, 0, true)), { status: 'Accepted' });
    await until(() => told(rigged, 2) === 'Available', 'service again');
    assert.deepEqual(await said(...start(version, 'A', 2)), { status: 'Accepted' });
  }
});

test('a station out of service as a whole lets the running session end first', async (t) => {
  for (const version of versions) {
    const rigged = await waiting(t, { version });
    await rigged.charge();
    assert.deepEqual(await rigged.said('ChangeAvailability', change(version, 0, false)), { status: 'Scheduled' });
    assert.notEqual(told(rigged, 1), 'Unavailable');
    rigged.rig.station.stop(1, 'driver');
    await until(() => told(rigged, 1) === 'Unavailable', 'the status after the session');
    assert.equal(rigged.rig.tally.sessionsEnded, 1);
  }
});

test('a reserved EVSE keeps strangers out, takes its card, and the start names the reservation', async (t) => {
  for (const version of versions) {
    const rigged = await waiting(t, { version });
    const { csms, said, rig } = rigged;
    assert.deepEqual(await said('ReserveNow', reservation(version, 5, { evseId: 1 })), { status: 'Accepted' });
    await until(() => told(rigged, 1) === 'Reserved', 'the status');
    assert.deepEqual(await said('ReserveNow', reservation(version, 6, { evseId: 1 })), { status: 'Occupied' });
    assert.deepEqual(await said('ReserveNow', reservation(version, 5, { evseId: 1 })), { status: 'Accepted' });
    assert.deepEqual(await said(...start(version, 'STRANGER')), { status: 'Rejected' });
    assert.deepEqual(await said(...start(version, 'GUEST')), { status: 'Accepted' });
    await until(() => rig.tally.sessionsStarted === 1, 'the start');
    const [started] = csms.of(version === '1.6' ? 'StartTransaction' : 'TransactionEvent');
    assert.equal(started?.payload['reservationId'], 5);
    assert.deepEqual(await said('CancelReservation', { reservationId: 5 }), { status: 'Rejected' }, 'it is used up');
  }
});

test('a member of the group may use a reservation; one for any EVSE is used at another', async (t) => {
  const { csms, said, rig } = await waiting(t, { version: '2.0.1', number: 2 });
  await said('ReserveNow', reservation('2.0.1', 7, { evseId: 1, group: 'FLEET' }));
  const idToken = { idToken: 'COLLEAGUE', type: 'ISO14443' };
  const request = { idToken, remoteStartId: 1, evseId: 1 };
  assert.deepEqual(await said('RequestStartTransaction', request), { status: 'Rejected' });
  const groupIdToken = { idToken: 'FLEET', type: 'Central' };
  assert.deepEqual(await said('RequestStartTransaction', { ...request, groupIdToken }), { status: 'Accepted' });
  await until(() => rig.tally.sessionsStarted === 1, 'the start');
  assert.equal(csms.of('TransactionEvent')[0]?.payload['reservationId'], 7);
  assert.deepEqual(await said('ReserveNow', reservation('2.0.1', 8, {})), { status: 'Accepted' });
  assert.deepEqual(await said('ReserveNow', reservation('2.0.1', 9, {})), { status: 'Occupied' });
});

test('a reservation ends by itself: 2.x tells it, 1.6 shows the EVSE free again', async (t) => {
  for (const version of versions) {
    const rigged = await waiting(t, { version });
    const { csms, said } = rigged;
    assert.deepEqual(await said('ReserveNow', reservation(version, 1, { evseId: 1, forMs: -1 })), {
      status: 'Rejected',
    });
    await said('ReserveNow', reservation(version, 2, { evseId: 1, forMs: 60 }));
    await until(() => told(rigged, 1) === 'Reserved', 'the status');
    await until(() => told(rigged, 1) === 'Available', 'its end');
    const updates = csms.of('ReservationStatusUpdate').map(({ payload }) => payload);
    const expired = { reservationId: 2, reservationUpdateStatus: 'Expired' };
    assert.deepEqual(updates, version === '1.6' ? [] : [expired]);
  }
});

test('what cannot be reserved is told why: faulted, out of service, in use', async (t) => {
  for (const version of versions) {
    const rigged = await waiting(t, { version });
    const { said, rig } = rigged;
    const reserve = async (): Promise<unknown> => said('ReserveNow', reservation(version, 3, { evseId: 1 }));
    const service = { vendorId: rig.station.vendor.vendor, data: '1' };
    assert.deepEqual(await said('DataTransfer', { ...service, messageId: 'Fault' }), { status: 'Accepted' });
    await until(() => told(rigged, 1) === 'Faulted', 'the status');
    assert.deepEqual(await reserve(), { status: 'Faulted' });
    await said('DataTransfer', { ...service, messageId: 'Recover' });
    await said('ChangeAvailability', change(version, 1, false));
    assert.deepEqual(await reserve(), { status: 'Unavailable' });
    await said('ChangeAvailability', change(version, 1, true));
    await rigged.charge();
    assert.deepEqual(await reserve(), { status: 'Occupied' });
    assert.deepEqual(await said('ReserveNow', reservation(version, 3, { evseId: 9 })), { status: 'Rejected' });
  }
});

test('a maker knows its own service menu and no other', async (t) => {
  const { said, rig } = await waiting(t, { version: '1.6' });
  assert.deepEqual(await said('DataTransfer', { vendorId: 'Somebody' }), { status: 'UnknownVendorId' });
  const own = { vendorId: rig.station.vendor.vendor };
  assert.deepEqual(await said('DataTransfer', { ...own, messageId: 'Dance' }), { status: 'UnknownMessageId' });
  assert.deepEqual(await said('DataTransfer', { ...own, messageId: 'Fault', data: '7' }), { status: 'Rejected' });
});
