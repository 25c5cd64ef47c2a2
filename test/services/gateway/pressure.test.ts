// Pressure: given a log and a load of ours, when the log is away or the load too much, then upgrades, CALLs and sockets go in order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { Pressure } from '#services/gateway/pressure';

type FakeSocket = { open: boolean; awaitsAnswer: boolean; end(code: number, reason: string, cause: string): void };

const config = {
  logSlowAfterMs: 1_000,
  logAwayAfterMs: 10_000,
  queueBytesMax: 1_000_000,
  rssBytesMax: 1_000_000_000,
  closesPerSecondMax: 100,
  appendTimeoutMs: 25_000,
};

function pressing() {
  const sockets = new Set<FakeSocket>();
  const ended: { socket: FakeSocket; code: number; cause: string }[] = [];
  const log = { answeredBatches: 0, queuedBytes: 0 };
  const load = { loopDelayP99Ms: 0, queueBytes: 0, rssBytes: 0 };
  let nowMs = 0;
  const logger = pino({ level: 'silent' });
  const pressure = new Pressure({
    config,
    log,
    connections: sockets,
    readLoad: () => load,
    logger,
    nowMs: () => nowMs,
    random: () => 0.5,
  });
  const add = (count: number, awaitsAnswer: boolean): void => {
    for (let n = 0; n < count; n++) {
      const socket: FakeSocket = {
        open: true,
        awaitsAnswer,
        end(code, _reason, cause) {
          socket.open = false;
          ended.push({ socket, code, cause });
        },
      };
      sockets.add(socket);
    }
  };
  const pass = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 100) {
      nowMs += 100;
      pressure.look();
    }
  };
  return { pressure, log, load, ended, add, pass };
}

test('while the log is away sockets are closed in waves, those that wait for an answer first, and come back with it', async () => {
  const { pressure, log, ended, add, pass } = pressing();
  add(200, false);
  add(20, true);
  log.queuedBytes = 1;
  pass(9_900);
  assert.deepEqual([pressure.logPhase, ended.length, pressure.withholds], ['slow', 0, false]);
  assert.equal(pressure.refusal, 'overloaded', 'half of the way no more come in');
  pass(300);
  assert.deepEqual([pressure.logPhase, pressure.refusal, pressure.withholds], ['away', 'log-away', true]);
  assert.ok(ended.length === 21 && ended.slice(0, 20).every(({ socket }) => socket.awaitsAnswer));
  assert.deepEqual([ended[20]?.socket.awaitsAnswer, ended[20]?.code, ended[20]?.cause], [false, 1013, 'log-away']);
  pass(1_000);
  assert.equal(ended.length, 121, 'a hundred a second');
  const back = pressure.logBack();
  log.answeredBatches++;
  pass(100);
  await back;
  log.queuedBytes = 0;
  pass(10_000);
  assert.deepEqual(
    [pressure.logPhase, pressure.refusal, pressure.withholds, ended.length],
    ['here', undefined, false, 121],
  );
});

test('a withheld CALL is served when the log is back, or given up when that takes longer than an append may', async () => {
  const { pressure, log, pass } = pressing();
  assert.equal(await pressure.relieved(), true, 'nothing is withheld');
  log.queuedBytes = 1;
  pass(10_000);
  const heard: boolean[] = [];
  void pressure.relieved().then((isRelieved) => heard.push(isRelieved));
  pass(24_900);
  await Promise.resolve();
  assert.deepEqual(heard, []);
  const second = pressure.relieved();
  pass(100);
  await Promise.resolve();
  assert.deepEqual(heard, [false]);
  log.queuedBytes = 0;
  pass(100);
  assert.equal(await second, true);
});

test('a queue that fills sheds upgrades, then answers, then sockets, and takes them back in that order', () => {
  const { pressure, load, log, ended, add, pass } = pressing();
  add(1_000, false);
  const seen = (): unknown[] => [pressure.level, pressure.refusal, pressure.withholds, ended.length > 0];
  const carry = (queueBytes: number): void => {
    load.queueBytes = queueBytes;
    for (let n = 0; n < 5; n++) {
      log.answeredBatches++;
      pass(100);
    }
  };
  carry(300_000);
  assert.deepEqual(seen(), [1, undefined, false, false]);
  carry(600_000);
  assert.deepEqual(seen(), [2, 'overloaded', false, false]);
  carry(800_000);
  assert.deepEqual(seen(), [3, 'overloaded', true, false]);
  carry(960_000);
  assert.deepEqual(seen(), [4, 'overloaded', true, true]);
  assert.ok(ended.every(({ code, cause }) => code === 1013 && cause === 'overloaded'));
  load.queueBytes = 0;
  pass(2_100);
  const closed = ended.length;
  assert.deepEqual(seen().slice(0, 3), [3, 'overloaded', true]);
  pass(6_000);
  assert.deepEqual(seen().slice(0, 3), [0, undefined, false]);
  assert.equal(ended.length, closed, 'none is closed below level 4');
});

test('what still waits when the gateway closes is let go', async () => {
  const { pressure, log, pass } = pressing();
  log.queuedBytes = 1;
  pass(10_000);
  const withheld = pressure.relieved();
  await pressure.close();
  assert.equal(await withheld, false);
});
