import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionsOf, compileAllGuards, guardOf, ocppVersions } from '#contracts/ocpp';

test('every message of every version has a guard', () => {
  assert.deepEqual(
    ocppVersions.map((version) => actionsOf(version).length),
    [39, 64, 91],
  );
  assert.equal(compileAllGuards(ocppVersions), 78 + 128 + 181);
});

test('a guard accepts the valid and names the path of the invalid', () => {
  const guard = guardOf('1.6', 'StartTransaction', 'Request');
  assert.ok(guard !== undefined);
  const valid = { connectorId: 1, idTag: 'TAG', meterStart: 100, timestamp: '2026-11-25T10:00:00Z' };
  assert.equal(guard(valid), undefined);
  assert.equal(guard({ ...valid, meterStart: 'x' })?.path, '/meterStart');
  assert.equal(guard({ ...valid, extra: 1 })?.keyword, 'additionalProperties');
  assert.equal(guard({ ...valid, idTag: 'x'.repeat(21) })?.keyword, 'maxLength');
  assert.equal(guard({ connectorId: 1 })?.keyword, 'required');
  assert.equal(
    guard(JSON.parse('{"__proto__":1,"connectorId":1,"idTag":"T","meterStart":1,"timestamp":"2026-11-25T10:00:00Z"}'))
      ?.keyword,
    'additionalProperties',
  );
});

test('a charging limit of 21.4 is a multiple of a tenth', () => {
  const profile = (limit: number) => ({
    connectorId: 1,
    csChargingProfiles: {
      chargingProfileId: 1,
      stackLevel: 0,
      chargingProfilePurpose: 'TxDefaultProfile',
      chargingProfileKind: 'Absolute',
      chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
    },
  });
  assert.equal(guardOf('1.6', 'SetChargingProfile', 'Request')?.(profile(21.4)), undefined);
  assert.equal(guardOf('1.6', 'SetChargingProfile', 'Request')?.(profile(21.44))?.keyword, 'multipleOf');
});

test('timestamps as the field writes them pass, others do not', () => {
  const guard = guardOf('1.6', 'StatusNotification', 'Request');
  const at = (timestamp: string) => guard?.({ connectorId: 1, errorCode: 'NoError', status: 'Available', timestamp });
  for (const good of [
    '2026-11-25T10:00:00Z',
    '2026-11-25T10:00:00.123456Z',
    '2026-11-25T10:00:00+02',
    '2026-11-25T10:00:00+0200',
    '2026-11-25 10:00:00',
    '2026-11-25T10:00:00',
  ]) {
    assert.equal(at(good), undefined, good);
  }
  for (const bad of ['222222017-10-27T00:00:00Z', 'yesterday', '', '2026-11-25'])
    assert.equal(at(bad)?.keyword, 'format', bad);
});

test('an action that a version lacks has no guard', () => {
  assert.equal(guardOf('1.6', 'TransactionEvent', 'Request'), undefined);
  assert.equal(guardOf('2.0.1', 'StartTransaction', 'Request'), undefined);
  assert.equal(guardOf('1.6', 'toString', 'Request'), undefined);
  assert.ok(guardOf('2.1', 'NotifyPeriodicEventStream', 'Request') !== undefined);
});
