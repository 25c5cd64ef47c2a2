// The words of a command that reserved: the same reservation is asked for with them, under its number.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remoteStartIdOf } from '#contracts/keys';
import { reservingWords } from '#services/stations/domain/reserving';
import { requested } from '../records.ts';

const expiresAt = '2026-11-26T12:00:00Z';
const wordsOf = (intent: string, parameters: object) =>
  reservingWords(requested('c1', { intent, parametersJson: JSON.stringify(parameters) }));

test('a reservation without a number has that of its command, and is named by it from then on', () => {
  const asked = { evseId: 1, token: { uid: 'T', type: 'ISO14443' }, expiresAt };
  const reservationId = remoteStartIdOf('c1');
  const words = { reservationId, intent: 'ReserveConnector', expiresAt: Date.parse(expiresAt) };
  assert.deepEqual(wordsOf('ReserveConnector', asked), { ...words, parameters: { ...asked, reservationId } });
  assert.equal(wordsOf('ReserveConnector', { ...asked, reservationId: 7 })?.reservationId, 7);
});

test('a raw ReserveNow of 1.6 or 2.x is said again word for word; other commands reserve nothing', () => {
  const raw16 = { action: 'ReserveNow', payload: { reservationId: 8, expiryDate: expiresAt } };
  const raw2 = { action: 'ReserveNow', payload: { id: 9, expiryDateTime: expiresAt } };
  const shown = [raw16, raw2].map((raw) => wordsOf('SendCall', raw));
  assert.deepEqual(
    shown.map((words) => [words?.reservationId, words?.expiresAt]),
    [
      [8, Date.parse(expiresAt)],
      [9, Date.parse(expiresAt)],
    ],
  );
  assert.deepEqual(
    shown.map((words) => words?.parameters),
    [raw16, raw2],
  );
  assert.equal(wordsOf('SendCall', { action: 'CancelReservation', payload: { reservationId: 8 } }), undefined);
  assert.equal(wordsOf('CancelReservation', { reservationId: 8 }), undefined);
});
