// I5 and I6 over processes that answer with the very metrics of our kit: what is stopped, parked, down or too large is named.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { queueBytes } from '#kit/event-log/log-metrics';
import { createLogger } from '#kit/logger';
import { metricsRegistry } from '#kit/metrics';
import { positionMetrics } from '#kit/projection/position-metrics';
import { projectionMetrics } from '#kit/projection/projection-metrics';
import type { Trial } from '#load-tests/bench/trial';
import { watchBounds } from '#load-tests/faults/verify/bounds';
import { checkRecovery } from '#load-tests/faults/verify/recovery';

let server: Server;
let adminUrl = '';

before(async () => {
  server = createServer((_request, response) => {
    void metricsRegistry.metrics().then((text) => response.end(text));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  adminUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

/** One process, this one, whose metrics the server gives. */
function trialOf(url: string): Trial {
  const one = { name: 'gateway-0', pid: () => process.pid, adminUrl: url };
  return { processes: new Map([['gateway-0', one]]), gateways: [one], urls: {} } as unknown as Trial;
}

async function recoveryOf(url: string): Promise<readonly string[]> {
  const logger = createLogger('test', 'silent');
  const parts = { followers: [], brokers: [], databaseUrl: '', logger, withinMs: 1_000 };
  const { violations } = await checkRecovery({ trial: trialOf(url), ...parts });
  return violations.map(({ invariant, subject, found }) => `${invariant} ${subject} ${found}`);
}

test('a partition that stopped and a key that is parked are no recovery, nor is a process that is down', async () => {
  const { stopped } = positionMetrics('projection');
  const { parkedKeys } = projectionMetrics();
  stopped.set({ projection: 'p', partition: 3 }, 0);
  parkedKeys.set({ projection: 'p' }, 0);
  assert.deepEqual(await recoveryOf(adminUrl), []);
  stopped.set({ projection: 'p', partition: 3 }, 1);
  parkedKeys.set({ projection: 'p' }, 2);
  const found = await recoveryOf(adminUrl);
  assert.equal(found.length, 2);
  assert.ok(found.some((each) => /^I5 projection_partition_stopped .* 1$/.test(each)));
  assert.ok(found.some((each) => /^I5 projection_parked_keys .* 2$/.test(each)));
  assert.match((await recoveryOf('http://127.0.0.1:1'))[0] ?? '', /^I5 http:/);
});

test('memory and queues are held against their bounds, by their peaks', async () => {
  const rssMiB = process.memoryUsage.rss() / 2 ** 20;
  const verdictOf = async (bounds: { rssMiBMax: number; queueBytesMax: number }): Promise<readonly string[]> => {
    const watch = watchBounds(trialOf(adminUrl), bounds);
    queueBytes.set({ client: 'gw-test' }, 2_000);
    await watch.look();
    queueBytes.set({ client: 'gw-test' }, 0);
    await watch.look();
    return watch.verdict().violations.map(({ invariant, subject }) => `${invariant} ${subject}`);
  };
  assert.deepEqual(await verdictOf({ rssMiBMax: rssMiB * 4, queueBytesMax: 2_000 }), []);
  assert.deepEqual(await verdictOf({ rssMiBMax: rssMiB * 4, queueBytesMax: 1_999 }), ['I6 queue gw-test']);
  assert.deepEqual(await verdictOf({ rssMiBMax: 1, queueBytesMax: 2_000 }), ['I6 rss gateway-0']);
});
