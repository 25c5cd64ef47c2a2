// An idle connection of kafkajs sleeps (defect 3), and a request that had to wait is still sent.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { patchIdleLoop } from '#kit/event-log/idle-loop-patch';

type Queue = {
  pending: object[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
};

patchIdleLoop();
const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as new (o: object) => Queue;

function createQueue(): Queue {
  const nothing = (): void => {};
  const logger = { debug: nothing, warn: nothing };
  return new RequestQueue({ requestTimeout: 1000, enforceRequestTimeout: false, clientId: 'c', broker: 'b', logger });
}

test('with nothing waiting no timer is armed', () => {
  const queue = createQueue();
  queue.checkPendingRequests();
  assert.equal(queue.throttleCheckTimeoutId, null);
});

test('a request held back by a quota is looked at when the quota ends', async () => {
  const queue = createQueue();
  const checked = new Promise<void>((resolve) => {
    queue.checkPendingRequests = resolve;
  });
  queue.pending = [{}];
  queue.throttledUntil = Date.now() + 20;
  queue.scheduleCheckPendingRequests();
  assert.notEqual(queue.throttleCheckTimeoutId, null);
  await checked;
  assert.ok(Date.now() >= queue.throttledUntil - 1);
});
