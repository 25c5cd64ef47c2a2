import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pacedCommits } from '#kit/projection/commit-pace';

async function waitedMs(pace: (hasRoom: boolean) => Promise<void>, hasRoom: boolean): Promise<number> {
  const startedMs = performance.now();
  await pace(hasRoom);
  return performance.now() - startedMs;
}

test('small batches are kept apart, full ones and those of an unpaced projection are not', async () => {
  const open = new AbortController().signal;
  const paced = pacedCommits(60, open);
  assert.ok((await waitedMs(paced, true)) > 40);
  assert.ok((await waitedMs(paced, true)) > 40);
  assert.ok((await waitedMs(paced, false)) < 40);
  assert.ok((await waitedMs(pacedCommits(0, open), true)) < 40);
});

test('closing does not wait for the next commit', async () => {
  const closing = new AbortController();
  const paced = pacedCommits(60_000, closing.signal);
  const waiting = waitedMs(paced, true);
  closing.abort();
  assert.ok((await waiting) < 10_000);
});
