// What profiles allow: stack levels, recurrence, the least of all purposes, and the composite of a span.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  compositeOf,
  powerLimitAt,
  rateOf,
  type Circumstances,
  type Profile,
} from '#load-tests/fleet/answers/charging-schedule';

const t0 = Date.parse('2026-03-02T00:00:00Z');
const hourMs = 3_600_000;
const at: Circumstances = {
  evseId: 1,
  evses: 2,
  maxPowerW: 22_000,
  transactionId: 'T1',
  startedAtMs: t0,
  hasPriority: false,
};

function profile(given: Partial<Profile>): Profile {
  return {
    id: 1,
    evseId: 0,
    stackLevel: 0,
    purpose: 'tx-default',
    kind: 'absolute',
    recurrence: undefined,
    validFromMs: Number.NEGATIVE_INFINITY,
    validToMs: Number.POSITIVE_INFINITY,
    transactionId: undefined,
    receivedAtMs: t0,
    startMs: t0,
    durationMs: Number.POSITIVE_INFINITY,
    unit: 'W',
    periods: [{ startSeconds: 0, limit: 10_000, phases: 3 }],
    wire: undefined,
    ...given,
  };
}

const limited = (limit: number): Pick<Profile, 'periods'> => ({ periods: [{ startSeconds: 0, limit, phases: 3 }] });

test('without a profile the hardware is the limit; amperes count per phase', () => {
  assert.equal(powerLimitAt([], at, t0), 22_000);
  assert.equal(powerLimitAt([profile({ unit: 'A', ...limited(16) })], at, t0), 11_040);
  const onePhase = profile({ unit: 'A', periods: [{ startSeconds: 0, limit: 16, phases: 1 }] });
  assert.equal(powerLimitAt([onePhase], at, t0), 3680);
  assert.equal(rateOf(11_040, 'A'), 16);
  assert.equal(rateOf(11_040, 'W'), 11_040);
});

test('the higher stack level counts while it says something, then the lower one', () => {
  const low = profile({ id: 1, stackLevel: 0, ...limited(10_000) });
  const high = profile({ id: 2, stackLevel: 3, durationMs: hourMs, ...limited(4000) });
  assert.equal(powerLimitAt([low, high], at, t0 + hourMs - 1), 4000);
  assert.equal(powerLimitAt([low, high], at, t0 + hourMs), 10_000);
  assert.equal(powerLimitAt([high, low], at, t0 - 1), 22_000);
});

test("the transaction's own profile goes before the default one, and only for its transaction", () => {
  const common = profile({ id: 1, ...limited(3000) });
  const own = profile({ id: 2, evseId: 1, purpose: 'tx', transactionId: 'T1', ...limited(9000) });
  assert.equal(powerLimitAt([common, own], at, t0), 9000);
  assert.equal(powerLimitAt([common, own], { ...at, transactionId: 'T2' }, t0), 3000);
  assert.equal(powerLimitAt([common, own], { ...at, evseId: 2 }, t0), 3000);
  const ofEvse = profile({ id: 3, evseId: 1, ...limited(2000) });
  assert.equal(powerLimitAt([common, ofEvse], at, t0), 2000, "an EVSE's own default goes before the common one");
});

test("the station's limit is shared by its EVSEs and holds whatever else allows more", () => {
  const station = profile({ id: 1, purpose: 'station-max', ...limited(12_000) });
  const own = profile({ id: 2, evseId: 1, purpose: 'tx', ...limited(9000) });
  assert.equal(powerLimitAt([station, own], at, t0), 6000);
  assert.equal(powerLimitAt([station], { ...at, evseId: 0, maxPowerW: 44_000 }, t0), 12_000);
});

