// The supervisor keeps programs running, and ends them in order.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { rootDir } from '#infra/local/paths';
import { readRecords } from '#infra/local/pids';
import { freePorts } from '#infra/local/ports';
import { Supervisor } from '#infra/local/supervisor';
import { Fault } from '#kit/fault';
import { type Desk, makeDesk, patient } from '#test/support/programs';

type Stage = { readonly desk: Desk; readonly supervisor: Supervisor; readonly said: string[]; readonly pidDir: string };

function stage(context: TestContext): Stage {
  const desk = makeDesk();
  const said: string[] = [];
  const pidDir = join(desk.dir, 'pids');
  const supervisor = new Supervisor({ logDir: join(desk.dir, 'logs'), pidDir, say: (line) => said.push(line) });
  context.after(async () => {
    await supervisor.close();
    desk.remove();
  });
  return { desk, supervisor, said, pidDir };
}

const program = (name: string, file: string, readyUrls: string[] = []) => ({ name, args: [file], env: {}, readyUrls });

test('programs are ended in reverse order, each before the next is told, and leave no pid file', async (context) => {
  const { desk, supervisor, pidDir } = stage(context);
  for (const name of ['services', 'gateway', 'fleet']) {
    await supervisor.start(program(name, desk.program(name, patient(name))));
    await desk.noted(`${name} started`);
  }
  assert.equal(readRecords(pidDir).length, 3);
  await supervisor.close();
  assert.deepEqual(desk.journal().slice(3), ['fleet ended', 'gateway ended', 'services ended']);
  assert.deepEqual(readRecords(pidDir), []);
});

test('a program that dies is started again, and a line says so', async (context) => {
  const { desk, supervisor, said, pidDir } = stage(context);
  await supervisor.start(program('gateway', desk.program('gateway', patient('gateway'))));
  await desk.noted('gateway started');
  const [record] = readRecords(pidDir);
  process.kill(record?.pid ?? 0, 'SIGKILL');
  await desk.noted('gateway started', 2);
  assert.match(said[0] ?? '', /^gateway ended with SIGKILL; it starts again in 0\.5 s \(its log: .*gateway\.log\)\.$/);
});

test('a program that keeps dying before it was ever ready is given up, with the end of its log', async (context) => {
  const { desk, supervisor } = stage(context);
  await supervisor.start(
    program('gateway', desk.program('gateway', 'console.error("no such table"); process.exit(3);'), [
      'http://127.0.0.1:1/ready',
    ]),
  );
  await assert.rejects(
    supervisor.ready('gateway'),
    (error) =>
      error instanceof Fault &&
      error.code === 'PROGRAM_FAILED' &&
      /ended 3 times.*\n(.*\n)*no such table/.test(error.detail),
  );
});

test('a program is ready when every one of its URLs answers 200', async (context) => {
  const { desk, supervisor } = stage(context);
  const [port = 0] = await freePorts(1);
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.statusCode = asked < 4 ? 503 : 200;
    response.end();
  }).listen(port, '127.0.0.1');
  context.after(() => server.close());
  await once(server, 'listening');
  await supervisor.start(
    program('gateway', desk.program('gateway', patient('gateway')), [`http://127.0.0.1:${port}/ready`]),
  );
  await supervisor.ready('gateway');
  assert.equal(asked, 4);
});

test('a seed runs to its end; one that fails is told with the end of its log', async (context) => {
  const { desk, supervisor } = stage(context);
  await supervisor.runToEnd(program('seed', desk.program('seed', 'note("seeded");')));
  assert.deepEqual(desk.journal(), ['seeded']);
  await assert.rejects(
    supervisor.runToEnd(program('seed', desk.program('bad', 'console.log("409"); process.exit(1);'))),
    /code 1\); the end of .*\n409/,
  );
});

test('a restart ends the old program before the new one starts', async (context) => {
  const { desk, supervisor, said } = stage(context);
  await supervisor.start(program('services', desk.program('services', patient('services'))));
  await desk.noted('services started');
  await supervisor.restart('services');
  await desk.noted('services started', 2);
  assert.deepEqual(desk.journal(), ['services started', 'services ended', 'services started']);
  assert.deepEqual(said, []);
});

test('the log of the run before is kept beside the new one', async (context) => {
  const { desk, supervisor } = stage(context);
  const logs = join(desk.dir, 'logs');
  await supervisor.runToEnd(program('seed', desk.program('first', 'console.log("first");')));
  await supervisor.runToEnd(program('seed', desk.program('second', 'console.log("second");')));
  assert.equal(readFileSync(join(logs, 'seed.log.1'), 'utf8'), 'first\n');
  assert.equal(readFileSync(join(logs, 'seed.log'), 'utf8'), 'second\n');
});

test('programs end when their supervisor is killed', async (context) => {
  const { desk } = stage(context);
  const file = desk.program('fleet', patient('fleet'));
  const script = `
    import { Supervisor } from ${JSON.stringify(join(rootDir, 'infra/local/supervisor.ts'))};
    const supervisor = new Supervisor({ logDir: ${JSON.stringify(desk.dir)}, pidDir: ${JSON.stringify(desk.dir)}, say() {} });
    await supervisor.start({ name: 'fleet', args: [${JSON.stringify(file)}], env: {}, readyUrls: [] });
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--import', 'tsx', desk.program('parent', script)], {
    cwd: rootDir,
    stdio: 'inherit',
  });
  await desk.noted('fleet started');
  parent.kill('SIGKILL');
  await desk.noted('fleet ended');
  while (readRecords(desk.dir).length > 0) await delay(20);
});
