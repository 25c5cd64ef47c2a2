// test/octt/RESULTS.md: every case of the lists with what became of it in one run, out of the run's own report.
import type { TestOutcome } from '#test/support/outcomes';
import { caseIds16, caseIds201, type CaseList } from './case-ids.ts';
import { testNameOf, type CaseId, type OcttCase, type OcttVersion } from './octt-case.ts';

export const casesFile = 'test/octt/octt.stack.test.ts';
export const resultsUrl = new URL('RESULTS.md', import.meta.url);

export const caseLists: Readonly<Record<OcttVersion, CaseList>> = { '1.6': caseIds16, '2.0.1': caseIds201 };

export type AllCases = Readonly<Record<OcttVersion, readonly OcttCase[]>>;

type Shown = { readonly file: string; readonly test: string };
type Verdict = 'played' | 'cannot apply' | 'not played' | 'failed';
type Row = { readonly id: CaseId; readonly verdict: Verdict; readonly told: string };

export type Results = { readonly document: string; readonly summary: string; readonly failed: readonly CaseId[] };

/** @param outcomes of the tests of casesFile and of those that cases name. */
export function resultsOf(cases: AllCases, outcomes: readonly TestOutcome[]): Results {
  const byName = new Map(outcomes.map((outcome) => [`${outcome.file} ${outcome.name}`, outcome.result]));
  const versions = (['1.6', '2.0.1'] as const).map((version) => {
    const groups = Object.entries(caseLists[version]).map(([profile, ids]) => ({
      profile,
      rows: ids.map((id) => rowOf(id, entriesOf(cases, version, id), byName)),
    }));
    return { version, groups, rows: groups.flatMap(({ rows }) => rows) };
  });
  const summary = versions.map(({ version, rows }) => `${version}: ${playedOf(rows)} of ${rows.length}`).join(', ');
  const sections = versions.flatMap(({ version, groups }) => [
    `## ${version}`,
    '',
    ...groups.flatMap(({ profile, rows }) => [
      `### ${profile}: ${playedOf(rows)} of ${rows.length}`,
      '',
      '| case | | tests |',
      '|---|---|---|',
      ...rows.map(({ id, verdict, told }) => `| TC_${id}_CSMS | ${verdict} | ${told} |`),
      '',
    ]),
  ]);
  const failed = versions.flatMap(({ rows }) => rows.filter(({ verdict }) => verdict === 'failed').map(({ id }) => id));
  return { document: [...head, `**${summary} played**`, '', ...sections].join('\n'), summary, failed };
}

const head = [
  '# The CSMS cases of the official test tool',
  '',
  'Written by `npm run octt` from that run: each case with the tests that passed, or why it cannot apply. A case that two',
  'profiles list stands in both. The test tool itself is not public: ids and meaning of the cases are, and each is played',
  'here by a station of ours, held to the schema of every frame, and asserted in what the platform answers and shows.',
  '',
];

/** What there is for a case of the list; nothing is a fault of ours, which a test finds. */
export function entriesOf(cases: AllCases, version: OcttVersion, id: CaseId): readonly Entry[] {
  return cases[version]
    .filter((each) => each.id === id)
    .map((each) => {
      if ('whyNot' in each) return { whyNot: each.whyNot };
      if ('shownBy' in each) return { tests: each.shownBy };
      return { tests: [{ file: casesFile, test: testNameOf(version, each) }] };
    });
}

export type Entry = { readonly whyNot: string } | { readonly tests: readonly Shown[] };

function rowOf(id: CaseId, entries: readonly Entry[], byName: ReadonlyMap<string, TestOutcome['result']>): Row {
  const [why] = entries.flatMap((entry) => ('whyNot' in entry ? [entry.whyNot] : []));
  if (why !== undefined) return { id, verdict: 'cannot apply', told: cell(why) };
  const tests = entries.flatMap((entry) => ('tests' in entry ? entry.tests : []));
  const results = tests.map(({ file, test }) => byName.get(`${file} ${test}`));
  return { id, verdict: verdictOf(results), told: tests.map((test) => cell(nameOf(test))).join('<br>') };
}

/** A test that was skipped, or did not run, shows nothing. */
function verdictOf(results: readonly (TestOutcome['result'] | undefined)[]): Verdict {
  if (results.includes('failed')) return 'failed';
  return results.length > 0 && results.every((result) => result === 'passed') ? 'played' : 'not played';
}

/** A test of the cases by its sentence alone: number and version stand beside it. */
function nameOf({ file, test }: Shown): string {
  return file === casesFile ? test.slice(test.indexOf(': ') + 2) : `${file}: ${test}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function playedOf(rows: readonly Row[]): number {
  return rows.filter(({ verdict }) => verdict === 'played').length;
}
