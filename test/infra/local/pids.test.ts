// What a killed run left is ended by the next one, and nobody else is.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isRunning, readRecords, reapLeftovers, recordPid, startTimeOf } from '#infra/local/pids';

function pidDir(context: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'chargestream-pids-'));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, 'pids');
}

function sleeper(context: TestContext): { pid: number; exited: Promise<unknown[]> } {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  context.after(() => child.kill('SIGKILL'));
  return { pid: child.pid ?? 0, exited: once(child, 'exit') };
}

test('a process that stands in a pid file is ended with its signal', async (context) => {
  const dir = pidDir(context);
  const { pid, exited } = sleeper(context);
  recordPid(dir, 'kafka', pid, 'SIGINT');
  assert.deepEqual(await reapLeftovers(dir), ['kafka']);
  assert.deepEqual(await exited, [null, 'SIGINT']);
  assert.equal(existsSync(join(dir, 'kafka.json')), false);
});

test('a stranger that got the pid of a process of ours is left alone', async (context) => {
  const dir = pidDir(context);
  const { pid } = sleeper(context);
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    join(dir, 'kafka.json'),
    JSON.stringify({ name: 'kafka', pid, startedAt: 'another boot/17', signal: 'SIGTERM' }),
  );
  assert.deepEqual(await reapLeftovers(dir), []);
  assert.notEqual(startTimeOf(pid), undefined);
});

test('a process that has ended but was not yet collected by its parent counts as ended', async (context) => {
  const child = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  context.after(() => child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  const corpse = Number(String(line));
  while (startTimeOf(corpse) !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(isRunning({ pid: corpse, startedAt: 'any' }), false);
});

test('a pid file that is torn or odd names nobody', (context) => {
  const dir = pidDir(context);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'torn.json'), '{"name":"kaf');
  writeFileSync(
    join(dir, 'init.json'),
    JSON.stringify({ name: 'init', pid: 1, startedAt: startTimeOf(1), signal: 'SIGTERM' }),
  );
  writeFileSync(
    join(dir, 'signal.json'),
    JSON.stringify({ name: 'x', pid: process.pid, startedAt: startTimeOf(process.pid), signal: 'SIGSTOP' }),
  );
  assert.deepEqual(readRecords(dir), []);
});
