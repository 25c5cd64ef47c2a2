// What the log is told of odd messages: the first of each kind, then every thousandth, so that no station doubles what it says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToldQuirks, toldEvery } from '#services/gateway/domain/quirks/told';
import { settle } from '../fake-parts.ts';
import { only, oddStation, quirksOf } from './rig.ts';

test('of each kind of odd message the first is told, then every thousandth with how many came since', () => {
  const told = new ToldQuirks();
  const due = Array.from({ length: 2 * toldEvery }, () => told.due('MeterValues', ['number-for-text']));
  assert.deepEqual(
    due.flatMap((messages, index) => (messages === 0 ? [] : [[index + 1, messages]])),
    [
      [1, 1],
      [toldEvery, toldEvery - 1],
      [2 * toldEvery, toldEvery],
    ],
  );
  assert.equal(told.due('StatusNotification', ['number-for-text']), 1, 'of another action it is another kind');
  assert.equal(told.due('MeterValues', ['number-for-text', 'too-long']), 1);
});

test('a station that invents ever new kinds is told of 64 times', () => {
  const told = new ToldQuirks();
  const due = Array.from({ length: 100 }, (_, n) => told.due(`Action${n}`, ['too-long']));
  assert.deepEqual([due.filter((messages) => messages > 0).length, due[63], due[64]], [64, 1, 0]);
  assert.equal(told.due('Action1', ['too-long']), 0, 'a known kind is still counted');
});

test('the facts of each odd message are in the log, their quirks are told with the first, in the same request', async () => {
  const { gateway, connection, socket, ask } = await oddStation();
  const text = (n: number) =>
    `[2,"${n}","MeterValues",{"connectorId":1,"meterValue":[{"timestamp":"2026-11-25T10:00:00Z","sampledValue":[{"value":${n}}]}]}]`;
  const first = await ask(text(1));
  assert.deepEqual(
    first.facts.map(({ type }) => type),
    ['MeterValuesSampled', 'QuirksObserved'],
  );
  assert.equal(only(first.facts, 'QuirksObserved').messages, 1);
  const [reading, quirk] = first.facts;
  assert.ok(reading !== undefined && quirk !== undefined && 'meta' in reading && 'meta' in quirk);
  assert.equal(Number(quirk.meta.seq), Number(reading.meta.seq) + 1, 'their order is told too');
  const recorded = gateway.records.length;
  for (let n = 2; n <= 20; n++) connection.receive(text(n).replace('"value":', '"value": '));
  await settle();
  await settle();
  assert.deepEqual(quirksOf(gateway.records.slice(recorded)), []);
  assert.ok(socket.sent.length > 10);
});

test('what was odd about a message stands with it in the audit of frames; a usual one has nothing', async () => {
  const { gateway, ask } = await oddStation();
  await ask('[2,"1","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"available"}]');
  await ask('[2,"2","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available"}]');
  assert.deepEqual(
    gateway.noted.slice(-2).map(({ quirks }) => quirks),
    [['spelling'], []],
  );
});

test('an odd message without a fact of its own tells of itself once, and then waits for nothing', async () => {
  const { ask } = await oddStation();
  const heartbeat = (n: number) => ask(`[2,"${n}","Heartbeat",{"uptime":${n}}]`);
  const [first, second] = [await heartbeat(1), await heartbeat(2)];
  assert.deepEqual([first.answer[0], quirksOf(first.facts)], [3, ['extra-member']]);
  assert.deepEqual([second.answer[0], second.facts], [3, []]);
});
