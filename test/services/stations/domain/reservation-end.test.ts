// When the clock ends a reservation: at its expiry, or some time after it where the station should say so itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dueAtOf, endEventOf, isSelfReliant, overdue, tellsItselfMs } from '#services/stations/domain/reservation-end';
import { reservationsAfter, uncertainSince, type Reservations } from '#services/stations/domain/reservations';
import { reservation, told } from '../facts.ts';
import { stationId, tenantId } from '../records.ts';

const expiresAt = 600_000;
const active = reservationsAfter(null, reservation({ expiresAt }), told(1));
const of = (selfReliant: boolean) => ({ tenantId, stationId, selfReliant });
const changesAt = (reservations: Reservations, selfReliant: boolean, nowMs: number): unknown =>
  overdue(reservations, of(selfReliant), nowMs).map(({ change }) => change);

test('1.6 promises no word of an expiry, 2.x does', () => {
  assert.deepEqual(['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1', undefined].map(isSelfReliant), [false, true, true, true]);
});

test('a reservation at a 1.6 station is over at its expiry, at a 2.x station two minutes later', () => {
  assert.deepEqual(changesAt(active, false, expiresAt - 1), []);
  assert.deepEqual(changesAt(active, false, expiresAt), ['expired']);
  assert.deepEqual(changesAt(active, true, expiresAt + tellsItselfMs - 1), []);
  assert.deepEqual(changesAt(active, true, expiresAt + tellsItselfMs), ['expired']);
  assert.deepEqual([dueAtOf(active, false), dueAtOf(active, true)], [expiresAt, expiresAt + tellsItselfMs]);
});

test('a doubt since a boot ends nothing by the clock: that is for who sends it again', () => {
  const unsure = uncertainSince(active, told(2, 2, 100_000));
  assert.deepEqual(changesAt(unsure, false, expiresAt - 1), []);
  assert.deepEqual(changesAt(unsure, false, expiresAt), ['expired']);
});

test('what ended, or has no end, is never due', () => {
  const used = reservationsAfter(active, reservation({ change: 'used' }), told(1, 2));
  assert.deepEqual([dueAtOf(used, false), changesAt(used, false, Infinity)], [null, []]);
  const endless = reservationsAfter(null, reservation({ expiresAt: null }), told(1));
  assert.equal(dueAtOf(endless, false), null);
});

test('the event of one end has one id, that of another end another', () => {
  const idAt = (reservations: Reservations, nowMs: number): unknown =>
    overdue(reservations, of(false), nowMs)[0]?.meta.eventId;
  assert.equal(idAt(active, expiresAt), idAt(active, expiresAt + 99_000));
  const longer = reservationsAfter(null, reservation({ expiresAt: expiresAt + 1 }), told(1));
  assert.notEqual(idAt(active, expiresAt + 1), idAt(longer, expiresAt + 1));
  assert.equal(overdue(active, of(false), expiresAt)[0]?.meta.source, 'timer');
  const lostSince = (bootAt: number): string => {
    const [unsure] = uncertainSince(active, told(2, 2, bootAt));
    assert.ok(unsure !== undefined);
    return endEventOf(unsure, { tenantId, stationId, change: 'lost' }, bootAt + 1).meta.eventId;
  };
  assert.equal(new Set([lostSince(1_000), lostSince(1_000), lostSince(2_000)]).size, 2);
});
