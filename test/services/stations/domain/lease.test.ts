// When a connection that the log calls live is ended by the timer: both sides of every border.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  claimTimeoutMs,
  isLeaseForgotten,
  judgeConnection,
  leaseForgottenMs,
  type Evidence,
} from '#services/stations/domain/lease';

const connection = { tenantId: 'default', stationId: 'CS-1', firstEpoch: 7, lastEpoch: 9, gatewayId: 'gw-a' };
const now = 1_000_000;
const leaseTimeoutMs = 30_000;
const judge = (evidence: Partial<Evidence>): string =>
  judgeConnection(
    connection,
    {
      lease: { noticedAt: now - 5000, ended: false },
      claim: { connectionEpoch: 9, connected: true },
      unclaimedSince: undefined,
      readableSince: 0,
      leaseTimeoutMs,
      ...evidence,
    },
    now,
  );

test('a lease and a claim hold a connection, also a claim under the first of two offsets', () => {
  assert.equal(judge({}), 'holds');
  assert.equal(judge({ claim: { connectionEpoch: 7, connected: true } }), 'holds');
});

test('a lease of 30 s ago is over, one renewed since is not', () => {
  assert.equal(judge({ lease: { noticedAt: now - leaseTimeoutMs + 1, ended: false } }), 'holds');
  assert.equal(judge({ lease: { noticedAt: now - leaseTimeoutMs, ended: false } }), 'over');
  assert.equal(judge({ lease: undefined }), 'over');
});

test('an ended lease is over at once', () => {
  assert.equal(judge({ lease: { noticedAt: now, ended: true } }), 'over');
});

test('silence proves nothing while leases could not be read', () => {
  const old = { noticedAt: now - 10 * leaseTimeoutMs, ended: false };
  assert.equal(judge({ lease: old, readableSince: now - leaseTimeoutMs + 1 }), 'holds');
  assert.equal(judge({ lease: old, readableSince: now - leaseTimeoutMs }), 'over');
});

test('a connection without a claim for 30 s is over', () => {
  for (const claim of [undefined, { connectionEpoch: 6, connected: true }, { connectionEpoch: 9, connected: false }]) {
    assert.equal(judge({ claim }), 'unclaimed');
    assert.equal(judge({ claim, unclaimedSince: now - claimTimeoutMs + 1 }), 'unclaimed');
    assert.equal(judge({ claim, unclaimedSince: now - claimTimeoutMs }), 'over');
    assert.equal(judge({ claim, unclaimedSince: 0, readableSince: now - 1 }), 'unclaimed');
  }
});

test('a newer claim is never overwritten: its connection displaces this one when the live table reads it', () => {
  const claim = { connectionEpoch: 12, connected: true };
  assert.equal(judge({ claim, lease: { noticedAt: now, ended: true }, unclaimedSince: 0 }), 'holds');
});

test('an end that presence knows already is given time to reach the live table, and is repeated when it does not', () => {
  const claim = { connectionEpoch: 9, connected: false };
  const lease = { noticedAt: now, ended: true };
  assert.equal(judge({ claim, lease }), 'unclaimed');
  assert.equal(judge({ claim, lease, unclaimedSince: now - claimTimeoutMs + 1 }), 'unclaimed');
  assert.equal(judge({ claim, lease, unclaimedSince: now - claimTimeoutMs }), 'over');
});

test('the lease of a gateway that is gone for an hour is forgotten, not before', () => {
  assert.equal(isLeaseForgotten({ noticedAt: now, ended: true }, now + leaseForgottenMs - 1), false);
  assert.equal(isLeaseForgotten({ noticedAt: now, ended: false }, now + leaseForgottenMs), true);
});
