// Messages on a display: set, cleared, reported, and gone with their transaction.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  displayMessagesAfter,
  withoutTransaction,
  type DisplayMessages,
} from '#services/stations/domain/display-messages';
import { message, messages, told } from '../facts.ts';

const idsOf = (known: DisplayMessages | null): unknown => known?.entries.map(({ messageId }) => messageId);
const set = displayMessagesAfter(
  null,
  messages({ messages: [message(1), message(2, { transactionId: 'a' })] }),
  told(5),
);

test('a message is set, replaced under its number, and cleared', () => {
  assert.deepEqual(idsOf(set), [1, 2]);
  const replaced = displayMessagesAfter(set, messages({ messages: [message(1, { content: 'Bye' })] }), told(5, 6));
  assert.deepEqual([idsOf(replaced), replaced?.entries[1]?.content], [[2, 1], 'Bye']);
  assert.deepEqual(idsOf(displayMessagesAfter(set, messages({ change: 'cleared' }), told(5, 6))), [2]);
});

test('a whole report is all there is; a message may stand in two parts of it', () => {
  const part = (last: boolean, ids: number[]) =>
    messages({ change: 'report', requestId: 1, last, messages: ids.map((id) => message(id)) });
  const begun = displayMessagesAfter(set, part(false, [3, 4]), told(5, 6));
  assert.deepEqual(idsOf(begun), [1, 2]);
  assert.deepEqual(idsOf(displayMessagesAfter(begun, part(true, [4, 5]), told(5, 7))), [3, 4, 5]);
});

test('a message for a transaction goes with it, the others stay', () => {
  assert.deepEqual(idsOf(withoutTransaction(set, 'a')), [1]);
  assert.equal(withoutTransaction(set, 'b'), set);
});

test('what an older connection tells late changes nothing', () => {
  assert.equal(displayMessagesAfter(set, messages({ change: 'cleared' }), told(4)), set);
});
