// The front as a process: one per directory, one sentence where it cannot start, and what it acknowledged survives a kill.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { scratchDirOf } from '#infra/local/clickhouse-http/scratch';
import { freePorts } from '#infra/local/ports';
import { type Front, makeDataDir, spawnFront, startFront } from '#test/infra/local/clickhouse-http/front';
import { until } from '#test/support/until';

let front: Front;

before(async () => {
  front = await startFront();
});

after(async () => {
  await front.stop();
});

async function complaintOf(port: number, dataDir: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawnFront(port, dataDir, environment);
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 1, complaint);
  return complaint.trimEnd().split('\n').at(-1) ?? '';
}

test('a second process on the same directory says who has it, and the first goes on', async () => {
  const [port = 0] = await freePorts(1);
  assert.match(
    await complaintOf(port, front.dataDir),
    /^Process \d+ uses the ClickHouse data in .* \(code 76\); end it first\.$/,
  );
  assert.equal((await front.post('SELECT 1')).text, '1\n');
});

test('a taken port and a faulty setting are said in one sentence', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const dataDir = makeDataDir();
  assert.match(
    await complaintOf(address.port, dataDir),
    /^Port \d+ of 127\.0\.0\.1 is taken by another process; set CLICKHOUSE_HTTP_PORT/,
  );
  server.close();
  assert.match(await complaintOf(0, dataDir), /^CLICKHOUSE_HTTP_PORT=0 must be a whole number from 1 to 65535$/);
});

test('started without threads it takes them itself, and ends with its parent', async () => {
  const [port = 0] = await freePorts(1);
  const dataDir = makeDataDir();
  const child = spawnFront(port, dataDir, { UV_THREADPOOL_SIZE: '' });
  const closed = once(child, 'close');
  const answers = async (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/ping`).then(
      (response) => response.ok,
      () => false,
    );
  await until(answers, 'an answer', 20_000);
  const [, enginePid] = /^PID: (\d+)/m.exec(readFileSync(join(dataDir, 'status'), 'utf8')) ?? [];
  assert.notEqual(Number(enginePid), child.pid);
  child.kill('SIGKILL');
  await closed;
  await until(async () => !isAlive(Number(enginePid)), 'the engine to end', 20_000);
  assert.equal(await answers(), false);
});

test(
  'what was acknowledged before a kill is there after it, and nothing counts twice',
  { timeout: 60_000 },
  async () => {
    let crashing = await startFront();
    const rowsPerInsert = 5_000;
    await crashing.post(
      'CREATE TABLE kept (batch UInt32, n UInt32) ENGINE = MergeTree ORDER BY (batch, n) SETTINGS non_replicated_deduplication_window = 1000',
    );
    const acknowledged = new Set<number>();
    let batch = 0;
    for (let round = 0; round < 2; round += 1) {
      const inserting = crashing;
      const client = inserting.client();
      const insertAll = async (): Promise<void> => {
        for (;;) {
          batch += 1;
          const mine = batch;
          const values = Buffer.alloc(rowsPerInsert * 8);
          for (let n = 0; n < rowsPerInsert; n += 1) {
            values.writeUInt32LE(mine, n * 8);
            values.writeUInt32LE(n, n * 8 + 4);
          }
          const { stream } = await client.exec({
            query: 'INSERT INTO kept FORMAT RowBinary',
            values: Readable.from([values], { objectMode: false }),
            clickhouse_settings: { insert_deduplication_token: `batch-${mine}` },
          });
          await stream.resume().toArray();
          acknowledged.add(mine);
        }
      };
      const inserts = Promise.allSettled([insertAll(), insertAll()]);
      const goal = acknowledged.size + 5;
      await until(async () => acknowledged.size >= goal, 'acknowledged inserts', 20_000);
      await inserting.kill();
      await inserts;
      await client.close();
      crashing = await startFront(inserting.dataDir);
    }
    const { text } = await crashing.post('SELECT batch, count(), uniqExact(n) FROM kept GROUP BY batch ORDER BY batch');
    const stored = new Map(
      text
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t').map(Number) as [number, number, number])
        .map(([id, count, distinct]) => [id, [count, distinct]]),
    );
    for (const id of acknowledged) assert.deepEqual(stored.get(id), [rowsPerInsert, rowsPerInsert], `batch ${id}`);
    for (const [id, counts] of stored)
      assert.deepEqual(counts, [rowsPerInsert, rowsPerInsert], `batch ${id} is whole or absent`);
    await crashing.stop();
  },
);

test('nothing of an ended front is left in memory', async () => {
  const passing = await startFront();
  await passing.post('SELECT 1');
  assert.equal(existsSync(scratchDirOf(passing.dataDir)), true);
  await passing.stop();
  assert.equal(existsSync(scratchDirOf(passing.dataDir)), false);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
