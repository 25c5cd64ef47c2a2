// The lists, the cases and RESULTS.md agree: nothing of the lists is forgotten, nothing named that does not exist.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { TestOutcome } from '#test/support/outcomes';
import { allCases } from './all-cases.ts';
import type { OcttCase, OcttVersion } from './octt-case.ts';
import { caseLists, casesFile, entriesOf, resultsOf, resultsUrl, type AllCases } from './results.ts';

const versions: readonly OcttVersion[] = ['1.6', '2.0.1'];
const idsOf = (version: OcttVersion): readonly string[] => Object.values(caseLists[version]).flat();
const countOf = (version: OcttVersion): readonly number[] => [idsOf(version).length, new Set(idsOf(version)).size];
const root = new URL('../../', import.meta.url);
const none: AllCases = { '1.6': [], '2.0.1': [] };
const played: OcttCase = { id: '001', title: 'a boot', play: async () => undefined };

test('the lists are those of the test tool: 77 cases of 1.6, 252 of 2.0.1, where 20 stand in two profiles', () => {
  assert.deepEqual(versions.map(countOf), [
    [77, 77],
    [252, 232],
  ]);
});

test('each case of the lists is played, shown by a test, or has a reason why it cannot apply', () => {
  for (const version of versions) {
    const missing = idsOf(version).filter((id) => entriesOf(allCases, version, id).length === 0);
    assert.deepEqual(missing, [], version);
  }
});

test('no case is played that the lists do not have, and none that cannot apply', () => {
  for (const version of versions) {
    const ids = new Set(idsOf(version));
    assert.deepEqual(
      allCases[version].filter(({ id }) => !ids.has(id)).map(({ id }) => id),
      [],
    );
    const apart = idsOf(version).filter((id) => {
      const entries = entriesOf(allCases, version, id);
      return entries.length > 1 && entries.some((entry) => 'whyNot' in entry);
    });
    assert.deepEqual(apart, []);
  }
});

test('at least 75 cases of 1.6 and 235 of 2.0.1 are played or shown', () => {
  const reached = versions.map(
    (version) =>
      idsOf(version).filter((id) => entriesOf(allCases, version, id).some((entry) => 'tests' in entry)).length,
  );
  assert.ok((reached[0] ?? 0) >= 75 && (reached[1] ?? 0) >= 235, reached.join(' '));
});

test('no two tests of the cases have one name, and each test that a case names exists', () => {
  for (const version of versions) {
    const tests = [...new Set(idsOf(version))].flatMap((id) =>
      entriesOf(allCases, version, id).flatMap((entry) => ('tests' in entry ? entry.tests : [])),
    );
    const own = tests.filter(({ file }) => file === casesFile).map(({ test: name }) => name);
    assert.equal(new Set(own).size, own.length);
    for (const { file, test: name } of tests.filter((each) => each.file !== casesFile))
      assert.ok(readFileSync(new URL(file, root), 'utf8').includes(name), `${file} has no test "${name}"`);
  }
});

test('RESULTS.md is of these cases, and counts what it lists; run npm run octt', () => {
  const document = readFileSync(resultsUrl, 'utf8');
  const summary = /^\*\*1\.6: (\d+) of 77, 2\.0\.1: (\d+) of 252 played\*\*$/m.exec(document);
  const rows = document.split('\n').filter((line) => line.startsWith('| TC_'));
  assert.equal(rows.filter((row) => row.includes('| played |')).length, Number(summary?.[1]) + Number(summary?.[2]));
  const passed: readonly TestOutcome[] = versions.flatMap((version) =>
    idsOf(version).flatMap((id) =>
      entriesOf(allCases, version, id).flatMap((entry) =>
        'tests' in entry ? entry.tests.map(({ file, test: name }) => ({ file, name, result: 'passed' as const })) : [],
      ),
    ),
  );
  const wanted = resultsOf(allCases, passed)
    .document.split('\n')
    .filter((line) => line.startsWith('| TC_'));
  const withoutVerdict = (row: string): string => row.replace(/\| (?:not )?played \|/, '|');
  assert.deepEqual(rows.map(withoutVerdict), wanted.map(withoutVerdict));
});

test('only a test that ran and passed counts: neither one that failed, nor one skipped, nor one that did not run', () => {
  const file = casesFile;
  const name = '1.6 TC_001_CSMS: a boot';
  const told = (outcomes: readonly TestOutcome[]): string => resultsOf({ ...none, '1.6': [played] }, outcomes).summary;
  assert.equal(told([{ file, name, result: 'passed' }]), '1.6: 1 of 77, 2.0.1: 0 of 252');
  for (const outcomes of [[], [{ file, name, result: 'failed' }], [{ file, name, result: 'skipped' }]] as const)
    assert.equal(told(outcomes), '1.6: 0 of 77, 2.0.1: 0 of 252');
});

test('a case with several tests counts where all of them passed, and fails with one', () => {
  const refusal: OcttCase = { ...played, title: 'a refusal' };
  const shown: OcttCase = { id: '001', shownBy: [{ file: 'test/e2e/x.test.ts', test: 'x' }] };
  const cases = { ...none, '1.6': [played, refusal, shown] };
  const passed = [
    { file: casesFile, name: '1.6 TC_001_CSMS: a boot', result: 'passed' },
    { file: casesFile, name: '1.6 TC_001_CSMS: a refusal', result: 'passed' },
  ] as const;
  const other = (result: TestOutcome['result']): TestOutcome => ({ file: 'test/e2e/x.test.ts', name: 'x', result });
  assert.match(resultsOf(cases, [...passed, other('passed')]).summary, /^1\.6: 1 /);
  assert.match(resultsOf(cases, [...passed, other('skipped')]).summary, /^1\.6: 0 /);
  assert.deepEqual(resultsOf(cases, [...passed, other('failed')]).failed, ['001']);
});

test('a case that cannot apply says why, and is not counted', () => {
  const { document, summary } = resultsOf({ ...none, '1.6': [{ id: '001', whyNot: 'no | such thing' }] }, []);
  assert.match(document, /\| TC_001_CSMS \| cannot apply \| no \\\| such thing \|/);
  assert.match(summary, /^1\.6: 0 /);
});
