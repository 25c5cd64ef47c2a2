// How a job goes through its stations: waves, pace, hours, and both sides of the rule that stops it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWithin, mixed, paced, standingOfWave, waveSizes, type Counts } from '#services/stations/domain/rollout';

test('waves are the canaries, what was asked for, and whoever is left; none is empty', () => {
  assert.deepEqual(waveSizes(100, 2, [{ percent: 10 }, { stations: 30 }]), [2, 10, 30, 58]);
  assert.deepEqual(waveSizes(100, 0, []), [100]);
  assert.deepEqual(waveSizes(3, 1, [{ percent: 10 }]), [1, 1, 1]);
  assert.deepEqual(waveSizes(3, 5, [{ percent: 10 }]), [3]);
  assert.deepEqual(waveSizes(12, 2, [{ percent: 100 }, { stations: 5 }]), [2, 10]);
});

test('the order mixes stations, is the same at every call, and another one for another job', () => {
  const ids = Array.from({ length: 50 }, (_, n) => `CS-${n}`);
  const order = mixed('job-1', ids);
  assert.deepEqual(mixed('job-1', ids.toReversed()), order);
  assert.deepEqual(order.toSorted(), ids.toSorted());
  assert.notDeepEqual(order, ids);
  assert.notDeepEqual(mixed('job-2', ids), order);
});

const counts = (over: Partial<Counts>): Counts => ({
  waiting: 0,
  open: 0,
  succeeded: 0,
  failed: 0,
  skipped: 0,
  ...over,
});
const rule = { stopAtFailedPercent: 20, needsSuccess: false };

test('a job stops at its percentage of the wave, not below it, and as soon as that is known', () => {
  assert.equal(standingOfWave(counts({ waiting: 9, failed: 1 }), rule).kind, 'running');
  assert.deepEqual(standingOfWave(counts({ waiting: 8, failed: 2 }), rule), {
    kind: 'stop',
    why: '2 of 10 stations failed; it stops at 20 %',
  });
  assert.equal(standingOfWave(counts({ succeeded: 41, failed: 10 }), rule).kind, 'over');
  assert.equal(standingOfWave(counts({ succeeded: 40, failed: 10 }), rule).kind, 'stop');
  // Whoever was skipped proves nothing.
  assert.equal(standingOfWave(counts({ succeeded: 4, failed: 1, skipped: 100 }), rule).kind, 'stop');
  assert.equal(standingOfWave(counts({ failed: 5 }), { ...rule, stopAtFailedPercent: null }).kind, 'over');
  assert.equal(standingOfWave(counts({ succeeded: 5 }), { ...rule, stopAtFailedPercent: 1 }).kind, 'over');
});

test('a wave is over when nobody waits and nobody is asked; firmware needs one that succeeded', () => {
  assert.equal(standingOfWave(counts({ succeeded: 4, open: 1 }), rule).kind, 'running');
  assert.equal(standingOfWave(counts({ succeeded: 4, waiting: 1 }), rule).kind, 'running');
  assert.equal(standingOfWave(counts({ skipped: 4 }), rule).kind, 'over');
  assert.equal(standingOfWave(counts({ skipped: 4 }), { ...rule, needsSuccess: true }).kind, 'stop');
  assert.equal(standingOfWave(counts({ skipped: 4, succeeded: 1 }), { ...rule, needsSuccess: true }).kind, 'over');
});

test('no more are asked than the pace allows, however often one looks', () => {
  for (const perMinute of [1, 7, 60, 600, 6_000]) {
    let next = 0;
    const askedAt: number[] = [];
    for (let now = 0; now < 180_000; now += 900) {
      const { count, after } = paced(next, now, { perMinute, atOnceMax: 200, tickMs: 1_000 });
      for (let n = 0; n < count; n++) askedAt.push(now);
      next = after(count);
    }
    const lastMinute = askedAt.filter((at) => at >= 120_000).length;
    assert.ok(lastMinute <= perMinute * 1.05 + 1 && lastMinute >= perMinute * 0.85, `${perMinute}: ${lastMinute}`);
  }
});

test('an hour in which nobody could be asked is not made up for', () => {
  const pace = { perMinute: 600, atOnceMax: 1_000, tickMs: 1_000 };
  assert.equal(paced(0, 3_600_000, pace).count, 21);
  assert.equal(paced(10_000, 9_999, pace).count, 0);
  assert.equal(paced(10_000, 10_000, pace).count, 1);
  assert.equal(paced(0, 3_600_000, { ...pace, atOnceMax: 5 }).count, 5);
});

test('hours are those of the place, over midnight and over a change of the clock', () => {
  const night = { from: '22:00', until: '05:00', timeZone: 'Europe/Berlin' };
  const at = (iso: string, hours = night) => isWithin(hours, Date.parse(iso));
  assert.equal(at('2026-01-10T20:59:59Z'), false);
  assert.equal(at('2026-01-10T21:00:00Z'), true);
  assert.equal(at('2026-01-11T03:59:59Z'), true);
  assert.equal(at('2026-01-11T04:00:00Z'), false);
  assert.equal(at('2026-07-10T20:00:00Z'), true);
  const day = { ...night, from: '09:00', until: '17:00' };
  assert.equal(at('2026-01-10T07:59:00Z', day), false);
  assert.equal(at('2026-01-10T08:00:00Z', day), true);
  assert.equal(at('2026-01-10T16:00:00Z', day), false);
  assert.equal(isWithin(null, 0), true);
});
