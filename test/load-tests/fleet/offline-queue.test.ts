// Retries, order and the bound of the queue of transaction messages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OfflineQueue, queuedMessagesMax } from '#load-tests/fleet/offline-queue';
import { messageOf } from '#test/load-tests/fleet/messages';

test('attempt n of a transaction message is followed by n times the interval, the last one by a drop', () => {
  const queue = new OfflineQueue();
  const settings = { attempts: 3, retryIntervalSeconds: 20 };
  queue.push(messageOf('started'));
  queue.push(messageOf('ended'));
  assert.deepEqual(queue.failed(settings), { kind: 'retry', waitMs: 20_000 });
  assert.deepEqual(queue.failed(settings), { kind: 'retry', waitMs: 40_000 });
  const verdict = queue.failed(settings);
  assert.equal(verdict.kind === 'dropped' && verdict.message.kind, 'started');
  assert.equal(queue.head?.kind, 'ended');
  assert.deepEqual(
    queue.failed(settings),
    { kind: 'retry', waitMs: 20_000 },
    'the next message has attempts of its own',
  );
});

test('a full queue gives up a reading of the middle, never a start, an end, or what is in flight', () => {
  const queue = new OfflineQueue();
  const inFlight = messageOf('metered');
  queue.push(inFlight);
  queue.push(messageOf('ended'));
  const victim = messageOf('metered');
  queue.push(victim);
  for (let count = 3; count < queuedMessagesMax; count++) assert.equal(queue.push(messageOf('metered')), undefined);
  assert.equal(queue.push(messageOf('started')), victim);
  assert.equal(queue.length, queuedMessagesMax);
  assert.equal(queue.head, inFlight);
});
