// Answers to our CALLs as vendors give them against the schema: given the answer as it comes, the outcome and the facts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Intent } from '#contracts/commands';
import { command, settle } from '../fake-parts.ts';
import { only, oddStation, quirksOf, type OddStation } from './rig.ts';

/** Carries the intent out; the station answers its one CALL with that. */
async function answered(
  { gateway, connection, socket }: OddStation,
  intent: Intent,
  parameters: object,
  answer: unknown,
) {
  const recorded = gateway.records.length;
  connection.outbound.request(command(gateway, connection, intent, parameters));
  await settle();
  const [, id] = JSON.parse(socket.sent.at(-1) ?? '[]') as unknown[];
  connection.receive(JSON.stringify([3, id, answer]));
  await settle();
  return gateway.records.slice(recorded);
}

const read = { variables: [{ variable: 'HeartbeatInterval' }] };

test('Q1: a configuration told in numbers and words of truth is the configuration', async () => {
  const station = await oddStation();
  const facts = await answered(station, 'ReadConfiguration', read, {
    configurationKey: [{ key: 'HeartbeatInterval', readonly: 'false', value: 300, unit: 's' }],
    unknownKey: null,
  });
  const [variable] = only(facts, 'VariablesReported').variables;
  assert.deepEqual(
    [variable?.variable, variable?.value, variable?.mutability],
    ['HeartbeatInterval', '300', 'ReadWrite'],
  );
  assert.equal(only(facts, 'CommandCompleted').outcome, 'accepted');
  assert.deepEqual(quirksOf(facts).toSorted(), ['extra-member', 'null-member', 'number-for-text', 'text-for-boolean']);
  const told = only(facts, 'QuirksObserved');
  assert.deepEqual([told.action, told.meta.messageId], ['GetConfigurationResponse', null]);
});

test('an answer whose word nobody knows is no answer, one in other letters is; the valid one is told of no quirk', async () => {
  const outcome = async (answer: unknown) => {
    const facts = await answered(await oddStation(), 'ResetStation', { when: 'idle' }, answer);
    return [only(facts, 'CommandCompleted').outcome, quirksOf(facts)];
  };
  assert.deepEqual(await outcome({ status: 'Accepted' }), ['accepted', []]);
  assert.deepEqual(await outcome({ status: 'ACCEPTED' }), ['accepted', ['spelling']]);
  assert.deepEqual(await outcome({ status: 'rejected' }), ['rejected', ['spelling']]);
  assert.deepEqual(await outcome({ status: 'Sure' }), ['failed', []]);
  assert.deepEqual(await outcome({ status: '' }), ['failed', []]);
  assert.deepEqual(await outcome([]), ['failed', []]);
});

test('a secret that is told as a number is no less one', async () => {
  const configurationKey = [{ key: 'AuthorizationKey', readonly: false, value: 471_147_114_711 }];
  const facts = await answered(await oddStation(), 'ReadConfiguration', read, { configurationKey });
  assert.ok(!JSON.stringify(facts).includes('471147114711'));
  assert.ok(JSON.stringify(only(facts, 'QuirksObserved')).includes('[redacted]'));
});

test('a station that took over rarer heartbeats is silent for three of them before it is dead', async () => {
  for (const [status, silenceMax] of [
    ['Accepted', 10_800],
    ['Rejected', 0],
  ] as const) {
    const station = await oddStation();
    const before = station.connection.peer.pulse.silenceMax;
    await answered(
      station,
      'WriteConfiguration',
      { variables: [{ variable: 'HeartbeatInterval', value: '3600' }] },
      { status },
    );
    assert.equal(station.connection.peer.pulse.silenceMax, Math.max(before, silenceMax));
  }
});
