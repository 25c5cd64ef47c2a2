// When something that is kept for a station is sent, and whose a charging profile is: both sides of each border.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askAgainMs, isDue, type Delivery } from '#services/stations/domain/delivery';
import { ownerNames, ownerOf, ownersFault, profileIdOf, profileOwners } from '#services/stations/domain/profile-owners';

const stands: Delivery = {
  version: 2,
  askedVersion: 2,
  askedAt: 1000,
  outcome: 'accepted',
  isOpen: false,
  sentAt: 1100,
};
const due = (fields: Partial<Delivery>, bootedAt: number | null = null, nowMs = 1000 + askAgainMs): boolean =>
  isDue({ ...stands, ...fields }, bootedAt, nowMs);

test('what changed is sent at once, what stands is not, what is on its way is waited for', () => {
  assert.equal(due({}), false);
  assert.equal(due({ version: 3 }, null, 0), true);
  assert.equal(due({ isOpen: true, outcome: null }, 2000), false);
  assert.equal(due({ version: 3, isOpen: true, outcome: null }), true);
});

test('it is sent again to a station that booted since', () => {
  assert.equal(due({}, 1100), false);
  assert.equal(due({}, 1101), true);
  assert.equal(due({ outcome: 'rejected' }, 1101), true);
});

test('what came to nothing is asked again a minute later; what was refused is not', () => {
  for (const outcome of ['expired', 'unknown', 'offline', 'superseded'] as const) {
    assert.equal(due({ outcome }, null, 1000 + askAgainMs - 1), false, outcome);
    assert.equal(due({ outcome }), true, outcome);
  }
  for (const outcome of ['rejected', 'notSupported', 'failed'] as const) assert.equal(due({ outcome }), false, outcome);
});

test('each owner has levels and numbers of its own, and a name has the same number everywhere', () => {
  const levels = ownerNames.map((owner) => profileOwners[owner].levelFrom);
  assert.deepEqual(levels, [0, 3, 6]);
  for (const owner of ownerNames) {
    const id = profileIdOf(owner, 'night', 0);
    assert.equal(ownerOf(id), owner);
    assert.equal(profileIdOf(owner, 'night', 0), id);
    assert.notEqual(profileIdOf(owner, 'night', 1), id);
    const { idFrom } = profileOwners[owner];
    assert.deepEqual([ownerOf(idFrom), ownerOf(idFrom + 99_999_999)], [owner, owner]);
  }
  assert.deepEqual([ownerOf(99_999_999), ownerOf(400_000_000)], [undefined, undefined]);
});

test('an owner keeps what it may: its purposes, on the places that they are for', () => {
  const faultAt = (
    owner: 'operator' | 'site' | 'ocpi',
    profile: Parameters<typeof ownersFault>[1],
    evseId: number,
  ): string | undefined => ownersFault(owner, profile, evseId)?.path;
  assert.equal(faultAt('site', { purpose: 'ChargingStationMaxProfile' }, 0), undefined);
  assert.equal(faultAt('site', { purpose: 'ChargingStationMaxProfile' }, 1), 'body/evseId');
  assert.equal(faultAt('ocpi', { purpose: 'TxProfile', transactionId: '1' }, 1), undefined);
  assert.equal(faultAt('ocpi', { purpose: 'TxProfile', transactionId: '1' }, 0), 'body/evseId');
  assert.equal(faultAt('ocpi', { purpose: 'TxProfile' }, 1), 'body/profile/transactionId');
  assert.equal(faultAt('ocpi', { purpose: 'TxDefaultProfile' }, 1), 'body/profile/purpose');
  assert.equal(
    faultAt('operator', { purpose: 'TxDefaultProfile', transactionId: '1' }, 1),
    'body/profile/transactionId',
  );
  assert.equal(faultAt('operator', { purpose: 'ChargingStationExternalConstraints' }, 0), 'body/profile/purpose');
});
