// A taken port is told in one sentence with the remedy; free ones are found.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { assertPortsFree, freePorts, isFree } from '#infra/local/ports';
import { Fault } from '#kit/fault';

test('a port that another process holds is refused with its variable, and is free once that process is gone', async () => {
  const [port = 0] = await freePorts(1);
  const holder = createServer().listen(port, '127.0.0.1');
  await once(holder, 'listening');
  await assert.rejects(
    assertPortsFree([{ name: 'Kafka', port, variable: 'KAFKA_PORT' }]),
    (error) =>
      error instanceof Fault &&
      error.detail ===
        `Port ${port} (Kafka) is taken by another process: end that one, or choose another port with KAFKA_PORT=<port>.`,
  );
  holder.close();
  await once(holder, 'close');
  await assertPortsFree([{ name: 'Kafka', port, variable: 'KAFKA_PORT' }]);
});

test('a port held on all addresses is taken on loopback too', async () => {
  const [port = 0] = await freePorts(1);
  const holder = createServer().listen(port, '0.0.0.0');
  await once(holder, 'listening');
  assert.equal(await isFree(port), false);
  holder.close();
});

test('free ports are all different', async () => {
  const ports = await freePorts(20);
  assert.equal(new Set(ports).size, 20);
});
