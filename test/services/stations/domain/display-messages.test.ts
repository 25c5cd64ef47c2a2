// Messages on a display: set, cleared, reported, and gone with their transaction.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  displayMessagesAfter,
  withoutTransaction,
  type DisplayMessages,
} from '#services/stations/domain/display-messages';
import type { ReportRequests } from '#services/stations/domain/report-requests';
import { asked, message, messages, told } from '../facts.ts';

const after = (
  known: DisplayMessages | null,
  fact: ReturnType<typeof messages>,
  at: ReturnType<typeof told>,
  requests: ReportRequests | null = null,
): DisplayMessages | null => displayMessagesAfter(known, fact, at, requests);

const idsOf = (known: DisplayMessages | null): unknown => known?.entries.map(({ messageId }) => messageId);
const set = after(null, messages({ messages: [message(1), message(2, { transactionId: 'a' })] }), told(5));

test('a message is set, replaced under its number, and cleared', () => {
  assert.deepEqual(idsOf(set), [1, 2]);
  const replaced = after(set, messages({ messages: [message(1, { content: 'Bye' })] }), told(5, 6));
  assert.deepEqual([idsOf(replaced), replaced?.entries[1]?.content], [[2, 1], 'Bye']);
  assert.deepEqual(idsOf(after(set, messages({ change: 'cleared' }), told(5, 6))), [2]);
});

const part = (last: boolean, ids: number[], requestId = 1) =>
  messages({ change: 'report', requestId, last, messages: ids.map((id) => message(id)) });

test('a whole report of all is all there is; a message may stand in two parts of it', () => {
  const requests = asked('displayMessages', null);
  const begun = after(set, part(false, [3, 4]), told(5, 6), requests);
  assert.deepEqual(idsOf(begun), [1, 2]);
  assert.deepEqual(idsOf(after(begun, part(true, [4, 5]), told(5, 7), requests)), [3, 4, 5]);
});

test('a report of some says only of these that they are gone', () => {
  const from = after(set, messages({ messages: [message(7, { priority: 'InFront', state: 'Idle' })] }), told(5, 6));
  const left = (criteria: object) =>
    idsOf(after(from, part(true, [9]), told(5, 7), asked('displayMessages', criteria)));
  assert.deepEqual(left({ id: [1, 9] }), [2, 7, 9]);
  assert.deepEqual(left({ priority: 'InFront' }), [1, 2, 9]);
  assert.deepEqual(left({ priority: 'InFront', state: 'Charging' }), [1, 2, 7, 9]);
  assert.deepEqual(left({ state: 'Idle' }), [1, 2, 9]);
});

test('a report that nobody is known to have asked for only adds', () => {
  assert.deepEqual(idsOf(after(set, part(true, [3]), told(5, 6))), [1, 2, 3]);
  assert.deepEqual(idsOf(after(set, part(true, [3], 2), told(5, 6), asked('displayMessages', null))), [1, 2, 3]);
  assert.deepEqual(idsOf(after(set, part(true, [3]), told(5, 6), asked('monitoring', null))), [1, 2, 3]);
});

test('a message for a transaction goes with it, the others stay', () => {
  assert.deepEqual(idsOf(withoutTransaction(set, 'a')), [1]);
  assert.equal(withoutTransaction(set, 'b'), set);
});

test('what an older connection tells late changes nothing', () => {
  assert.equal(after(set, messages({ change: 'cleared' }), told(4)), set);
});
