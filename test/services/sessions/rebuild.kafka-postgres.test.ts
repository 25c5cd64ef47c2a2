// The rebuild of sessions as operators run it, beside the running service: unseen, killed at every step, and with a new fold.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeRecord, encodeRecord } from '#contracts/codec';
import type { SessionUpdated } from '#contracts/generated/types';
import { partitionOf, stationKey } from '#contracts/keys';
import { topicsFor } from '#contracts/topics';
import { rootDir } from '#infra/local/paths';
import { openLogReader } from '#kit/event-log/reader';
import type { LogWriter } from '#kit/event-log/types';
import { openLogWriter } from '#kit/event-log/writer';
import type { RunningService } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';
import { logSettings } from '#services/sessions/config';
import { start } from '#services/sessions/main';
import { createDatabase } from '#test/support/fresh-postgres';
import { until } from '#test/support/until';
import { minuteMs, noon, register, Station, type SessionEvent } from './station-tale.ts';

process.env['LOG_LEVEL'] = 'silent';
const topics = topicsFor(24);
const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
const folder = mkdtempSync(join(tmpdir(), 'sessions-rebuild-'));
const internalToken = randomBytes(16).toString('hex');
// Other test files append to the same topics: this tenant is ours alone.
const tenantId = `r-${randomBytes(4).toString('hex')}`;
const logger = createLogger('test', 'silent');
const waitMs = 30_000;

let writer: LogWriter;
let service: RunningService;
let environment: NodeJS.ProcessEnv;

before(async () => {
  const secrets = { internalToken, demoOperatorKey: 'x'.repeat(32), tenantKeySeed: '0'.repeat(64) };
  writeFileSync(join(folder, 'secrets.json'), JSON.stringify(secrets));
  environment = {
    KAFKA_BROKERS: brokers.join(','),
    DATABASE_URL: await createDatabase(`sessions_rebuild_${randomBytes(4).toString('hex')}`),
    SECRETS_FILE: join(folder, 'secrets.json'),
    SESSIONS_PORT: '0',
  };
  service = await start(environment);
  writer = await openLogWriter({ ...logSettings, brokers, clientId: 'test' }, logger);
});

after(async () => {
  await writer.close();
  await service.close();
  rmSync(folder, { recursive: true });
});

test('a rebuild is identical, whoever asks meanwhile sees every session, and a dry run changes nothing', async () => {
  await append(['A', 'B', 'C'].flatMap((name) => charging(name, 'Local')));
  await until(async () => (await sessions()).length === 3, 'three sessions', waitMs);
  const answers: number[] = [];
  let asks = true;
  const asking = (async () => {
    while (asks) answers.push((await sessions()).length);
  })();
  const dry = await rebuild(['services/rebuild.ts', 'sessions', '--dry-run']);
  assert.deepEqual([dry.outcome, dry.isIdentical, dry.live.version], ['would-swap', true, 1]);
  const flowing = append(Array.from({ length: 20 }, (_, n) => charging(`F${n}`, 'Local')).flat());
  const done = await rebuild(['services/rebuild.ts', 'sessions']);
  assert.deepEqual([done.outcome, done.isIdentical, done.corrections], ['swapped', true, 0]);
  assert.deepEqual(done.rebuilt, { version: 2, generation: 1 });
  await flowing;
  await until(async () => (await sessions()).length === 23, 'all sessions in the new version', waitMs);
  asks = false;
  await asking;
  assert.ok(answers.every((count, n) => count >= (answers[n - 1] ?? 3)));
  assert.equal((await fetch(`${service.url}/ready`)).status, 200);
  assert.deepEqual(
    (await corrections()).map(({ sessionId }) => sessionId),
    [],
  );
});

