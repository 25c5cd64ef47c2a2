// Which commands vouch for a card, and how long they are remembered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandOutcome, CommandRequested } from '#contracts/generated/types';
import { remoteStartIdOf, tokenRefOf } from '#contracts/keys';
import { Vouchers } from '#services/gateway/vouchers';
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
});

test('a command that is requested again vouches once; of many of one station the last eight are remembered', () => {
  const vouchers = new Vouchers(() => tenantKey);
  vouchers.requested(command('c0'));
  vouchers.requested(command('c0', { connectionEpoch: 9 }));
  assert.deepEqual(of(vouchers), ['c0']);
  for (let n = 1; n <= 8; n++) vouchers.requested(command(`c${n}`));
  assert.deepEqual(of(vouchers), ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8']);
});
