// What the fuzzer sends: given a seed, when frames are drawn, then every action is among the right ones, every mutation spoils, and a seed repeats.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionsOf, guardOf, ocppVersions } from '#contracts/ocpp';
import { Random } from '#load-tests/fleet/random';
import { corpusOf } from '#load-tests/fuzz/corpus';
import { mutationNames, spoil } from '#load-tests/fuzz/mutations';

const nowMs = Date.UTC(2026, 10, 26);

test('of every action of every version there are right requests and answers', () => {
  for (const version of ocppVersions) {
    const { requests, answers } = corpusOf(version, 'seed', ['CARD'], nowMs);
    for (const [messages, part] of [
      [requests, 'Request'],
      [answers, 'Response'],
    ] as const) {
      const wanted = actionsOf(version).filter((action) => guardOf(version, action, part) !== undefined);
      assert.deepEqual([...new Set(messages.map(({ action }) => action))].toSorted(), wanted.toSorted(), version);
      for (const { action, payload } of messages)
        assert.equal(
          guardOf(version, action, part)?.(payload),
          undefined,
          `${version} ${action} ${JSON.stringify(payload)}`,
        );
    }
  }
});

test('every mutation is drawn and changes what it is given, most of the time', () => {
  const random = new Random('mutations');
  const text = JSON.stringify([
    2,
    'id-1',
    'StatusNotification',
    { connectorId: 1, status: 'Available', info: { a: ['b'] } },
  ]);
  const drawn = new Map<string, { total: number; changed: number }>();
  for (let n = 0; n < 60_000; n++) {
    const { name, wire } = spoil({ text, other: '[2,"id-2","Heartbeat",{}]', random });
    const counts = drawn.get(name) ?? { total: 0, changed: 0 };
    counts.total += 1;
    if (wire.kind === 'binary' || Buffer.from(wire.bytes).toString('utf8') !== text) counts.changed += 1;
    drawn.set(name, counts);
  }
  assert.deepEqual([...drawn.keys()].toSorted(), mutationNames.toSorted());
  for (const [name, { total, changed }] of drawn)
    if (name !== 'none') assert.ok(changed / total > 0.4, `${name} changed ${changed} of ${total}`);
  assert.equal(drawn.get('none')?.changed, 0);
});

test('the same seed gives the same frames, another one others', () => {
  const drawn = (seed: string): string => {
    const random = new Random(seed);
    const text = '[2,"id-1","Heartbeat",{}]';
    return JSON.stringify(Array.from({ length: 200 }, () => spoil({ text, other: text, random })));
  };
  assert.equal(drawn('a'), drawn('a'));
  assert.notEqual(drawn('a'), drawn('b'));
});
