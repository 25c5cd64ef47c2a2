// Changes below a directory are told once things are quiet.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { watchTree } from '#infra/local/watch-tree';

test('changes that follow each other are told together, in old directories and in new ones', async (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'chargestream-watch-'));
  mkdirSync(join(dir, 'old', 'deep'), { recursive: true });
  writeFileSync(join(dir, 'old', 'deep', 'a.ts'), '1');
  const told: string[][] = [];
  const watching = watchTree([dir], 200, (paths) => told.push([...paths]));
  context.after(() => {
    watching.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const heard = async (file: string): Promise<void> => {
    const deadline = performance.now() + 10_000;
    while (!told.flat().includes(file)) {
      if (performance.now() > deadline) throw new Error(`heard of ${told.flat().join(', ')}, not of ${file}`);
      // The watch may not be in place yet, and a new directory is watched a moment after it appears: write again.
      writeFileSync(file, String(performance.now()));
      await delay(300);
    }
  };
  await heard(join(dir, 'old', 'deep', 'a.ts'));
  mkdirSync(join(dir, 'new'));
  await heard(join(dir, 'new', 'b.ts'));

  await delay(0);
  const before = told.length;
  writeFileSync(join(dir, 'old', 'deep', 'a.ts'), '2');
  writeFileSync(join(dir, 'new', 'b.ts'), '2');
  const deadline = performance.now() + 10_000;
  while (told.length === before && performance.now() < deadline) await delay(20);
  assert.deepEqual(told.at(-1)?.toSorted(), [join(dir, 'new', 'b.ts'), join(dir, 'old', 'deep', 'a.ts')]);
});
