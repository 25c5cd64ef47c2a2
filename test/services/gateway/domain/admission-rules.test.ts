// Rules of admission and departure: given a clock of ours, when stations come and go, then each limit holds at its border.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientAddress } from '#services/gateway/domain/client-address';
import { failed, restMs, type FailedLogins } from '#services/gateway/domain/failed-logins';
import { connected, refusedMs, type Connects } from '#services/gateway/domain/flapping';
import { jitteredSeconds, jitterOf } from '#services/gateway/domain/jitter';
import { emptyLine, joined, retryAfterSecondsOf, waitMsMax, type Line } from '#services/gateway/domain/waiting-line';
import { firstWave, nextWave } from '#services/gateway/domain/wave';

test('the fifteenth connect within a minute has a station refused for five; slower ones never', () => {
  const limits = { connectsMax: 15, windowMs: 60_000, refusedMs: 300_000 };
  const after = (connects: number, everyMs: number): Connects | undefined => {
    let state: Connects | undefined;
    for (let n = 0; n < connects; n++) state = connected(state, limits, n * everyMs);
    return state;
  };
  assert.equal(refusedMs(undefined, 0), 0);
  assert.equal(refusedMs(after(14, 1_000), 13_000), 0);
  const flapping = after(15, 1_000);
  assert.deepEqual(
    [refusedMs(flapping, 14_000), refusedMs(flapping, 313_999), refusedMs(flapping, 314_000)],
    [300_000, 1, 0],
  );
  assert.equal(refusedMs(after(1_000, 5_000), 5_000_000), 0);
});

test('failed logins are free at first, then rest twice as long each time, up to a bound', () => {
  const limits = { failuresFree: 3, restMsMin: 1_000, restMsMax: 10_000 };
  let logins: FailedLogins | undefined;
  const rests: number[] = [];
  for (let n = 0; n < 9; n++) {
    logins = failed(logins, limits, 50_000);
    rests.push(restMs(logins, 50_000));
  }
  assert.deepEqual(rests, [0, 0, 0, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  assert.deepEqual([restMs(logins, 59_999), restMs(logins, 60_000), restMs(undefined, 0)], [1, 0, 0]);
  for (let n = 0; n < 2_000; n++) logins = failed(logins, limits, 50_000);
  assert.equal(restMs(logins, 50_000), 10_000, 'however many there were');
});

test('who is turned away gets a place in a line that moves at the rate of admission', () => {
  let line: Line = emptyLine;
  const waits: number[] = [];
  for (let n = 0; n < 1_000; n++) {
    const place = joined(line, 500, 1_000_000);
    line = place.line;
    waits.push(place.waitMs);
  }
  assert.deepEqual([waits[0], waits[499], waits[999]], [2, 1_000, 2_000]);
  assert.equal(joined(line, 500, 1_001_000).waitMs, 1_002, 'the line is a second shorter a second later');
  assert.equal(joined(line, 500, 1_500_000).waitMs, 2, 'and empty when nobody came');
  for (let n = 0; n < 500_000; n++) line = joined(line, 500, 1_000_000).line;
  assert.equal(joined(line, 500, 1_000_000).waitMs, waitMsMax, 'nobody is sent away for ever');
});

test('Retry-After is whole seconds, never earlier than told, a little later', () => {
  assert.deepEqual([retryAfterSecondsOf(0, 0), retryAfterSecondsOf(0, 0.999)], [1, 3]);
  assert.deepEqual([retryAfterSecondsOf(10_000, 0), retryAfterSecondsOf(10_000, 0.999)], [11, 14]);
});

test('sockets leave at the rate on average, in uneven waves, and a pause is not made up for', () => {
  let wave = firstWave(0);
  const sizes: number[] = [];
  for (let now = 100; now <= 10_000; now += 100) {
    const next = nextWave(wave, 500, (now / 100) % 2, now);
    wave = next.wave;
    sizes.push(next.sockets);
  }
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    5_001,
  );
  assert.ok(new Set(sizes).size > 1);
  assert.equal(nextWave(wave, 500, 0.5, 70_000).sockets, 250);
  assert.equal(nextWave(firstWave(0), 1, 0.5, 0).sockets, 1, 'the only one goes at once');
});

test('a proxy of ours is believed, nobody else, and only what stands before it', () => {
  const proxies = ['10.0.0.1', '10.0.0.2'];
  assert.equal(clientAddress('203.0.113.9', '198.51.100.1', proxies), '203.0.113.9');
  assert.equal(clientAddress('10.0.0.1', '198.51.100.1', proxies), '198.51.100.1');
  assert.equal(clientAddress('10.0.0.1', '6.6.6.6, 198.51.100.1, 10.0.0.2', proxies), '198.51.100.1');
  assert.equal(clientAddress('10.0.0.1', '', proxies), undefined, 'everybody’s address limits nobody');
  assert.equal(clientAddress('10.0.0.1', 'unknown', proxies), undefined);
  assert.equal(clientAddress('0000:0000:0000:0000:0000:ffff:0a00:0001', '2001:db8::1', proxies), '2001:db8::1');
  assert.equal(clientAddress('0000:0000:0000:0000:0000:ffff:cb00:7109', '', proxies), '203.0.113.9');
});

test('a connection has an interval of its own, within a tenth, and the same whenever it is asked', () => {
  const seconds = Array.from({ length: 20_000 }, (_, n) => jitteredSeconds(1_000, `default/CS-${n}`, n % 7));
  assert.ok(seconds.every((each) => each >= 900 && each <= 1_100));
  const tenths = Array.from({ length: 10 }, (_, tenth) =>
    seconds.filter((each) => Math.floor((each - 900) / 20) === tenth),
  );
  for (const { length } of tenths) assert.ok(length > 1_700 && length < 2_300, `evenly spread: ${length}`);
  assert.equal(jitterOf('default/CS-1', 7), jitterOf('default/CS-1', 7));
  assert.notEqual(jitterOf('default/CS-1', 7), jitterOf('default/CS-1', 8));
  assert.notEqual(jitterOf('default/CS-1', 7), jitterOf('default/CS-1', 7 + 0x10000));
  assert.equal(jitteredSeconds(1, 'default/CS-1', 1), 1);
});
