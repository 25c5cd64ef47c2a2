// Which commands vouch for a card, and how long they are remembered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandOutcome, CommandRequested } from '#contracts/generated/types';
import { remoteStartIdOf, tokenRefOf } from '#contracts/keys';
import { startWindowMs } from '#services/gateway/domain/voucher';
import { Vouchers } from '#services/gateway/vouchers';
import { connect, fakeGateway, settle } from './fake-parts.ts';
import { tenantKey } from './support.ts';

const tokenRef = tokenRefOf(tenantKey, 'Central', 'GUEST');
const command = (commandId: string, over: Partial<CommandRequested> = {}): CommandRequested => ({
  eventId: 'e',
  tenantId: 'default',
  stationId: 'CS-001',
  commandId,
  connectionEpoch: 5,
  intent: 'StartCharging',
  parametersJson: '{"evseId":2,"token":{"uid":"guest","type":"Central"}}',
  lane: 'driver',
  requestedBy: 'test',
  requestedAt: 1_000,
  expiresAt: 31_000,
  ...over,
});
const of = (vouchers: Vouchers): string[] => vouchers.of('default/CS-001', tokenRef).map(({ commandId }) => commandId);

test('a remote start vouches for its token, whatever type a 1.6 station does not tell; other commands for nothing', () => {
  const vouchers = new Vouchers(() => tenantKey);
  vouchers.requested(command('c1'));
  vouchers.requested(command('c2', { intent: 'StopCharging', parametersJson: '{"transactionId":"1"}' }));
  assert.deepEqual(of(vouchers), ['c1']);
  const [voucher] = vouchers.of('default/CS-001', tokenRefOf(tenantKey, 'Unknown', ' Guest '));
  assert.deepEqual([voucher?.evseId, voucher?.remoteStartId], [2, remoteStartIdOf('c1')]);
  assert.deepEqual(vouchers.of('default/CS-002', tokenRef), []);
  assert.deepEqual(vouchers.of('default/CS-001', tokenRefOf(tenantKey, 'Central', 'OTHER')), []);
});

test('a start by its OCPP name vouches as one by intent; another CALL for nothing, whatever it carries', () => {
  const raw = (commandId: string, action: string, payload: object) =>
    command(commandId, { intent: 'SendCall', parametersJson: JSON.stringify({ action, payload }) });
  const vouchers = new Vouchers(() => tenantKey);
  const idToken = { idToken: 'GUEST', type: 'Central' };
  vouchers.requested(raw('c1', 'RemoteStartTransaction', { connectorId: 2, idTag: 'GUEST' }));
  vouchers.requested(raw('c2', 'RequestStartTransaction', { evseId: 3, remoteStartId: 77, idToken }));
  vouchers.requested(raw('c3', 'ReserveNow', { connectorId: 2, idTag: 'GUEST', reservationId: 1 }));
  vouchers.requested(raw('c4', 'RequestStartTransaction', { remoteStartId: 78, idToken: 'GUEST' }));
  vouchers.requested(raw('c5', 'RequestStartTransaction', { remoteStartId: 79 }));
  const told = vouchers
    .of('default/CS-001', tokenRef)
    .map(({ commandId, evseId, remoteStartId }) => [commandId, evseId, remoteStartId]);
  // A 1.6 connector is no EVSE before the registry maps it, so any EVSE of the station will do.
  assert.deepEqual(told, [
    ['c1', null, remoteStartIdOf('c1')],
    ['c2', 3, 77],
  ]);
});

test('what the station refused or never got vouches no more; what it took, or may have taken, does', () => {
  const outcomes: CommandOutcome[] = [
    'accepted',
    'unknown',
    'rejected',
    'expired',
    'offline',
    'failed',
    'notSupported',
  ];
  const vouchers = new Vouchers(() => tenantKey);
  for (const outcome of outcomes) {
    vouchers.requested(command(outcome));
    const end = { detail: null, answerJson: null, completedAt: 2_000, completedBy: 'gw' };
    vouchers.completed({ ...command(outcome), ...end, outcome });
  }
  assert.deepEqual(of(vouchers), ['accepted', 'unknown']);
  const [voucher] = vouchers.of('default/CS-001', tokenRef);
  assert.equal(
    voucher?.until,
    2_000 + startWindowMs,
    'the driver has the time from the answer on, however long it waited',
  );
});

test('a command that is requested again vouches once; of many of one station the last eight are remembered', () => {
  const vouchers = new Vouchers(() => tenantKey);
  vouchers.requested(command('c0'));
  vouchers.requested(command('c0', { connectionEpoch: 9 }));
  assert.deepEqual(of(vouchers), ['c0']);
  vouchers.started('default/CS-001', 'c0', 'tx');
  vouchers.requested(command('c0', { connectionEpoch: 10 }));
  assert.equal(vouchers.of('default/CS-001', tokenRef)[0]?.transactionId, 'tx', 'used up stays used up');
  for (let n = 1; n <= 8; n++) vouchers.requested(command(`c${n}`));
  assert.deepEqual(of(vouchers), ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8']);
});

for (const version of ['1.6', '2.0.1'] as const) {
  test(`in ${version} a guest charges once on an operator's word, also where the answer was lost; a second charge is refused`, async () => {
    const gateway = fakeGateway();
    gateway.ackAll();
    const { connection, socket } = connect(gateway, version);
    await connection.begin();
    connection.accepted = true;
    const { nowMs } = gateway;
    gateway.parts.vouchers.requested(command('c', { requestedAt: nowMs, expiresAt: nowMs + 30_000 }));
    const start = (id: string, number: number): string => {
      const timestamp = new Date(nowMs + number).toISOString();
      const start16 = { connectorId: 2, idTag: 'GUEST', meterStart: 0, timestamp };
      const start201 = {
        eventType: 'Started',
        timestamp,
        triggerReason: 'Authorized',
        seqNo: 0,
        transactionInfo: { transactionId: `tx-${number}` },
        evse: { id: 2 },
        idToken: { idToken: 'GUEST', type: 'Central' },
      };
      return JSON.stringify(
        version === '1.6' ? [2, id, 'StartTransaction', start16] : [2, id, 'TransactionEvent', start201],
      );
    };
    for (const frame of [start('a', 1), start('b', 1), start('c', 2), start('d', 1)]) connection.receive(frame);
    await settle();
    const said = socket.sent.map((answer) => /"status":"(\w+)"/.exec(answer)?.[1]);
    assert.deepEqual(said, ['Accepted', 'Accepted', 'Invalid', 'Accepted']);
  });
}