test('a daily profile begins anew each day, and not before its first', () => {
  const nightly = profile({
    kind: 'recurring',
    recurrence: 'daily',
    durationMs: 6 * hourMs,
    ...limited(5000),
  });
  assert.equal(powerLimitAt([nightly], at, t0 - hourMs), 22_000);
  assert.equal(powerLimitAt([nightly], at, t0 + 5 * hourMs), 5000);
  assert.equal(powerLimitAt([nightly], at, t0 + 6 * hourMs), 22_000);
  assert.equal(powerLimitAt([nightly], at, t0 + 24 * hourMs), 5000);
  const weekly = { ...nightly, recurrence: 'weekly' as const };
  assert.equal(powerLimitAt([weekly], at, t0 + 24 * hourMs), 22_000);
  assert.equal(powerLimitAt([weekly], at, t0 + 7 * 24 * hourMs), 5000);
});

test('a relative profile counts from the start of the session; validity has two ends', () => {
  const relative = profile({
    kind: 'relative',
    startMs: undefined,
    periods: [
      { startSeconds: 0, limit: 8000, phases: 3 },
      { startSeconds: 600, limit: 2000, phases: 3 },
    ],
  });
  const late = { ...at, startedAtMs: t0 + hourMs };
  assert.equal(powerLimitAt([relative], late, t0 + hourMs + 599_999), 8000);
  assert.equal(powerLimitAt([relative], late, t0 + hourMs + 600_000), 2000);
  const valid = profile({ validFromMs: t0 + 1000, validToMs: t0 + 2000, ...limited(1000) });
  assert.deepEqual(
    [999, 1000, 1999, 2000].map((ms) => powerLimitAt([valid], at, t0 + ms)),
    [22_000, 1000, 1000, 22_000],
  );
});

test('priority lifts the session above its own profile while it is asked for', () => {
  const own = profile({ id: 1, evseId: 1, purpose: 'tx', ...limited(3000) });
  const priority = profile({ id: 2, purpose: 'priority', ...limited(20_000) });
  assert.equal(powerLimitAt([own, priority], at, t0), 3000);
  assert.equal(powerLimitAt([own, priority], { ...at, hasPriority: true }, t0), 20_000);
});

test('the composite of any profiles says at every moment what the profiles allow then', () => {
  const anyProfile = fc.record({
    evseId: fc.constantFrom(0, 1),
    stackLevel: fc.integer({ min: 0, max: 3 }),
    purpose: fc.constantFrom('station-max' as const, 'tx-default' as const, 'tx' as const),
    kind: fc.constantFrom('absolute' as const, 'recurring' as const, 'relative' as const),
    recurrence: fc.constant('daily' as const),
    startMs: fc.integer({ min: -40, max: 40 }).map((hours) => t0 + hours * hourMs),
    durationMs: fc.constantFrom(hourMs, 5 * hourMs, Number.POSITIVE_INFINITY),
    validToMs: fc.constantFrom(t0 + 7 * hourMs, Number.POSITIVE_INFINITY),
    periods: fc
      .array(
        fc.record({
          startSeconds: fc.integer({ min: 1, max: 20_000 }),
          limit: fc.integer({ min: 0, max: 22_000 }),
          phases: fc.constant(3),
        }),
        { maxLength: 4 },
      )
      .map((more) => [
        { startSeconds: 0, limit: 7000, phases: 3 },
        ...more.toSorted((a, b) => a.startSeconds - b.startSeconds),
      ]),
  });
  const scene = fc.tuple(
    fc.array(anyProfile, { maxLength: 5 }),
    fc.array(fc.integer({ min: 0, max: 86_399 }), { minLength: 20, maxLength: 20 }),
  );
  fc.assert(
    fc.property(scene, ([drawn, moments]) => {
      const profiles = drawn.map((each, index) => profile({ ...each, id: index }));
      const steps = compositeOf(profiles, at, { fromMs: t0, durationSeconds: 86_400 });
      assert.equal(steps[0]?.startSeconds, 0);
      for (const seconds of moments) {
        const step = steps.findLast(({ startSeconds }) => startSeconds <= seconds);
        assert.equal(step?.powerW, powerLimitAt(profiles, at, t0 + seconds * 1000), `after ${seconds} s`);
      }
    }),
  );
});
