// Reservations: active until used, cancelled, expired or lost; and what a boot makes of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  activeOf,
  confirmed,
  endedKeptMax,
  reservationsAfter,
  uncertainSince,
  usedBy,
  type Reservations,
} from '#services/stations/domain/reservations';
import { reservation, told } from '../facts.ts';

const accepted = (epoch = 1, fields = {}): Reservations => reservationsAfter(null, reservation(fields), told(epoch));
const statesOf = (reservations: Reservations): unknown => reservations.map(({ state }) => state);

test('an accepted reservation is active, the same number again replaces it', () => {
  const later = reservationsAfter(accepted(), reservation({ evseId: 2, expiresAt: 900_000 }), told(1, 2));
  assert.deepEqual(
    later.map(({ state, evseId, expiresAt }) => [state, evseId, expiresAt]),
    [['active', 2, 900_000]],
  );
});

test('the transaction that names it uses it, once, and proves it after an expiry', () => {
  const used = usedBy(accepted(), { reservationId: 7, transactionId: 't' }, told(1, 3));
  assert.deepEqual([statesOf(used), used[0]?.transactionId], [['used'], 't']);
  assert.equal(usedBy(used, { reservationId: 7, transactionId: 't' }, told(1, 4)), used);
  const expired = reservationsAfter(accepted(), reservation({ change: 'expired' }), told(1, 3));
  assert.deepEqual(statesOf(usedBy(expired, { reservationId: 7, transactionId: 't' }, told(1, 4))), ['used']);
});

test('a reservation that we never heard of is known by the transaction that used it; 0 and -1 are none', () => {
  assert.deepEqual(statesOf(usedBy([], { reservationId: 9, transactionId: 't' }, told(1))), ['used']);
  assert.deepEqual(usedBy([], { reservationId: 0, transactionId: 't' }, told(1)), []);
  assert.deepEqual(usedBy([], { reservationId: -1, transactionId: 't' }, told(1)), []);
});

test('what ended stays ended: a cancellation after the use changes nothing', () => {
  for (const change of ['expired', 'cancelled', 'removed', 'lost', 'noTransaction'] as const) {
    assert.deepEqual(statesOf(reservationsAfter(accepted(), reservation({ change }), told(1, 2))), [change]);
    const used = usedBy(accepted(), { reservationId: 7, transactionId: 't' }, told(1, 2));
    assert.equal(reservationsAfter(used, reservation({ change }), told(1, 3)), used);
  }
});

test('what an older connection tells late changes nothing that a newer one told', () => {
  const newer = accepted(5);
  assert.equal(reservationsAfter(newer, reservation({ change: 'cancelled' }), told(4, 9)), newer);
  assert.equal(reservationsAfter(newer, reservation({ evseId: 3 }), told(4, 9)), newer);
  assert.equal(usedBy(newer, { reservationId: 7, transactionId: 't' }, told(4, 9)), newer);
  assert.deepEqual(statesOf(reservationsAfter(newer, reservation({ change: 'cancelled' }), told(5, 9))), ['cancelled']);
});

test('the timer ends the reservation it saw, and not the one that took its place', () => {
  const bySource = (expiresAt: number) => reservation({ change: 'expired', expiresAt, meta: { source: 'timer' } });
  assert.deepEqual(statesOf(reservationsAfter(accepted(), bySource(600_000), told(1, 2))), ['expired']);
  const again = accepted(1, { expiresAt: 900_000 });
  assert.equal(reservationsAfter(again, bySource(600_000), told(1, 2)), again);
});

test('a boot makes active ones uncertain, and the timer may call only such ones lost', () => {
  const lost = reservation({ change: 'lost', meta: { source: 'timer' } });
  const sure = accepted();
  assert.equal(reservationsAfter(sure, lost, told(1, 2)), sure);
  const unsure = uncertainSince(sure, told(1, 2, 5_000));
  assert.equal(unsure[0]?.uncertainSince, 5_000);
  assert.deepEqual(statesOf(reservationsAfter(unsure, lost, told(1, 3))), ['lost']);
});

test('a connector that is told reserved, or a reservation accepted again, ends the doubt', () => {
  const unsure = uncertainSince(accepted(), told(2));
  assert.equal(confirmed(unsure, 2), unsure);
  assert.equal(confirmed(unsure, 1)[0]?.uncertainSince, null);
  assert.equal(reservationsAfter(unsure, reservation({}), told(2, 3))[0]?.uncertainSince, null);
  const anywhere = uncertainSince(accepted(1, { evseId: null }), told(2));
  assert.equal(confirmed(anywhere, 2)[0]?.uncertainSince, null);
});

test('a boot of an older connection, or of nothing active, raises no doubt', () => {
  const newer = accepted(5);
  assert.equal(uncertainSince(newer, told(4)), newer);
  const cancelled = reservationsAfter(accepted(), reservation({ change: 'cancelled' }), told(1, 2));
  assert.equal(uncertainSince(cancelled, told(2)), cancelled);
});

test('all active ones are kept, of those that ended the last twenty', () => {
  let reservations: Reservations = [];
  for (let id = 1; id <= endedKeptMax + 2; id += 1) {
    reservations = reservationsAfter(reservations, reservation({ reservationId: id }), told(1, id));
    reservations = reservationsAfter(
      reservations,
      reservation({ reservationId: id, change: 'cancelled' }),
      told(1, id),
    );
  }
  reservations = reservationsAfter(reservations, reservation({ reservationId: 100 }), told(1, 100));
  assert.equal(activeOf(reservations).length, 1);
  const ended = reservations.filter(({ state }) => state !== 'active').map(({ reservationId }) => reservationId);
  assert.deepEqual([ended.length, ended[0]], [endedKeptMax, 3]);
});
