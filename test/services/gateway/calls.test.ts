// The tables of what goes to stations, and what operators may send by name, are the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callsOf, versionOfSubprotocol } from '#contracts/calls';
import { laneOfAction } from '#contracts/commands/raw';
import { ocppVersions } from '#contracts/ocpp';
import { triggeredBy } from '#services/gateway/domain/triggered';
import { dialects } from '#services/gateway/parts';

test('an operator may send by name what the version’s table has, and nothing else', () => {
  for (const version of ocppVersions)
    assert.deepEqual([...callsOf(version)].toSorted(), Object.keys(dialects[version].calls).toSorted(), version);
});

test('a version is known by its subprotocol', () => {
  assert.deepEqual(['ocpp1.6', 'OCPP2.0.1', 'ocpp2.1', 'ocpp1.5', '1.6', ''].map(versionOfSubprotocol), [
    '1.6',
    '2.0.1',
    '2.1',
    undefined,
    undefined,
    undefined,
  ]);
});

test('a raw CALL for which a driver waits overtakes maintenance', () => {
  const lanes = ['RemoteStartTransaction', 'RequestStopTransaction', 'UnlockConnector', 'ReserveNow'].map(laneOfAction);
  assert.deepEqual(lanes, ['driver', 'driver', 'driver', 'driver']);
  assert.deepEqual([laneOfAction('Reset'), laneOfAction(undefined)], ['maintenance', 'maintenance']);
});

test('what a CALL asks for may come before the boot is accepted: reports, jobs, triggered messages', () => {
  const after = (action: string, payload: object = {}) => triggeredBy({ action, payload });
  assert.equal(after('GetMonitoringReport'), 'NotifyMonitoringReport');
  assert.equal(after('SignedUpdateFirmware'), 'SignedFirmwareStatusNotification');
  assert.equal(after('TriggerMessage', { requestedMessage: 'SignV2G20Certificate' }), 'SignCertificate');
  assert.equal(after('ExtendedTriggerMessage', { requestedMessage: 'Heartbeat' }), 'Heartbeat');
  assert.equal(after('Reset'), undefined);
  assert.equal(after('TriggerMessage'), undefined);
});
