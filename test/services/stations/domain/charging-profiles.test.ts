// Charging profiles of a station: what replaces what, what a report tells, and when a transaction takes its own with it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chargingProfilesAfter,
  withoutEarlier,
  withoutTransaction,
  type ChargingProfiles,
} from '#services/stations/domain/charging-profiles';
import type { ReportRequests } from '#services/stations/domain/report-requests';
import { asked, profile, profiles, told } from '../facts.ts';

type Fact = Parameters<typeof profiles>[0];

function after(
  facts: readonly Fact[],
  epoch = 1,
  from: ChargingProfiles | null = null,
  requests: ReportRequests | null = null,
): ChargingProfiles | null {
  let known = from;
  for (const [index, fact] of facts.entries())
    known = chargingProfilesAfter(known, profiles(fact), told(epoch, index + 1), requests);
  return known;
}
const idsOf = (known: ChargingProfiles | null): unknown => known?.entries.map(({ profileId }) => profileId);
const set = (...named: Parameters<typeof profile>[0][]): Fact => ({ profiles: named.map((each) => profile(each)) });
const cleared = (criteria: Parameters<typeof profile>[0]): Fact => ({
  change: 'cleared',
  profiles: [profile({ profileId: null, evseId: null, stackLevel: null, purpose: null, ...criteria })],
});

test('a profile replaces the one of its id, and that of its purpose and level on its EVSE', () => {
  assert.deepEqual(idsOf(after([set({ profileId: 1 }), set({ profileId: 1, stackLevel: 3 })])), [1]);
  assert.deepEqual(idsOf(after([set({ profileId: 1 }), set({ profileId: 2 })])), [2]);
});

test('another level, purpose or EVSE stands beside it', () => {
  const others = [{ stackLevel: 1 }, { purpose: 'TxProfile' }, { evseId: 2 }].map((each, n) =>
    set({ profileId: n + 2, ...each }),
  );
  assert.deepEqual(idsOf(after([set({ profileId: 1 }), ...others])), [1, 2, 3, 4]);
});

test('a clearing with an id clears that one, with criteria all that fit, without any all of ours', () => {
  const all = [
    set({ profileId: 1 }),
    set({ profileId: 2, stackLevel: 1 }),
    set({ profileId: 3, evseId: 2, stackLevel: 1 }),
    { ...set({ profileId: 4, purpose: 'ChargingStationExternalConstraints' }), source: 'SO' },
  ];
  assert.deepEqual(idsOf(after([...all, cleared({ profileId: 2, stackLevel: 0 })])), [1, 3, 4]);
  assert.deepEqual(idsOf(after([...all, cleared({ stackLevel: 1 })])), [1, 4]);
  assert.deepEqual(idsOf(after([...all, cleared({ stackLevel: 1, evseId: 2 })])), [1, 2, 4]);
  assert.deepEqual(idsOf(after([...all, cleared({})])), [4]);
});

test('a report replaces what was asked for, and nothing else, once it is whole', () => {
  const before = after([
    set({ profileId: 1 }),
    set({ profileId: 2, evseId: 2, stackLevel: 3 }),
    { ...set({ profileId: 3, purpose: 'ChargingStationExternalConstraints' }), source: 'EMS' },
  ]);
  const part = (last: boolean, profileId: number): Fact => ({
    change: 'report',
    requestId: 1,
    last,
    source: 'CSO',
    profiles: [profile({ profileId, stackLevel: profileId })],
  });
  const left = (criteria: object | null, parts = [part(true, 5)]) =>
    idsOf(after(parts, 1, before, asked('chargingProfiles', criteria)));
  assert.deepEqual(left(null), [5]);
  assert.deepEqual(left(null, [part(false, 5)]), [1, 2, 3]);
  assert.deepEqual(left(null, [part(false, 5), part(true, 6)]), [5, 6]);
  assert.deepEqual(left({ evseId: 1 }), [2, 5]);
  assert.deepEqual(left({ evseId: 0 }), [1, 2, 3, 5]);
  assert.deepEqual(left({ chargingProfileId: [1, 3], stackLevel: 0 }), [2, 5]);
  assert.deepEqual(left({ chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 0 }), [2, 3, 5]);
  assert.deepEqual(left({ chargingLimitSource: ['EMS', 'SO'] }), [1, 2, 5]);
  assert.deepEqual(idsOf(after([part(true, 5)], 1, before)), [1, 2, 3, 5], 'nobody knows what was asked for');
});

test('an older connection changes nothing after a newer one told of profiles, the same one does', () => {
  const known = after([set({ profileId: 1 })], 5);
  assert.equal(after([cleared({}), set({ profileId: 8 })], 4, known), known);
  assert.deepEqual(idsOf(after([cleared({})], 5, known)), []);
});

test('a profile of a transaction ends with it, that of another one and defaults stay', () => {
  const known = after([
    set({ profileId: 1, purpose: 'TxProfile', transactionId: 'a' }),
    set({ profileId: 2, purpose: 'TxProfile', transactionId: 'b', evseId: 2 }),
    set({ profileId: 3 }),
  ]);
  assert.deepEqual(idsOf(withoutTransaction(known, { transactionId: 'a', evseId: null })), [2, 3]);
  assert.equal(withoutTransaction(known, { transactionId: 'c', evseId: 1 }), known);
});

test('one that names no transaction ends with the one on its EVSE, or with the next start there', () => {
  const known = after([set({ profileId: 1, purpose: 'TxProfile' })]);
  assert.deepEqual(idsOf(withoutTransaction(known, { transactionId: 'a', evseId: 1 })), []);
  assert.equal(withoutTransaction(known, { transactionId: 'a', evseId: null }), known);
  assert.equal(withoutTransaction(known, { transactionId: 'a', evseId: 2 }), known);
  assert.deepEqual(idsOf(withoutEarlier(known, { evseId: 1, at: 11 })), []);
  assert.equal(withoutEarlier(known, { evseId: 1, at: 10 }), known);
  assert.equal(withoutEarlier(known, { evseId: 2, at: 11 }), known);
});
