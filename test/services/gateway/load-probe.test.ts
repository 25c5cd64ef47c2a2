// What a gateway measures of itself: given a log and a process, when they are slow or fail, then it shows, and hides nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLoadProbe } from '#services/gateway/load-probe';

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
  await probe.close();
});
