// What is looked up of a token before a station is answered: given its policies, sessions and partner, when it is shown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { tokenRefOf } from '#contracts/keys';
import { ActiveSessions } from '#services/gateway/active-sessions';
import { silentAfterMs } from '#services/gateway/domain/concurrency';
import { PartnerTokens, type AskPartner } from '#services/gateway/partner-tokens';
import { presentToken } from '#services/gateway/present-token';
import { connect, fakeGateway } from './fake-parts.ts';
import { now, runningSession, tenantKey, token } from './support.ts';

const silent = pino({ level: 'silent' });
const tokenRef = tokenRefOf(tenantKey, 'Unknown', 'TAG1');
const shown = { uid: 'TAG1', type: 'Unknown' };
const question = { tenantId: 'default', tokenRef, stationId: 'CS-001', locationId: 'loc-1' };

test('our own token is answered at once: nothing waits for a promise', () => {
  const gateway = fakeGateway();
  const { connection } = connect(gateway);
  gateway.tokens.set(tokenRef, token({ whitelist: 'NEVER' }));
  gateway.sessions.push(runningSession({ tokenRef }));
  gateway.policies = { freeVending: true };
  const presented = presentToken(connection, shown);
  assert.ok(!(presented instanceof Promise));
  assert.equal(presented.tokenRef, tokenRef);
  assert.equal(presented.sessions.length, 1);
  assert.equal(presented.policies.freeVending, true);
  assert.equal(presented.partner, undefined);
});

test('a partner is asked where its whitelist wants that; not for a stop, nor where everybody may charge', async () => {
  const gateway = fakeGateway();
  const { connection } = connect(gateway);
  gateway.askPartner = async () => ({ kind: 'answered', status: 'NoCredit', expiresAt: null });
  for (const [whitelist, isAsked] of [
    ['ALWAYS', false],
    ['ALLOWED', false],
    ['ALLOWED_OFFLINE', true],
    ['NEVER', true],
  ] as const) {
    gateway.tokens.set(tokenRef, token({ issuer: 'NL-EMP', whitelist }));
    const presented = presentToken(connection, shown);
    assert.equal(presented instanceof Promise, isAsked, whitelist);
    assert.equal((await presented).partner?.kind, isAsked ? 'answered' : undefined);
    assert.ok(!(presentToken(connection, { ...shown, stops: true }) instanceof Promise));
  }
  gateway.policies = { freeVending: true };
  assert.ok(!(presentToken(connection, shown) instanceof Promise));
});

test('a vehicle is one token, whichever version its station speaks', async () => {
  const gateway = fakeGateway();
  const { connection } = connect(gateway);
  const refs = await Promise.all(
    [
      { uid: 'VID:00b052a1c2d3', type: 'Unknown' },
      { uid: '00:B0:52:A1:C2:D3', type: 'MacAddress' },
    ].map(async (vehicle) => (await presentToken(connection, vehicle)).tokenRef),
  );
  assert.deepEqual(
    refs,
    [0, 1].map(() => tokenRefOf(tenantKey, 'MacAddress', '00B052A1C2D3')),
  );
});

test('a partner that fails, or nobody to ask, is an answer', async () => {
  const limits = { timeoutMs: 60_000, atOnceMax: 4 };
  const failing = new PartnerTokens(() => Promise.reject(new Error('refused')), limits, silent);
  assert.deepEqual(await failing.ask(question), { kind: 'unreachable' });
  const nobody = new PartnerTokens(undefined, limits, silent);
  assert.equal(nobody.mustAsk(token({ issuer: 'NL-EMP', whitelist: 'NEVER' })), false);
  assert.deepEqual(await nobody.ask(question), { kind: 'unreachable' });
});

test('a partner that does not answer in time is unreachable, and its question is given up', async () => {
  let signal: AbortSignal | undefined;
  const never: AskPartner = (_question, given) => {
    signal = given;
    return new Promise(() => {});
  };
  const partners = new PartnerTokens(never, { timeoutMs: 10, atOnceMax: 4 }, silent);
  assert.deepEqual(await partners.ask(question), { kind: 'unreachable' });
  assert.equal(signal?.aborted, true);
});

test('one question per token at a time, and not more at once than allowed', async () => {
  const asked: (() => void)[] = [];
  const slow: AskPartner = () =>
    new Promise((resolve) => {
      asked.push(() => resolve({ kind: 'answered', status: 'Accepted', expiresAt: null }));
    });
  const partners = new PartnerTokens(slow, { timeoutMs: 60_000, atOnceMax: 2 }, silent);
  const [first, again] = [partners.ask(question), partners.ask(question)];
  const other = partners.ask({ ...question, tokenRef: 'other' });
  assert.equal(asked.length, 2);
  assert.deepEqual(await partners.ask({ ...question, tokenRef: 'third' }), { kind: 'unreachable' });
  for (const answer of asked.splice(0)) answer();
  for (const answer of await Promise.all([first, again, other])) assert.equal(answer.kind, 'answered');
  await turn();
  void partners.ask(question);
  assert.equal(asked.length, 1, 'the next time is asked anew');
  asked[0]?.();
});

test('running sessions are known by their token until they end, move to another token, or fall silent', () => {
  let at = now;
  const active = new ActiveSessions(() => at);
  const [one, two] = [runningSession({ sessionId: '1' }), runningSession({ sessionId: '2' })];
  active.tell('default/1', one);
  active.tell('default/2', two);
  active.tell('default/1', { ...one, heardAt: now + 1 });
  assert.deepEqual(
    active.of('default', 'ref').map(({ sessionId }) => sessionId),
    ['2', '1'],
  );
  assert.deepEqual(active.of('other', 'ref'), [], 'another tenant has its own');
  active.tell('default/2', undefined);
  active.tell('default/1', { ...one, tokenRef: 'moved' });
  assert.deepEqual(active.of('default', 'ref'), []);
  assert.equal(active.of('default', 'moved').length, 1);
  active.tell('default/never', undefined);
  at = now + silentAfterMs;
  active.tell('default/3', runningSession({ sessionId: '3', tokenRef: 'old' }));
  assert.deepEqual(active.of('default', 'old'), [], 'an old record of the topic');
});
