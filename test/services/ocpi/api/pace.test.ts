import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paceOf } from '#services/ocpi/api/pace';

const token = (name: string): Buffer => Buffer.from(name);

function started() {
  let at = 0;
  const pace = paceOf({ partnerPerSecond: 2, strangerPerSecond: 1, now: () => at });
  return { pace, pass: (ms: number) => (at += ms) };
}

test('who guesses tokens is slowed at its address, and nobody else is', () => {
  const { pace, pass } = started();
  for (let n = 0; n < 10; n++) assert.equal(pace.strangerWaitMs('a', [token(`guess-${n}`)]), 0);
  assert.equal(pace.strangerWaitMs('a', [token('guess')]), 1000);
  assert.equal(pace.strangerWaitMs('a', []), 1000, 'nor by showing none');
  assert.equal(pace.strangerWaitMs('b', [token('guess')]), 0);
  pass(1000);
  assert.equal(pace.strangerWaitMs('a', [token('guess')]), 0);
  assert.equal(pace.strangerWaitMs('a', [token('guess')]), 1000);
});

test('a token that was good lately goes on from an address where somebody guesses', () => {
  const { pace, pass } = started();
  assert.equal(pace.partnerWaitMs('default/emp', token('good')), 0);
  while (pace.strangerWaitMs('a', [token('guess')]) === 0);
  assert.equal(pace.strangerWaitMs('a', [token('good read raw'), token('good')]), 0);
  pass(60 * 60 * 1000);
  while (pace.strangerWaitMs('a', [token('guess')]) === 0);
  assert.ok(pace.strangerWaitMs('a', [token('good')]) > 0, 'too long ago');
});

test('a partner is kept to its pace whatever token of its own it shows; another partner is not', () => {
  const { pace } = started();
  for (let n = 0; n < 20; n++) assert.equal(pace.partnerWaitMs('default/emp', token(`t${n % 2}`)), 0);
  assert.equal(pace.partnerWaitMs('default/emp', token('t0')), 500);
  assert.equal(pace.partnerWaitMs('acme/emp', token('t3')), 0);
});
