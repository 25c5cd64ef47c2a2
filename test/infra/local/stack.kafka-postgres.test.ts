// `npm run stack` on real engines: data survive, nothing is left behind, and a kill is mended by the next start.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { rootDir } from '#infra/local/paths';
import { isRunning, type PidRecord, readRecords, startTimeOf } from '#infra/local/pids';
import { freePorts } from '#infra/local/ports';

const endMs = 15_000;
const waitMs = 90_000;

type Site = { readonly dir: string; readonly ports: readonly number[]; readonly env: NodeJS.ProcessEnv };
type Stack = { readonly boot: ChildProcess; readonly out: () => string; readonly exited: Promise<number | null> };

// With `postgresOnly` Kafka is one that is given, since its start takes most of the time.
async function site(context: TestContext, postgresOnly = false): Promise<Site> {
  const dir = mkdtempSync(join(tmpdir(), 'chargestream-stack-'));
  chmodSync(dir, 0o700);
  const ports = await freePorts(3);
  const [kafka, controller, postgres] = ports;
  const {
    NODE_TEST_CONTEXT: _outer,
    KAFKA_BROKERS: _kafka,
    DATABASE_URL: _postgres,
    npm_lifecycle_event: _npm,
    ...rest
  } = process.env;
  const env = {
    ...rest,
    DATA_DIR: join(dir, 'data'),
    KAFKA_PORT: String(kafka),
    KAFKA_CONTROLLER_PORT: String(controller),
    POSTGRES_PORT: String(postgres),
    // Its own tests are elsewhere; here it is one that is given.
    CLICKHOUSE_URL: 'http://127.0.0.1:9',
    ...(postgresOnly ? { KAFKA_BROKERS: '127.0.0.1:9' } : {}),
  };
  context.after(async () => {
    for (const record of readRecords(join(dir, 'data', 'pids'))) process.kill(record.pid, 'SIGKILL');
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  return { dir, ports, env };
}

function start(context: TestContext, { env }: Site): Stack {
  const boot = spawn(process.execPath, [join(rootDir, 'infra/boot.mjs'), 'stack'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  for (const stream of [boot.stdout, boot.stderr]) stream?.on('data', (chunk) => (out += String(chunk)));
  context.after(() => boot.kill('SIGTERM'));
  return {
    boot,
    out: () => out,
    exited: once(boot, 'exit').then(([code]) => (typeof code === 'number' ? code : null)),
  };
}

async function until(what: () => boolean, explain: () => string): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (!what()) {
    if (performance.now() > deadline) throw new Error(explain());
    await delay(50);
  }
}

const up = (stack: Stack): Promise<void> => until(() => stack.out().includes('The stack is up'), stack.out);
const engines = ({ dir }: Site): PidRecord[] => readRecords(join(dir, 'data', 'pids'));

async function stop(stack: Stack): Promise<void> {
  const startedMs = performance.now();
  stack.boot.kill('SIGINT');
  assert.equal(await stack.exited, 0, stack.out());
  assert.ok(performance.now() - startedMs < endMs);
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const databaseUrl = (stack: Stack): string => /DATABASE_URL='(.*)'/.exec(stack.out())?.[1] ?? '';
const kafkaAt = (port: number | undefined): Kafka =>
  new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING });

test('data survive a restart, Ctrl-C ends everything within 15 s, and nothing is left', async (context) => {
  const place = await site(context);
  const first = start(context, place);
  await up(first);
  const admin = kafkaAt(place.ports[0]).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 3 }], waitForLeaders: true });
  await admin.disconnect();
  await query(databaseUrl(first), 'create table kept as select 42 as answer');
  const [kafka, postgres] = engines(place);
  await stop(first);
  assert.deepEqual(engines(place), []);
  for (const engine of [kafka, postgres]) assert.equal(engine !== undefined && isRunning(engine), false);

  const second = start(context, place);
  await up(second);
  assert.deepEqual(await query(databaseUrl(second), 'select answer from kept'), [{ answer: 42 }]);
  const again = kafkaAt(place.ports[0]).admin();
  await again.connect();
  const { topics } = await again.fetchTopicMetadata({ topics: ['kept'] });
  await again.disconnect();
  assert.equal(topics[0]?.partitions.length, 3);
  await stop(second);
});

test('a second start on the same data is refused with one sentence while the first lives', async (context) => {
  const place = await site(context, true);
  const first = start(context, place);
  await up(first);
  const second = start(context, place);
  assert.equal(await second.exited, 1);
  assert.match(
    second.out().trim(),
    /^The platform of .* runs already: end it \(Ctrl-C there, or kill \d+\), or set DATA_DIR/,
  );
  assert.equal(engines(place).length, 1);
  await stop(first);
});

test('after a kill -9 of the parents the next start leaves one set of engines, with the data', async (context) => {
  const place = await site(context);
  const first = start(context, place);
  await up(first);
  await query(databaseUrl(first), 'create table kept as select 42 as answer');
  const before = engines(place);
  first.boot.kill('SIGKILL');
  process.kill(Number(/"pid":(\d+)/.exec(readFileSync(join(place.dir, 'data', 'owner.json'), 'utf8'))?.[1]), 'SIGKILL');

  const second = start(context, place);
  await up(second);
  for (const engine of before) assert.equal(isRunning(engine), false, `${engine.name} of the killed run still runs`);
  assert.equal(engines(place).length, 2);
  assert.deepEqual(await query(databaseUrl(second), 'select answer from kept'), [{ answer: 42 }]);
  await stop(second);
});

test('a platform whose parent alone was killed is ended by the next start', async (context) => {
  const place = await site(context, true);
  const first = start(context, place);
  await up(first);
  const before = engines(place);
  first.boot.kill('SIGKILL');
  const second = start(context, place);
  await up(second);
  for (const engine of before) assert.equal(isRunning(engine), false);
  await stop(second);
});

test('a kill -9 of the database with its lock file left does not hinder the next start', async (context) => {
  const place = await site(context, true);
  const first = start(context, place);
  await up(first);
  const postgres = engines(place).find((engine) => engine.name === 'postgres');
  process.kill(postgres?.pid ?? 0, 'SIGKILL');
  assert.equal(await first.exited, 1);
  assert.match(first.out(), /A part of the platform is gone: postgres ended with SIGKILL; the end of .*postgres\.log/);
  assert.deepEqual(engines(place), []);
  // The lock file names a stranger now: the pid was given anew.
  const lock = join(place.dir, 'data', 'postgres', 'postmaster.pid');
  const lines = readFileSync(lock, 'utf8').split('\n');
  writeFileSync(lock, [String(process.pid), ...lines.slice(1)].join('\n'));
  const second = start(context, place);
  await up(second);
  assert.notEqual(startTimeOf(process.pid), undefined);
  await stop(second);
});

test('a taken port is refused with one sentence before anything starts', async (context) => {
  const place = await site(context);
  const holder = createServer().listen(place.ports[2], '127.0.0.1');
  await once(holder, 'listening');
  const stack = start(context, place);
  assert.equal(await stack.exited, 1);
  assert.match(
    stack.out().trim(),
    /^Port \d+ \(Postgres\) is taken by another process: end that one, or choose another port with POSTGRES_PORT=<port>\.$/,
  );
  assert.deepEqual(engines(place), []);
  holder.close();
});
