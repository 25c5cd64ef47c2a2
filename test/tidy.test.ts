// The house rules that no linter knows: layout, who may import whom, purity, names, READMEs.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { topicsFor } from '#contracts/topics';
import { faultsOfSource, faultsOfSql, readmeFaults, type Source } from './support/house-rules.ts';

const root = new URL('..', import.meta.url).pathname;
const topEntries = [
  'package.json',
  'tsconfig.json',
  'services',
  'contracts',
  'infra',
  'load-tests',
  'test',
  'README.md',
  'LICENSE',
  'package-lock.json',
];

const sources: readonly Source[] = ['contracts', 'services', 'infra', 'load-tests', 'test']
  .flatMap((folder) => filesBelow(folder))
  .filter((path) => path.endsWith('.ts') && !path.startsWith('contracts/generated/'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

test('the top level is what the user fixed, and dot files', () => {
  const found = readdirSync(root).filter((name) => !name.startsWith('.') && name !== 'node_modules');
  assert.deepEqual(found.toSorted(), topEntries.toSorted());
});

test('every source file follows the house rules', () => {
  assert.deepEqual(
    sources.flatMap((source) => faultsOfSource(source)),
    [],
  );
});

test('no projection asks the clock or a random source in its SQL', () => {
  const sql = filesBelow('services').filter((path) => path.endsWith('.sql'));
  assert.ok(sql.length > 0);
  assert.deepEqual(
    sql.flatMap((path) => faultsOfSql(path, readFileSync(join(root, path), 'utf8'))),
    [],
  );
});

test('top folders and services have a README of at most 60 lines, the first at most 150', () => {
  const folders = [
    'contracts',
    'infra',
    'load-tests',
    'test',
    'services',
    ...foldersOf('services').map((name) => `services/${name}`),
  ];
  const faults = folders.flatMap((folder) => readmeFaults(folder, read(`${folder}/README.md`), 60));
  assert.deepEqual([...faults, ...readmeFaults('.', read('README.md'), 150)], []);
});

test('every event is read by a fold or sink, or is named here as evidence only', () => {
  const evidenceOnly = new Set(['StationMessageRecorded', 'AuthorizationDecided', 'SecurityEventReported']);
  const readers = sources
    .filter(({ path }) => /^services\/(stations|sessions|analytics|billing|ocpi|alerts)\//.test(path))
    .map(({ text }) => text);
  const unread = topicsFor(1).events.types.filter(
    (type) => !evidenceOnly.has(type) && !readers.some((text) => text.includes(type)),
  );
  assert.deepEqual(unread, []);
});

test('each rule is seen red on a file that breaks it', () => {
  const broken: readonly [string, string, RegExp][] = [
    ['services/sessions/store.ts', "import { x } from '#services/stations/store';", /imports another service/],
    ['services/sessions/store.ts', "import { x } from '../stations/store.ts';", /imports another service/],
    ['services/sessions/domain/session.ts', '// Doc.\nexport async function f() { await g(); }', /await in domain/],
    ['services/sessions/domain/session.ts', "// Doc.\nimport { readFile } from 'node:fs/promises';", /domain imports/],
    ['services/sessions/domain/session.ts', '// Doc.\nconst at = Date.now();', /clock or randomness/],
    ['services/kit/store.ts', '// Doc.\nconst station = 1;', /kit names a trade word/],
    ['services/kit/store.ts', "// Doc.\nimport { x } from '#services/sessions/main';", /kit imports/],
    ['contracts/store.ts', "// Doc.\nimport { x } from '#services/sessions/main';", /contracts import/],
    ['services/sessions/x.ts', 'export const a = 1;', /opens with one sentence/],
    ['services/sessions/x.ts', '// Doc.\nexport { a } from "./y.ts";', /barrel/],
    ['services/sessions/SessionManager.ts', '// Doc.', /kebab-case/],
    ['services/sessions/session-manager.ts', '// Doc.', /name says nothing/],
    ['services/sessions/x.ts', '// Doc.\n// TODO later', /unfinished/],
    ['services/sessions/x.ts', '// Doc.\nconst charger = 1;', /station, never charger/],
    ['test/x.test.ts', '// Doc.\ntest.skip("x", () => {});', /test that is off/],
    ['services/sessions/x.ts', '// Doc.\nenum A { b }', /enum/],
  ];
  for (const [path, text, fault] of broken)
    assert.match(faultsOfSource({ path, text }).join('\n'), fault, `${path}: ${text}`);
  assert.match(
    faultsOfSql('services/sessions/sql/001-x.sql', 'create table t (at timestamptz default now());').join(),
    /clock/,
  );
  assert.match(faultsOfSql('services/sessions/sql/001-x.sql', 'create table t (id serial);').join(), /serial/);
  assert.match(readmeFaults('x', undefined, 60).join(), /no README/);
  assert.match(readmeFaults('x', 'a\n'.repeat(61), 60).join(), /61 lines/);
});

function read(path: string): string | undefined {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined;
}

function foldersOf(path: string): string[] {
  return readdirSync(join(root, path)).filter((name) => statSync(join(root, path, name)).isDirectory());
}

function filesBelow(path: string): string[] {
  return readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
    .map((name) => `${path}/${name}`)
    .filter((name) => !name.includes('/libs/') && statSync(join(root, name)).isFile());
}
