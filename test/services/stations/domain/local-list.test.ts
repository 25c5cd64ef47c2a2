// Which update brings a station's local list where it shall be: what differs, or all of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  contentOf,
  listEntriesMax,
  updateOf,
  type ListedToken,
  type ListState,
} from '#services/stations/domain/local-list';

const token = (n: number, fields: Partial<ListedToken> = {}): ListedToken => ({
  tokenRef: `ref-${n}`,
  uid: `UID-${n}`,
  type: 'ISO14443',
  status: 'Accepted',
  expiresAt: null,
  groupId: null,
  ...fields,
});
const tokens = (...numbers: number[]): ListedToken[] => numbers.map((n) => token(n));
const having = (held: readonly ListedToken[], fields: Partial<ListState> = {}): ListState => ({
  mode: 'auto',
  acknowledgedVersion: 4,
  acknowledged: contentOf(held),
  askedVersion: 4,
  reportedVersion: 4,
  needsFull: false,
  ...fields,
});
const update = (state: ListState, wanted: readonly ListedToken[], gone: readonly ListedToken[] = []) =>
  updateOf(state, contentOf(wanted), new Map([...wanted, ...gone].map((each) => [each.tokenRef, each])));
const told = (state: ListState, wanted: readonly ListedToken[], gone: readonly ListedToken[] = []): unknown => {
  const made = update(state, wanted, gone);
  return made && [made.update, made.version, made.entries.map(({ token: { uid }, status }) => [uid, status])];
};
const all = (...numbers: number[]) => numbers.map((n) => [`UID-${n}`, 'Accepted']);

test('a station that has what it acknowledged gets what differs: new ones, changed ones, those that leave', () => {
  assert.equal(told(having(tokens(1, 2, 3)), tokens(1, 2, 3)), undefined);
  assert.deepEqual(told(having(tokens(1, 2)), tokens(1, 2, 3)), ['differential', 5, all(3)]);
  const blocked = [...tokens(1, 2), token(3, { status: 'Blocked' })];
  assert.deepEqual(told(having(tokens(1, 2, 3)), blocked), ['differential', 5, [['UID-3', 'Blocked']]]);
  assert.deepEqual(told(having(tokens(1, 2, 3)), tokens(1, 2), tokens(3)), ['differential', 5, [['UID-3', undefined]]]);
});

test('who has another list, or none that we know of, gets the whole one', () => {
  const wanted = tokens(1, 2, 3);
  for (const fields of [{ reportedVersion: 3 }, { needsFull: true }, { acknowledged: null }, { mode: 'full' as const }])
    assert.deepEqual(told(having(tokens(1, 2), fields), wanted), ['full', 5, all(1, 2, 3)], JSON.stringify(fields));
  assert.deepEqual(
    told(having(tokens(1, 2), { reportedVersion: null }), wanted)
      ?.toString()
      .split(',')[0],
    'differential',
  );
  assert.equal(told(having(wanted, { mode: 'full' }), wanted), undefined);
});

test('a version is greater than any that the station had, told or was sent', () => {
  assert.equal(update(having(tokens(1)), tokens(1, 2, 3))?.version, 5);
  assert.equal(update(having(tokens(1), { askedVersion: 9 }), tokens(1, 2, 3))?.version, 10);
  assert.equal(update(having(tokens(1), { reportedVersion: 20 }), tokens(1, 2, 3))?.version, 21);
  const untold = { acknowledged: null, acknowledgedVersion: null, askedVersion: null, reportedVersion: -1 };
  assert.equal(update(having([], untold), tokens(1))?.version, 1);
});

test('a token that was erased has no name to take it away by: the whole list goes out', () => {
  assert.deepEqual(told(having(tokens(1, 2, 3, 4)), tokens(1, 2, 3), []), ['full', 5, all(1, 2, 3)]);
});

test('changes that are no fewer than the list are the list; an empty one empties the station', () => {
  assert.deepEqual(told(having(tokens(1, 2)), tokens(3, 4), tokens(1, 2)), ['full', 5, all(3, 4)]);
  assert.deepEqual(told(having(tokens(1)), [], tokens(1)), ['full', 5, []]);
});

test('an entry tells its end and its group; words that lists do not know are invalid', () => {
  const [first] =
    update(having([], { acknowledged: null }), [
      token(1, { status: 'NoCredit', expiresAt: '2030-01-01T00:00:00Z', groupId: 'G' }),
    ])?.entries ?? [];
  assert.deepEqual(first, {
    token: { uid: 'UID-1', type: 'ISO14443' },
    status: 'Invalid',
    expiresAt: '2030-01-01T00:00:00Z',
    groupToken: { uid: 'G', type: 'Central' },
  });
});

test('what is kept names no uid, and is one list whatever the order', () => {
  assert.deepEqual(contentOf(tokens(2, 1)), contentOf(tokens(1, 2)));
  assert.ok(!JSON.stringify(contentOf(tokens(1))).includes('UID'));
  assert.equal(contentOf(Array.from({ length: listEntriesMax + 1 }, (_, n) => token(n))).length, listEntriesMax);
});
