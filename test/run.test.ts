// The test runner: picks files by words, and ends with one honest set of counts.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { rootDir } from '#infra/local/paths';
import { startTimeOf } from '#infra/local/pids';
import { readOutcomes } from '#test/support/outcomes';
import { partsOf, selectTests } from '#test/support/selection';

const passing = `import { test } from 'node:test'; test('holds', () => {});`;
const failing = `import { test } from 'node:test'; test('breaks', () => { throw new Error('it broke'); });`;

function tree(context: TestContext, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'chargestream-tests-'));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

// A runner inside a runner would take itself for a test file of the outer one.
function environment(root: string): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _outer, ...rest } = process.env;
  return { ...rest, TEST_ROOT: root };
}

const runner = ['--import', 'tsx', join(rootDir, 'test/run.ts')];

function runTests(root: string, ...words: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...runner, ...words], {
    cwd: rootDir,
    env: environment(root),
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

test('the parts that a test needs stand in its name', () => {
  assert.deepEqual(partsOf('test/a/b.test.ts'), []);
  assert.deepEqual(partsOf('test/a/b.kafka.test.ts'), ['kafka']);
  assert.deepEqual(partsOf('test/a/b.kafka-postgres.test.ts'), ['kafka', 'postgres']);
  assert.deepEqual(partsOf('test/a/b.stack.test.ts'), ['kafka', 'postgres', 'clickhouse']);
  assert.throws(
    () => partsOf('test/a/b.kafak.test.ts'),
    /"kafak" is no part; known are kafka, postgres, clickhouse and stack/,
  );
});

test('who reads a run is told of each test what became of it', (context) => {
  const skipped = `import { test } from 'node:test'; test('waits', { skip: 'not here' }, () => {});`;
  const grouped = `import { describe, test } from 'node:test'; describe('all', () => { test('stands', () => {}); });`;
  const root = tree(context, {
    'test/a.test.ts': passing,
    'test/b.test.ts': failing,
    'test/c.test.ts': skipped,
    'test/d.test.ts': grouped,
  });
  const path = join(root, 'outcomes.jsonl');
  spawnSync(process.execPath, runner, { cwd: rootDir, env: { ...environment(root), TEST_OUTCOMES: path } });
  const told = readOutcomes(path).map(({ file, name, result }) => `${file}: ${name} ${result}`);
  const wanted = [
    'test/a.test.ts: holds passed',
    'test/b.test.ts: breaks failed',
    'test/c.test.ts: waits skipped',
    'test/d.test.ts: stands passed',
  ];
  assert.deepEqual(told.toSorted(), wanted);
});

test('a whole platform has the parts to itself; what only counts the conformance cases has not', (context) => {
  const root = tree(context, {
    'test/e2e/a.test.ts': '',
    'test/kit/b.stack.test.ts': '',
    'test/octt/c.stack.test.ts': '',
    'test/octt/d.test.ts': '',
  });
  const alone = selectTests(root, []).flatMap(({ path, alone: isAlone }) => (isAlone ? [path] : []));
  assert.deepEqual(alone, ['test/e2e/a.test.ts', 'test/octt/c.stack.test.ts']);
});

test('words and paths pick files, no word picks all', (context) => {
  const root = tree(context, {
    'test/kit/a.test.ts': '',
    'test/kit/b.kafka.test.ts': '',
    'test/e2e/c.stack.test.ts': '',
    'test/kit/helper.ts': '',
  });
  const paths = (...words: string[]): string[] => selectTests(root, words).map((file) => file.path);
  assert.deepEqual(paths(), ['test/e2e/c.stack.test.ts', 'test/kit/a.test.ts', 'test/kit/b.kafka.test.ts']);
  assert.deepEqual(paths('./test/kit/a.test.ts'), ['test/kit/a.test.ts']);
  assert.deepEqual(paths(join(root, 'test/kit/a.test.ts')), ['test/kit/a.test.ts']);
  assert.deepEqual(paths('kafka', 'e2e'), ['test/e2e/c.stack.test.ts', 'test/kit/b.kafka.test.ts']);
  assert.deepEqual(
    selectTests(root, ['e2e']).map((file) => file.alone),
    [true],
  );
});

test('several groups end with one set of counts, and all green is code 0', (context) => {
  const root = tree(context, { 'test/a.test.ts': passing, 'test/b.test.ts': passing, 'test/e2e/c.test.ts': passing });
  const { code, out } = runTests(root);
  assert.equal(code, 0, out);
  assert.equal(out.match(/^ℹ tests /gm)?.length, 1);
  assert.match(
    out,
    /ℹ tests 3\nℹ suites 0\nℹ pass 3\nℹ fail 0\nℹ cancelled 0\nℹ skipped 0\nℹ todo 0\nℹ duration_ms \d+\n$/,
  );
});

test('one failure is told, counted, and is code 1', (context) => {
  const root = tree(context, { 'test/a.test.ts': passing, 'test/b.test.ts': failing });
  const { code, out } = runTests(root);
  assert.equal(code, 1);
  assert.match(out, /it broke/);
  assert.match(out, /ℹ tests 2\nℹ suites 0\nℹ pass 1\nℹ fail 1\n/);
});

test('a test file that does not load is a failure', (context) => {
  const root = tree(context, { 'test/a.test.ts': 'import "./missing.ts";' });
  const { code, out } = runTests(root);
  assert.equal(code, 1);
  assert.match(out, /ℹ fail 1\n/);
});

test('a word that no path holds is code 1 with a sentence', (context) => {
  const { code, err } = runTests(tree(context, { 'test/a.test.ts': passing }), 'nothing');
  assert.equal(code, 1);
  assert.equal(err, "No test file's path holds nothing.\n");
});

test('unit tests alone leave out those that need a part', (context) => {
  const root = tree(context, { 'test/a.test.ts': passing, 'test/b.kafka.test.ts': failing });
  const { code, out } = runTests(root, '--unit');
  assert.equal(code, 0, out);
  assert.match(out, /ℹ tests 1\n/);
});

test('Ctrl-C ends the tests under way, with counts and code 130', async (context) => {
  const endless = `import { test } from 'node:test'; process.stdout.write('pid ' + process.pid + '\\n'); test('waits', () => new Promise((resolve) => setTimeout(resolve, 60_000)));`;
  const root = tree(context, { 'test/a.test.ts': endless });
  const child = spawn(process.execPath, [...runner], {
    cwd: rootDir,
    env: environment(root),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout) {
    out += String(chunk);
    if (out.includes('pid ')) child.kill('SIGINT');
  }
  const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
  assert.equal(code, 130);
  assert.match(out, /The tests were stopped: interrupted\.\nℹ tests/);
  assert.doesNotMatch(out, /ℹ pass 1/);
  const pid = Number(/pid (\d+)/.exec(out)?.[1]);
  while (startTimeOf(pid) !== undefined) await delay(20);
});