test('killed at every step, a newer fold corrects exactly the sessions that differ, readings and all; the older one is over', async () => {
  await append([...charging('P1', 'EVDisconnected'), ...charging('P2', 'EVDisconnected'), ...charging('P3', 'Local')]);
  await until(async () => (await sessions()).length === 26, 'all sessions', waitMs);
  const before = new Map((await sessions()).map(({ stationId, sessionId }) => [stationId, sessionId]));
  const second = ['test/services/sessions/second-generation.ts', tenantId];
  for (const step of ['filled', 'taken', 'correcting', 'corrected', 'swapped']) {
    const { signal, output, errors } = await runProgram(second, { FAILPOINTS: `rebuild.${step}=crash@1` });
    assert.equal(signal, 'SIGKILL', `not killed at ${step}: ${output}${errors}`);
    if (step === 'taken') {
      await append(charging('P4', 'Local'));
      await until(async () => (await sessions()).length === 27, 'the older generation goes on', waitMs);
    }
  }
  const said = await corrections();
  const wanted = ['P1', 'P2'].map((name) => before.get(name));
  assert.deepEqual(new Set(said.map(({ sessionId }) => sessionId)), new Set(wanted));
  // What is said again after a kill is the same, so that readers drop it.
  assert.equal(new Set(said.map(({ eventId }) => eventId)).size, 2);
  for (const correction of said) {
    const { generation, stopReason, energyMilliWh, readings, phase } = correction;
    assert.deepEqual([generation, phase, stopReason, energyMilliWh], [2, 'ended', 'Local', 5_000_000]);
    assert.deepEqual(
      readings.map(({ at }) => at),
      [noon + 10 * minuteMs, noon + 70 * minuteMs],
    );
  }
  const ready = async () => fetch(`${service.url}/ready`);
  await until(async () => (await ready()).status === 503, 'the older generation to say that it is over', waitMs);
  assert.match(await (await ready()).text(), /generation 1 of sessions is over/);
  assert.equal((await sessions()).find(({ stationId }) => stationId === 'P1')?.stopReason, 'Local');
});

function charging(stationId: string, reason: string): SessionEvent[] {
  const station = new Station(stationId, tenantId);
  const metered = (minutes: number): SessionEvent =>
    station.metered({ at: noon + minutes * minuteMs, readings: [register(minutes, 1_000_000 + minutes * 1_000)] });
  const begun = station.started16({ meterStart: 1_000 });
  return [begun, metered(10), metered(70), station.ended16({ at: noon + 90 * minuteMs, meterStop: 6_000, reason })];
}

async function append(events: readonly SessionEvent[]): Promise<void> {
  for (const event of events) {
    const key = stationKey(event.meta.tenantId, event.meta.stationId);
    const { type, ...content } = event;
    const value = encodeRecord(type, content as never);
    await writer.append(topics.events.name, partitionOf(key, topics.events.partitions), [{ key, type, value }]);
  }
}

type Shown = { readonly sessionId: string; readonly stationId: string; readonly stopReason: string | null };

async function sessions(): Promise<readonly Shown[]> {
  const headers = {
    authorization: `Bearer ${internalToken}`,
    'x-tenant-id': tenantId,
    'x-actor': 't',
    'x-role': 'viewer',
  };
  const response = await fetch(`${service.url}/v1/sessions?limit=200`, { headers });
  assert.equal(response.status, 200);
  return ((await response.json()) as { items: Shown[] }).items;
}

async function corrections(): Promise<SessionUpdated[]> {
  const { name: topic } = topics.sessions;
  const reader = await openLogReader({ ...logSettings, brokers, clientId: 'test', topic, onLost: () => {} }, logger);
  const ends = await reader.endOffsets();
  for (const partition of ends.keys()) reader.assign(partition, 0);
  const found: SessionUpdated[] = [];
  const reading = (async () => {
    for (let batches = await reader.next(10_000); batches.length > 0; batches = await reader.next(10_000)) {
      for (const { type, key, value } of batches.flatMap(({ records }) => records)) {
        if (type !== 'SessionCorrected' || !key.startsWith(`${tenantId}/`) || value === null) continue;
        found.push(decodeRecord(value) as SessionUpdated & { type: 'SessionCorrected' });
      }
    }
  })();
  await reader.reached(ends);
  await reader.close();
  await reading;
  return found;
}

type Summary = {
  readonly outcome: string;
  readonly isIdentical: boolean;
  readonly corrections: number;
  readonly live: { readonly version: number };
  readonly rebuilt: { readonly version: number; readonly generation: number };
};

/** The last line of its output. */
async function rebuild(args: readonly string[]): Promise<Summary> {
  const { code, output, errors } = await runProgram(args, {});
  assert.equal(code, 0, errors);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Summary;
}

type Ended = { code: number | null; signal: string | null; output: string; errors: string };

function runProgram(args: readonly string[], more: NodeJS.ProcessEnv): Promise<Ended> {
  const env = { ...process.env, ...environment, LOG_LEVEL: 'error', ...more };
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], { cwd: rootDir, env });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, output, errors }));
  });
}
