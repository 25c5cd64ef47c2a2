// Questions to others: given a source, when a station's CALL needs it, then there is an answer in time, whatever it does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { Answer, Question } from '#services/gateway/domain/question';
import { Questions, type Sources } from '#services/gateway/sources';
import { connect, fakeGateway, settle } from './fake-parts.ts';

const question: Question = { kind: 'vat-number', vatNumber: 'NL1', evseId: null };
const asker = { tenantId: 'default', stationId: 'CS-001' };
const known: Answer = { kind: 'vat-number', company: null };

function questions(sources: Sources, limits = { timeoutMs: 60_000, atOnceMax: 1 }): Questions {
  return new Questions(sources, limits, pino({ level: 'silent' }));
}

test('without a source, and where it fails, nobody is reached', async () => {
  assert.equal((await questions({}).ask(question, asker)).kind, 'unreachable');
  const failing = questions({ 'vat-number': () => Promise.reject(new Error('down')) });
  assert.equal((await failing.ask(question, asker)).kind, 'unreachable');
  const throwing = questions({
    'vat-number': () => {
      throw new Error('a bug');
    },
  });
  assert.equal((await throwing.ask(question, asker)).kind, 'unreachable');
});

test('a source that is late is not waited for, and is told so', async () => {
  let signal: AbortSignal | undefined;
  const late = questions(
    {
      'vat-number': (_question, asking) => {
        ({ signal } = asking);
        return new Promise(() => undefined);
      },
    },
    { timeoutMs: 1, atOnceMax: 1 },
  );
  const answer = await late.ask(question, asker);
  assert.deepEqual(answer, { kind: 'unreachable', why: 'no answer within 1 ms' });
  assert.equal(signal?.aborted, true);
});

test('as many as may are asked at once, one more is not; the place is free again after the answer', async () => {
  let answerFirst: (answer: Answer) => void = () => undefined;
  const one = questions({ 'vat-number': () => new Promise((resolve) => (answerFirst = resolve)) });
  const first = one.ask(question, asker);
  assert.deepEqual(await one.ask(question, asker), { kind: 'unreachable', why: 'too many questions at once' });
  answerFirst(known);
  assert.deepEqual(await first, known);
  const third = one.ask(question, asker);
  answerFirst(known);
  assert.deepEqual(await third, known);
});

const validate = '[2,"1","VatNumberValidation",{"vatNumber":"NL1"}]';

async function asking() {
  let answer: (told: Answer) => void = () => undefined;
  const gateway = fakeGateway({}, { 'vat-number': () => new Promise((resolve) => (answer = resolve)) });
  gateway.ackAll();
  const { connection, socket } = connect(gateway, '2.1');
  connection.accepted = true;
  await connection.begin();
  connection.receive(validate);
  await settle();
  return { gateway, connection, socket, answer: () => answer(known) };
}

test('a CALL behind one that asks waits for its turn, and both are answered in order', async () => {
  const { connection, socket, answer } = await asking();
  connection.receive('[2,"2","Heartbeat",{}]');
  await settle();
  assert.equal(socket.sent.length, 0);
  answer();
  await settle();
  assert.deepEqual(
    socket.sent.map((text) => text.slice(0, 6)),
    ['[3,"1"', '[3,"2"'],
  );
});

test('a station that left while others were asked is not recorded after its end', async () => {
  const { gateway, connection, socket, answer } = await asking();
  await connection.gone(1006);
  answer();
  await settle();
  assert.deepEqual(socket.sent, []);
  assert.ok(!gateway.appended.includes('charging.events.v1 StationMessageRecorded'));
});
