// The programs as they are started from outside: the fleet ends in order with one JSON line, the audit judges by exit code.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { PlatformSession } from '#load-tests/fleet/audit-sessions';
import { Random } from '#load-tests/fleet/random';
import { CsmsDouble } from '#test/load-tests/fleet/csms-double';
import { until } from '#test/support/until';
import { IdealPlatform } from '#test/load-tests/fleet/ideal-platform';

type Program = { child: ChildProcess; out(): string; errors(): string; ended: Promise<number | null> };

function start(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Program {
  const child = spawn(process.execPath, ['--import', 'tsx', `load-tests/fleet/${program}.ts`, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, out: () => out, errors: () => errors, ended };
}

/** An operator's door with nothing but sessions, two to a page. */
async function operatorDoor(
  t: TestContext,
  sessionsOf: (stationId: string) => readonly PlatformSession[],
): Promise<string> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://door');
    if (request.headers.authorization !== 'Bearer csk_test') return response.writeHead(401).end();
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const all = sessionsOf(url.searchParams.get('stationId') ?? '');
    const nextCursor = from + 2 < all.length ? String(from + 2) : null;
    return response.end(JSON.stringify({ items: all.slice(from, from + 2), nextCursor }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('the fleet charges, drains and reports when its parent ends, and the audit agrees until the platform loses a session', async (t) => {
  const platform = new IdealPlatform(new Random('calm'), 0);
  const csms = await new CsmsDouble((call) => platform.react(call)).listen();
  const folder = await mkdtemp(join(tmpdir(), 'fleet-'));
  t.after(async () => {
    await csms.close();
    await rm(folder, { recursive: true });
  });
  const model = join(folder, 'model.jsonl');
  const flags = [
    '--stations',
    '4',
    '--time-scale',
    '100',
    '--session-seconds',
    '60',
    '--idle-seconds',
    '10',
    '--report-seconds',
    '1',
    '--drain',
  ];
  const fleet = start('main', ['--url', csms.url, '--model-out', model, ...flags], { CHILD_OF_PIPE: '1' });
  await until(
    () => csms.of('StopTransaction').length >= 3 && fleet.out().includes('fleet: '),
    'sessions and a status line',
    30_000,
  );
  fleet.child.stdin?.end();
  assert.equal(await fleet.ended, 0, fleet.errors());
  const report = JSON.parse(fleet.out().trim().split('\n').at(-1) ?? '') as Record<string, number>;
  assert.equal(report['stations'], 4);
  assert.equal(report['connected'], 4);
  assert.equal(report['queued'], 0);
  assert.equal(report['sessionsStarted'], report['sessionsEnded']);
  assert.equal(typeof report['eventLoopP99Ms'], 'number');
  const lines = (await readFile(model, 'utf8')).trim().split('\n');
  assert.equal(lines.filter((line) => line.includes('"end-acknowledged"')).length, report['sessionsEnded']);
  const audit = async (
    operator: string,
    key = 'csk_test',
  ): Promise<{ code: number | null; out: string; errors: string }> => {
    const program = start('audit', ['--model', model, '--operator', operator, '--key', key, '--wait-seconds', '0']);
    return { code: await program.ended, out: program.out(), errors: program.errors() };
  };
  const good = await audit(await operatorDoor(t, (stationId) => platform.sessionsOf(stationId)));
  assert.equal(good.code, 0, good.out + good.errors);
  assert.equal((JSON.parse(good.out.trim().split('\n').at(-1) ?? '') as Record<string, number>)['differences'], 0);
  const forgetful = await operatorDoor(t, (stationId) => platform.sessionsOf(stationId).slice(1));
  const bad = await audit(forgetful);
  assert.equal(bad.code, 1);
  assert.match(bad.out, /^missing /m);
  assert.equal((await audit(forgetful, 'csk_wrong')).code, 1);
});

test('a wrong flag is one sentence and exit code 1', async () => {
  const fleet = start('main', ['--stations', 'many']);
  assert.equal(await fleet.ended, 1);
  assert.equal(fleet.errors().trim(), '--stations many must be a number from 1 to 18000');
  const audit = start('audit', []);
  assert.equal(await audit.ended, 1);
  assert.match(audit.errors(), /^npm run audit/);
});
