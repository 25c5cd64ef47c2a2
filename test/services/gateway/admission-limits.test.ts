// Limits of admission: given upgrades of many kinds, when they are too many, then the ones in excess get 503 and a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifierOfChosen, verifierOfGenerated } from '#contracts/passwords';
import { Admissions, type Admission, type Upgrade } from '#services/gateway/admission';
import { noClaims } from '#services/gateway/domain/client-certificate';
import { fakeGateway } from './fake-parts.ts';
import { station } from './support.ts';

const right = verifierOfGenerated(Buffer.from('right'), 0);

/** A gateway whose registry knows stations CS-0 to CS-9999, all with the password "right". */
function gate(environment: Record<string, string> = {}, verifiers = [right]) {
  const gateway = fakeGateway({ FAILED_LOGIN_ANSWER_MS: '0', ...environment });
  const known = /^default\/CS-\d{1,4}$/;
  const caches = {
    ...gateway.parts.caches,
    station: (key: string) =>
      known.test(key) ? { ...station, stationId: key.slice('default/'.length), verifiers } : undefined,
  };
  const admissions = new Admissions({ ...gateway.parts, caches });
  const ask = async (stationId: string, password = 'right', over: Partial<Upgrade> = {}): Promise<Admission> =>
    admissions.decide({
      url: `/ocpp/${stationId}`,
      authorization: `Basic ${Buffer.from(`${stationId}:${password}`).toString('base64')}`,
      subprotocols: 'ocpp1.6',
      origin: '',
      remoteAddress: '203.0.113.1',
      forwardedFor: '',
      door: 'plain',
      claims: noClaims,
      ...over,
    });
  return { gateway, admissions, ask };
}

const said = (admission: Admission): string =>
  admission.kind === 'admitted' ? 'admitted' : `${admission.status.slice(0, 3)} ${admission.reason}`;

test('a storm is let in at the rate, and those who wait are told apart', async () => {
  const { ask, gateway } = gate();
  const storm = await Promise.all(Array.from({ length: 3_000 }, async (_, n) => ask(`CS-${n}`)));
  const refused = storm.filter((each) => each.kind === 'refused');
  assert.equal(storm.length - refused.length, 1_000, 'the burst');
  assert.ok(refused.every((each) => said(each) === '503 process-rate'));
  const times = refused.map(({ retryAfterSeconds = 0 }) => retryAfterSeconds);
  assert.deepEqual([Math.min(...times), Math.max(...times)], [3, 7], '2,000 more at 500 a second, and their jitter');
  gateway.nowMs += 999;
  const next = await Promise.all(Array.from({ length: 501 }, async (_, n) => ask(`CS-${3_000 + n}`)));
  assert.equal(next.filter(({ kind }) => kind === 'admitted').length, 499);
});

test('who proves no identity takes no place: strangers cannot keep stations out', async () => {
  const { ask } = gate({ UPGRADES_BURST_MAX: '1', ADDRESS_FAILURES_FREE: '100000' });
  for (let n = 0; n < 50; n++) assert.equal(said(await ask(`CS-${n}`, 'wrong')), '401 unauthorized');
  assert.equal(said(await ask('CS-1')), 'admitted');
  assert.equal(said(await ask('CS-2')), '503 process-rate');
});

test('S20: when no place is left nobody is even asked who he is', async () => {
  const { ask } = gate({ UPGRADES_BURST_MAX: '1', ADDRESS_FAILURES_FREE: '100000' });
  assert.equal(said(await ask('CS-1')), 'admitted');
  assert.equal(said(await ask('CS-2', 'wrong')), '503 process-rate');
});

test('S20: of stations whose passwords are being checked at once no more are let in than there are places', async () => {
  const chosen = await verifierOfChosen(Buffer.from('chosen'), 0);
  const { ask } = gate({ UPGRADES_BURST_MAX: '2' }, [chosen]);
  const all = await Promise.all(Array.from({ length: 6 }, async (_, n) => ask(`CS-${n}`, 'chosen')));
  assert.deepEqual(all.map(said).toSorted(), [
    ...Array.from({ length: 4 }, () => '503 process-rate'),
    'admitted',
    'admitted',
  ]);
});

test('one identity connects five times at once, then once a second; the sixteenth in a minute is flapping', async () => {
  const { ask, gateway } = gate();
  const heard: string[] = [];
  for (let n = 0; n < 6; n++) heard.push(said(await ask('CS-1')));
  assert.deepEqual(heard, [...Array.from({ length: 5 }, () => 'admitted'), '503 identity-rate']);
  assert.equal(said(await ask('CS-2')), 'admitted', 'others are not concerned');
  for (let n = 0; n < 10; n++) {
    gateway.nowMs += 1_000;
    assert.equal(said(await ask('CS-1')), 'admitted');
  }
  gateway.nowMs += 1_000;
  const flapping = await ask('CS-1');
  assert.ok(flapping.kind === 'refused' && flapping.reason === 'flapping' && (flapping.retryAfterSeconds ?? 0) >= 300);
  gateway.nowMs += 298_999;
  assert.equal(said(await ask('CS-1')), '503 flapping');
  gateway.nowMs += 1;
  assert.equal(said(await ask('CS-1')), 'admitted');
});

test('failed logins rest, for unknown identities alike; the genuine station gets in all the same', async () => {
  const { ask, gateway } = gate({ ADDRESS_FAILURES_FREE: '100000' });
  for (const stationId of ['CS-1', 'nobody']) {
    const heard: string[] = [];
    for (let n = 0; n < 13; n++) heard.push(said(await ask(stationId, `guess ${n}`)));
    assert.deepEqual(heard.slice(9), ['401 unauthorized', '401 unauthorized', '503 logins-rest', '503 logins-rest']);
    gateway.nowMs += 1_000;
    assert.deepEqual(
      [said(await ask(stationId, 'x')), said(await ask(stationId, 'x'))],
      ['401 unauthorized', '503 logins-rest'],
    );
  }
  assert.equal(said(await ask('CS-1')), 'admitted');
  assert.equal(said(await ask('CS-1', 'x')), '401 unauthorized', 'its failures are forgotten');
});

