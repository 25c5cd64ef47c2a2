import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { rootDir } from '#infra/local/paths';

const plant = join(rootDir, 'load-tests', 'faults', 'planted', 'plant.mjs');
const loadsStarted = `const { started } = await import('#services/sessions/domain/started'); console.log(started.toString());`;

function run(bug: string, script: string) {
  const args = ['--import', plant, '--import', 'tsx', '--input-type=module', '--eval', script];
  const env = { ...process.env, PLANTED_BUG: bug };
  return spawnSync(process.execPath, args, { cwd: rootDir, env, encoding: 'utf8', timeout: 60_000 });
}

test('every planted bug still has its one place in the sources', () => {
  for (const bug of ['answer-before-append', 'position-before-rows', 'known-by-message-id', 'fold-breaks']) {
    const { status, stderr } = run(bug, '');
    assert.equal(status, 0, stderr);
  }
});

test('a planted bug is in the code that runs, and only where it was asked for', () => {
  assert.match(run('fold-breaks', loadsStarted).stdout, /this fold has a bug/);
  const healthy = run('', loadsStarted);
  assert.match(healthy.stdout, /startKey/);
  assert.doesNotMatch(healthy.stdout, /this fold has a bug/);
});

test('a bug of two places is in both: a fold that never decodes what it would err by does not err', () => {
  const script = `const { fieldsRead } = await import('#services/sessions/domain/events'); console.log(fieldsRead.Meta);`;
  assert.match(run('known-by-message-id', script).stdout, /messageId/);
  assert.match(run('known-by-message-id', loadsStarted).stdout, /messageId/);
  assert.doesNotMatch(run('', script).stdout, /messageId/);
});

test('a bug that nobody knows refuses the start', () => {
  const { status, stderr } = run('nonsense', '');
  assert.notEqual(status, 0);
  assert.match(stderr, /there is no planted bug nonsense/);
});
