// What the processes remember of commands: which starts are awaited, who waits for what, and what is forgotten when.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeRecord, type RecordType } from '#contracts/codec';
import type { Records } from '#contracts/generated/types';
import { createLogger } from '#kit/logger';
import { CommandBook } from '#services/stations/command-book';
import { resultSoughtMs } from '#services/stations/domain/start-result';
import { completed, requested, resulted, stationId, tenantId } from './records.ts';

const key = `${tenantId}/${stationId}`;
const hourMs = 60 * 60_000;

function bookOf() {
  const book = new CommandBook({
    logger: createLogger('test', 'silent'),
    onChange: () => undefined,
    onCompleted: () => undefined,
  });
  let offset = 0;
  const tell = <T extends RecordType>(type: T, value: Records[T]): void =>
    book.onRecord({ key, type, offset: offset++, value: encodeRecord(type, value) } as Parameters<
      CommandBook['onRecord']
    >[0]);
  return { book, tell };
}
const start = requested('c1', { intent: 'StartCharging' });
const ids = (book: CommandBook): string[] => book.awaited().map(({ command }) => command.commandId);

test('a start is awaited from its end as accepted until its result; the first result stays, its transaction is taken', () => {
  const { book, tell } = bookOf();
  tell('CommandRequested', start);
  assert.deepEqual(ids(book), []);
  tell('CommandCompleted', completed('c1', { outcome: 'accepted' }));
  assert.deepEqual([ids(book), [...book.takenOf(key)]], [['c1'], []]);
  tell('CommandResulted', resulted('c1', { transactionId: 'first' }));
  tell('CommandResulted', resulted('c1', { transactionId: 'second' }));
  assert.deepEqual([ids(book), [...book.takenOf(key)]], [[], ['first']]);
});

test('a start that its station refused, and any other command, is not awaited', () => {
  const { book, tell } = bookOf();
  tell('CommandRequested', start);
  tell('CommandCompleted', completed('c1', { outcome: 'rejected' }));
  tell('CommandRequested', requested('c2', { intent: 'ResetStation' }));
  tell('CommandCompleted', completed('c2', { outcome: 'accepted' }));
  assert.deepEqual(ids(book), []);
});

test('who waits for the result is told at the result, who waits for the answer at the answer', async () => {
  const { book, tell } = bookOf();
  tell('CommandRequested', start);
  const told: string[] = [];
  const answer = book.until('completion', 'c1', 60_000).then(() => told.push('answer'));
  const result = book.until('result', 'c1', 60_000).then(() => told.push('result'));
  tell('CommandCompleted', completed('c1', { outcome: 'accepted' }));
  await answer;
  assert.deepEqual([told, book.waiting], [['answer'], 1]);
  tell('CommandResulted', resulted('c1'));
  await result;
  assert.deepEqual([told, book.waiting], [['answer', 'result'], 0]);
});

test('nothing comes after a refusal: who waits for the result is told at once', async () => {
  const { book, tell } = bookOf();
  tell('CommandRequested', start);
  const result = book.until('result', 'c1', 60_000);
  tell('CommandCompleted', completed('c1', { outcome: 'rejected' }));
  await result;
  await book.until('result', 'c1', 60_000);
  assert.equal(book.waiting, 0);
});

test('an awaited start is remembered for a day, one with its result for an hour, so that nobody takes its transaction', () => {
  const { book, tell } = bookOf();
  tell('CommandRequested', start);
  tell('CommandCompleted', completed('c1', { outcome: 'accepted', completedAt: 3000 }));
  book.forget(3000 + resultSoughtMs - 1);
  assert.deepEqual(ids(book), ['c1']);
  tell('CommandResulted', resulted('c1'));
  const over = Math.max(start.expiresAt, 3000) + hourMs;
  book.forget(over - 1);
  assert.equal(book.takenOf(key).size, 1);
  book.forget(over);
  assert.deepEqual([book.takenOf(key).size, book.get('c1')], [0, undefined]);
});

test('what an accepted command reserved is remembered until the reservation is over, the newest words first', () => {
  const { book, tell } = bookOf();
  const expiresAt = 3 * hourMs;
  const reserve = (id: string, connectorId: number, outcome: 'accepted' | 'rejected' = 'accepted'): void => {
    const payload = { reservationId: 7, connectorId, expiryDate: new Date(expiresAt).toISOString() };
    const parametersJson = JSON.stringify({ action: 'ReserveNow', payload });
    tell('CommandRequested', requested(id, { intent: 'SendCall', parametersJson, requestedAt: 0, expiresAt: 30_000 }));
    tell('CommandCompleted', completed(id, { outcome, completedAt: 1_000 }));
  };
  const connector = (): unknown =>
    (book.reservationOf(key, 7)?.parameters['payload'] as { connectorId: number } | undefined)?.connectorId;
  assert.equal(connector(), undefined);
  reserve('r1', 1);
  reserve('r2', 2);
  reserve('r3', 3, 'rejected');
  assert.deepEqual(
    [connector(), book.reservationOf(key, 8), book.reservationOf('default/other', 7)],
    [2, undefined, undefined],
  );
  book.forget(expiresAt - 1);
  assert.deepEqual([connector(), book.get('r3')], [2, undefined]);
  book.forget(expiresAt);
  assert.equal(connector(), undefined);
});
