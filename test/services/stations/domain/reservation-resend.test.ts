// What becomes of a reservation after a boot: asked for again once, in force where it is accepted, lost where it is not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandOutcome } from '#contracts/generated/types';
import {
  afterBoot,
  attemptsMax,
  confirmationMs,
  firstDoubtOf,
  type Attempt,
  type Situation,
} from '#services/stations/domain/reservation-resend';
import { reservationsAfter, uncertainSince, type Reservation } from '#services/stations/domain/reservations';
import { reservation, told } from '../facts.ts';

const bootAt = 100_000;
const expiresAt = 600_000;
const active = reservationsAfter(null, reservation({ expiresAt }), told(1));
const doubtful = uncertainSince(active, told(2, 2, bootAt));

function next(situation: Partial<Situation>, [subject] = doubtful): unknown {
  assert.ok(subject !== undefined);
  return afterBoot(subject, { isKnown: true, attempts: [], callableEpoch: 20, nowMs: bootAt + 1, ...situation });
}
const attempt = (outcome: CommandOutcome | null, connectionEpoch = 20): Attempt => ({ outcome, connectionEpoch });

test('one in doubt is asked for where its station may be called, until its expiry', () => {
  assert.equal(next({}), 'ask');
  assert.equal(next({ callableEpoch: null }), undefined);
  assert.equal(next({ nowMs: expiresAt - 1 }), 'ask');
  assert.equal(next({ nowMs: expiresAt }), undefined);
  assert.equal(next({}, active), undefined);
});

test('it is asked for once: an open question and an accepted one are waited for', () => {
  assert.equal(next({ attempts: [attempt(null)] }), undefined);
  assert.equal(next({ attempts: [attempt('accepted')] }), undefined);
});

test('whatever else the station says, or an answer that nobody heard, loses it', () => {
  for (const outcome of ['rejected', 'notSupported', 'failed', 'unknown'] as const)
    assert.equal(next({ attempts: [attempt(outcome)] }), 'lost', outcome);
});

test('what was not sent is asked for on a newer connection, a bounded number of times', () => {
  for (const outcome of ['offline', 'expired', 'notAccepted', 'superseded'] as const) {
    assert.equal(next({ attempts: [attempt(outcome, 20)] }), undefined, outcome);
    assert.equal(next({ attempts: [attempt(outcome, 19)] }), 'ask', outcome);
  }
  const many = (count: number): Attempt[] => Array.from({ length: count }, () => attempt('offline', 1));
  assert.equal(next({ attempts: many(attemptsMax - 1) }), 'ask');
  assert.equal(next({ attempts: many(attemptsMax) }), undefined);
});

test('one whose words nobody knows is lost two minutes after the boot', () => {
  assert.equal(next({ isKnown: false, nowMs: bootAt + confirmationMs - 1 }), undefined);
  assert.equal(next({ isKnown: false, nowMs: bootAt + confirmationMs }), 'lost');
});

test('a row says since when the first of its active ones is in doubt', () => {
  const withState = (state: Reservation['state']): Reservation[] => doubtful.map((each) => ({ ...each, state }));
  assert.deepEqual([firstDoubtOf([]), firstDoubtOf(active), firstDoubtOf(doubtful)], [null, null, bootAt]);
  assert.equal(firstDoubtOf(withState('used')), null);
});
