// What an operator's remote start vouches for: both sides of every border.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideStart } from '#services/gateway/domain/authorization';
import { clockSkewMs, startWindowMs, voucherFor, vouchesFor, type StartShown } from '#services/gateway/domain/voucher';
import { contextOf, token } from '../support.ts';

const from = Date.UTC(2026, 10, 25, 10);
const until = from + 30_000 + startWindowMs;
const voucher = { commandId: 'c', tokenRef: 'ref', evseId: 1, remoteStartId: 7, from, until, transactionId: null };
const start = (over: Partial<StartShown> = {}): StartShown => ({
  evseId: 1,
  remoteStartId: null,
  startedAt: null,
  transactionId: 'tx',
  now: from,
  ...over,
});

test('a start on the EVSE that was named, from the request until the driver had time to plug in', () => {
  assert.equal(vouchesFor(voucher, start()), true);
  assert.equal(vouchesFor(voucher, start({ now: from - 1 })), false);
  assert.equal(vouchesFor(voucher, start({ now: until - 1 })), true);
  assert.equal(vouchesFor(voucher, start({ now: until })), false);
  assert.equal(vouchesFor(voucher, start({ evseId: 2 })), false);
  assert.equal(vouchesFor(voucher, start({ evseId: null })), true, 'Authorize names no EVSE');
  assert.equal(vouchesFor({ ...voucher, evseId: null }, start({ evseId: 2 })), true, 'the operator named none');
});

test('a start that was queued offline counts by the time that it tells, whose clock may be behind', () => {
  const late = until + 3_600_000;
  assert.equal(vouchesFor(voucher, start({ now: late, startedAt: until - 1 })), true);
  assert.equal(vouchesFor(voucher, start({ now: late, startedAt: until })), false);
  assert.equal(vouchesFor(voucher, start({ now: late, startedAt: from - clockSkewMs })), true);
  assert.equal(vouchesFor(voucher, start({ now: late, startedAt: from - clockSkewMs - 1 })), false);
});

test('a remoteStartId says it all, right or wrong', () => {
  assert.equal(vouchesFor(voucher, start({ remoteStartId: 7, now: until + 1, evseId: 2 })), true);
  assert.equal(vouchesFor(voucher, start({ remoteStartId: 8 })), false);
});

test('one charge is vouched for: its repeats and its later words, no other start; a question uses nothing up', () => {
  const used = { ...voucher, transactionId: 'tx' };
  assert.equal(voucherFor([voucher], start({ transactionId: null })), voucher);
  assert.equal(voucherFor([used], start({ transactionId: null })), used, 'to stop by card, a driver may have to ask');
  assert.equal(voucherFor([used], start({ now: until + 1 })), used);
  assert.equal(voucherFor([used], start({ transactionId: 'another' })), undefined);
  assert.equal(voucherFor([used], start({ transactionId: 'another', remoteStartId: 7 })), undefined);
  assert.equal(voucherFor([voucher, used], start()), used, 'a repeat uses up no second one');
  const second = { ...voucher, commandId: 'd' };
  assert.equal(voucherFor([used, second], start({ transactionId: 'another' })), second);
});

test('vouched for is who the registry does not know; what it refuses stays refused', () => {
  const context = contextOf({ uid: 'TAG1', vouchers: [voucher] });
  assert.ok(context.token !== undefined);
  const shown = context.token;
  assert.deepEqual(decideStart(shown, context, start()), {
    status: 'Accepted',
    expiresAt: null,
    by: 'operator',
    commandId: 'c',
    token: undefined,
  });
  assert.equal(decideStart({ ...shown, vouchers: [] }, context, start()).status, 'Invalid');
  assert.equal(decideStart({ ...shown, found: token({ status: 'Blocked' }) }, context, start()).status, 'Blocked');
  assert.equal(decideStart({ ...shown, found: token() }, context, start()).by, 'registry');
});
