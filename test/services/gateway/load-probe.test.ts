// What a gateway measures of itself: given a log and a process, when they are slow or fail, then it shows, and hides nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '#kit/fault';
import { openLoadProbe } from '#services/gateway/load-probe';
import { watchLog } from '#services/gateway/log-watch';
import { fakeGateway, settle } from './fake-parts.ts';

const record = { key: 'k', type: 'T', value: null };

test('acknowledged appends are counted, failed ones are told to who appended and to nobody else', async () => {
  const gateway = fakeGateway();
  const log = watchLog(gateway.parts.log);
  const first = log.append('topic', 0, [record]);
  const second = log.append('topic', 0, [record]);
  assert.equal(log.acknowledged, 0);
  gateway.pending.shift()?.ack();
  assert.equal(await first, 100);
  await settle();
  assert.equal(log.acknowledged, 1);
  gateway.pending.shift()?.fail();
  await assert.rejects(second, (error) => error instanceof Fault && error.code === 'LOG_UNAVAILABLE');
  await settle();
  assert.equal(log.acknowledged, 1);
});

test('a turn of the event loop that took long is seen for the window, then forgotten', async () => {
  let nowMs = 0;
  const probe = openLoadProbe({ queuedBytes: 7 }, () => nowMs);
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
  await turn();
  const blockedUntil = performance.now() + 600;
  while (performance.now() < blockedUntil);
  await turn();
  const late = probe.read();
  assert.ok(late.loopDelayP99Ms > 400, `${late.loopDelayP99Ms}`);
  assert.equal(late.queueBytes, 7);
  assert.ok(late.rssBytes > 10_000_000);
  nowMs = 1_000;
  assert.ok(probe.read().loopDelayP99Ms > 400, 'the window that just ended counts');
  nowMs = 2_000;
  probe.read();
  assert.ok(probe.read().loopDelayP99Ms < late.loopDelayP99Ms);
  probe.close();
});