test('a chosen password is not even tried while logins rest, one that was verified is', async () => {
  const chosen = await verifierOfChosen(Buffer.from('chosen'), 0);
  const { ask } = gate({ IDENTITY_FAILURES_FREE: '1' }, [chosen]);
  assert.equal(said(await ask('CS-1', 'chosen')), 'admitted');
  for (const [stationId, heard] of [
    ['CS-1', 'admitted'],
    ['CS-2', '503 logins-rest'],
  ] as const) {
    await ask(stationId, 'guess');
    await ask(stationId, 'guess');
    // The verifier is the same in this registry, so the print of CS-1 would pass for CS-2 too: another password is asked.
    assert.equal(said(await ask(stationId, stationId === 'CS-1' ? 'chosen' : 'other')), heard);
  }
});

test('guesses over many identities from one address rest too, but not where it is a proxy’s', async () => {
  const limits = { ADDRESS_FAILURES_FREE: '20', TRUSTED_PROXIES: '10.0.0.1' };
  const { ask } = gate(limits);
  for (let n = 0; n < 21; n++) assert.equal(said(await ask(`CS-${n}`, 'guess')), '401 unauthorized');
  assert.equal(said(await ask('CS-100', 'guess')), '503 logins-rest');
  assert.equal(said(await ask('CS-100', 'guess', { remoteAddress: '203.0.113.2' })), '401 unauthorized');
  const proxy = { remoteAddress: '10.0.0.1' };
  for (let n = 0; n < 30; n++) assert.equal(said(await ask(`CS-${200 + n}`, 'guess', proxy)), '401 unauthorized');
  const behind = { ...proxy, forwardedFor: '203.0.113.1' };
  assert.equal(said(await ask('CS-300', 'guess', behind)), '503 logins-rest', 'the same client through the proxy');
  const admitted = await ask('CS-300', 'right', behind);
  assert.ok(admitted.kind === 'admitted' && admitted.admitted.remoteAddress === '203.0.113.1');
});

test('behind one address with many wrong passwords a station with a chosen one gets in, also after a restart', async () => {
  const chosen = await verifierOfChosen(Buffer.from('chosen'), 0);
  const { ask, gateway } = gate({}, [chosen]);
  // A hundred and fifty stations that nobody registered ask twice a minute, for an hour.
  for (let round = 0; round < 120; round++) {
    for (let n = 0; n < 150; n++) await ask(`stranger-${n}`, 'wrong');
    gateway.nowMs += 30_000;
  }
  assert.equal(said(await ask('CS-1', 'chosen')), 'admitted');
  for (let n = 0; n < 150; n++) await ask(`guess-${n}`, 'wrong');
  assert.equal(said(await ask('CS-2', 'other')), '503 logins-rest', 'right now somebody failed');
  gateway.nowMs += 1_000;
  assert.equal(said(await ask('CS-2', 'other')), '401 unauthorized');
});

test('addresses are limited where it is asked for', async () => {
  const { ask, gateway } = gate({ ADDRESS_UPGRADES_PER_SECOND_MAX: '2', ADDRESS_UPGRADES_BURST_MAX: '3' });
  const heard: string[] = [];
  for (let n = 0; n < 4; n++) heard.push(said(await ask(`CS-${n}`)));
  assert.deepEqual(heard, ['admitted', 'admitted', 'admitted', '503 address-rate']);
  assert.equal(said(await ask('CS-5', 'right', { remoteAddress: '203.0.113.2' })), 'admitted');
  gateway.nowMs += 500;
  assert.deepEqual([said(await ask('CS-6')), said(await ask('CS-7'))], ['admitted', '503 address-rate']);
});

test('a failed login is answered no sooner than a checked one, and only so many may wait for that', async () => {
  const { ask } = gate({ FAILED_LOGIN_ANSWER_MS: '200', FAILED_LOGINS_HELD_MAX: '2', ADDRESS_FAILURES_FREE: '100000' });
  const startedMs = performance.now();
  const elapsed = async (asked: Promise<Admission>): Promise<number> => {
    await asked;
    return performance.now() - startedMs;
  };
  const held = [elapsed(ask('CS-1', 'wrong')), elapsed(ask('nobody', 'wrong'))];
  assert.equal(said(await ask('CS-3', 'wrong')), '503 failed-logins');
  assert.equal(said(await ask('CS-3')), 'admitted', 'the genuine one waits for nobody');
  for (const ms of await Promise.all(held)) assert.ok(ms >= 195, `${ms}`);
  assert.equal(said(await ask('CS-3', 'wrong')), '401 unauthorized');
});

test('an overloaded gateway, one without a log and one that drains refuse before they look', async () => {
  const { ask, admissions, gateway } = gate();
  gateway.pressure.refusal = 'log-away';
  const away = await ask('CS-1', 'wrong');
  assert.equal(said(away), '503 log-away');
  assert.ok(away.kind === 'refused' && (away.retryAfterSeconds ?? 0) >= 5);
  gateway.pressure.refusal = 'overloaded';
  assert.equal(said(await ask('CS-1')), '503 overloaded');
  gateway.pressure.refusal = undefined;
  assert.equal(said(await ask('CS-1')), 'admitted');
  admissions.draining = true;
  assert.equal(said(await ask('CS-1')), '503 draining');
});
