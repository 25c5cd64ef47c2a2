// The latest word on availability, schedules, limits and the local list, whoever tells late.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  availabilityAfter,
  chargingLimitsAfter,
  compositeSchedulesAfter,
  entriesKeptMax,
  localListAfter,
  scheduleCharsMax,
  type ChargingLimit,
} from '#services/stations/domain/latest';
import { availability, composite, limit, localList, told } from '../facts.ts';

test('what a station agreed to is known per place: all of it, an EVSE, a connector', () => {
  const facts = [{ evseId: null }, { evseId: 1 }, { evseId: 1, connectorId: 2 }, { evseId: 1, operative: true }];
  let known = availabilityAfter(null, availability(facts[0] ?? {}), told(1));
  for (const fact of facts.slice(1)) known = availabilityAfter(known, availability(fact), told(1));
  assert.deepEqual(
    known.map(({ evseId, connectorId, operative }) => [evseId, connectorId, operative]),
    [
      [0, 0, false],
      [1, 0, true],
      [1, 2, false],
    ],
  );
});

test('an older connection does not overwrite a place that a newer one told of, but fills one that it did not', () => {
  const known = availabilityAfter(null, availability({ operative: true }), told(5));
  assert.equal(availabilityAfter(known, availability({ operative: false }), told(4)), known);
  assert.equal(availabilityAfter(known, availability({ evseId: 2 }), told(4)).length, 2);
  assert.equal(availabilityAfter(known, availability({ operative: false }), told(5, 9))[0]?.operative, false);
});

test('of each EVSE the last composite schedule is known', () => {
  const first = compositeSchedulesAfter(null, composite({ durationSeconds: 60 }), told(1));
  const known = compositeSchedulesAfter(first, composite({ durationSeconds: 90 }), told(1, 2));
  const both = compositeSchedulesAfter(known, composite({ evseId: 0 }), told(1, 3));
  assert.deepEqual(
    both.map(({ evseId, durationSeconds }) => [evseId, durationSeconds]),
    [
      [1, 90],
      [0, 60],
    ],
  );
});

const standing = (limits: readonly ChargingLimit[]): unknown =>
  limits.filter(({ cleared }) => !cleared).map(({ evseId, source }) => `${evseId} ${source}`);
const two = chargingLimitsAfter(chargingLimitsAfter(null, limit({}), told(1)), limit({ evseId: 2 }), told(1));
const three = chargingLimitsAfter(two, limit({ evseId: 2, source: 'EMS' }), told(1));

test('limits stand per EVSE and source; cleared for an EVSE one goes, without an EVSE all of the source', () => {
  assert.deepEqual(standing(three), ['1 SO', '2 SO', '2 EMS']);
  assert.deepEqual(standing(chargingLimitsAfter(three, limit({ evseId: 2, cleared: true }), told(1, 2))), [
    '1 SO',
    '2 EMS',
  ]);
  assert.deepEqual(standing(chargingLimitsAfter(three, limit({ evseId: null, cleared: true }), told(1, 2))), ['2 EMS']);
});

test('a limit that was cleared does not come back by what an older connection tells late', () => {
  const cleared = chargingLimitsAfter(three, limit({ cleared: true }), told(5));
  assert.deepEqual(standing(chargingLimitsAfter(cleared, limit({}), told(4))), ['2 SO', '2 EMS']);
  assert.deepEqual(standing(chargingLimitsAfter(cleared, limit({}), told(5, 6))), ['1 SO', '2 SO', '2 EMS']);
  const newer = chargingLimitsAfter(null, limit({}), told(5));
  assert.deepEqual(standing(chargingLimitsAfter(newer, limit({ evseId: null, cleared: true }), told(4))), ['1 SO']);
});

test('a station that invents sources does not grow without bound', () => {
  let limits: readonly ChargingLimit[] = [];
  for (let n = 0; n <= entriesKeptMax; n += 1)
    limits = chargingLimitsAfter(limits, limit({ source: `S${n}` }), told(1, n));
  assert.deepEqual([limits.length, limits[0]?.source], [entriesKeptMax, 'S1']);
});

test('nor does one that sends long schedules: the oldest go', () => {
  const half = 'x'.repeat(scheduleCharsMax / 2);
  let limits: readonly ChargingLimit[] = [];
  for (const source of ['A', 'B', 'C'])
    limits = chargingLimitsAfter(limits, limit({ source, schedulesJson: half }), told(1));
  assert.deepEqual(
    limits.map(({ source }) => source),
    ['B', 'C'],
  );
  const [one, two] = [composite({ periodsJson: half }), composite({ evseId: 2, periodsJson: `${half}x` })];
  const first = compositeSchedulesAfter(null, one, told(1));
  assert.deepEqual(
    compositeSchedulesAfter(first, two, told(1)).map(({ evseId }) => evseId),
    [2],
  );
});

test('the local list has the version told last, and an older connection does not set it back', () => {
  const known = localListAfter(localListAfter(null, localList(3), told(1)), localList(4), told(5));
  assert.equal(known.version, 4);
  assert.equal(localListAfter(known, localList(3), told(4)), known);
  assert.equal(localListAfter(known, localList(0), told(5, 6)).version, 0);
});
