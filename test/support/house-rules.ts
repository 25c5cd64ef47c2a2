// The rules that tidy.test.ts holds every file against, each a small function of path and text.

export type Source = { readonly path: string; readonly text: string };

type Rule = (source: Source, imports: readonly string[]) => string | undefined;

/** Pure libraries that a domain may use beside its own files and the contracts. */
const domainImports = [
  /^#contracts\//,
  /^\.\.?\//,
  /^node:assert\/strict$/,
  /^node:crypto$/,
  /^typed-ocpp$/,
  /^big\.js$/,
];
const tradeWords =
  /\b(station|stations|tariff|tariffs|ocpp|ocpi|evse|connector|tenant|charging|session|sessions|cdr|token)s?\b/i;

const rules: readonly Rule[] = [
  ({ text }) =>
    /^(#!.*\n)?\/\/ \S/.test(text) || !needsOpening(text) ? undefined : 'opens with one sentence on what it is',
  ({ path }) => (/(^|\/)[a-z0-9-]+(\.[a-z0-9-]+)*\.ts$/.test(path) ? undefined : 'file names are kebab-case'),
  ({ path }) => (/(manager|helper|utils?|impl|abstract|base)\.ts$/.test(path) ? 'the name says nothing' : undefined),
  ({ path, text }) => (isProse(path) || !/\b(TODO|FIXME|XXX)\b/.test(text) ? undefined : 'unfinished work'),
  ({ path, text }) => (isProse(path) || !/\bcharger/i.test(text) ? undefined : 'station, never charger'),
  ({ path, text }) =>
    isProse(path) || !/\b(test|it|describe)\.(skip|only|todo)\(|skip: *true/.test(text)
      ? undefined
      : 'a test that is off',
  ({ text }) => (/^(export )?(const )?enum \w/m.test(text) ? 'an enum' : undefined),
  ({ text }) => (/^export (\*|\{[^}]*\}) from /m.test(text) ? 'a barrel' : undefined),
  ({ path }, imports) =>
    imports.some((target) => isOtherService(path, target)) ? 'imports another service' : undefined,
  ({ path }, imports) =>
    path.startsWith('services/kit/') &&
    imports.some((target) => target.startsWith('#services/') || target.startsWith('#contracts/'))
      ? 'kit imports a service or a contract'
      : undefined,
  ({ path, text }) =>
    path.startsWith('services/kit/') && tradeWords.test(codeOf(text))
      ? `kit names a trade word: ${tradeWords.exec(codeOf(text))?.[0]}`
      : undefined,
  ({ path }, imports) =>
    path.startsWith('contracts/') &&
    imports.some((target) => target.startsWith('#services/') || target.startsWith('#kit/'))
      ? 'contracts import a service or the kit'
      : undefined,
  ({ path }, imports) => (isDomain(path) ? impureImport(imports) : undefined),
  ({ path, text }) => (isDomain(path) && /\bawait\b|\basync\b/.test(codeOf(text)) ? 'await in domain' : undefined),
  ({ path, text }) =>
    isDomain(path) &&
    /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomUUID\(|\brandomBytes\(|\bsetTimeout\(|\bfetch\(|\bprocess\./.test(
      codeOf(text),
    )
      ? 'clock or randomness in domain'
      : undefined,
];

/** What is wrong with a file, as `path: fault`. */
export function faultsOfSource(source: Source): string[] {
  const imports = [...source.text.matchAll(/^(?:import|export)\b(?:[^;'"]*?\bfrom)?\s+['"]([^'"]+)['"]/gm)].map(
    ([, target = '']) => target,
  );
  return rules.flatMap((rule) => {
    const fault = rule(source, imports);
    return fault === undefined ? [] : [`${source.path}: ${fault}`];
  });
}

/** Rows depend only on records: no clock, serial or random default in a projection's SQL (`*_own` schemas are operators' writing). */
export function faultsOfSql(path: string, sql: string): string[] {
  if (!/^services\/(sessions|stations|billing|ocpi|alerts)\//.test(path)) return [];
  const code = sql.replaceAll(/--.*$/gm, '');
  const faults: string[] = [];
  if (
    /\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|localtimestamp|current_timestamp|current_date)\b/i.test(
      code,
    )
  )
    faults.push(`${path}: asks the clock`);
  if (/\b(serial|bigserial|smallserial|generated\s+(always|by default)\s+as\s+identity)\b/i.test(code))
    faults.push(`${path}: serial`);
  if (/\b(gen_random_uuid|random|uuidv7|uuidv4)\s*\(/i.test(code)) faults.push(`${path}: random default`);
  return faults;
}

export function readmeFaults(folder: string, text: string | undefined, linesMax: number): string[] {
  if (text === undefined) return [`${folder}: no README`];
  const lines = text.trimEnd().split('\n').length;
  return lines > linesMax ? [`${folder}: README has ${lines} lines, at most ${linesMax}`] : [];
}

/** A test's first line may be an import where its name says all. */
function needsOpening(text: string): boolean {
  return !text.includes("from 'node:test'");
}

/** The rules' own words. */
function isProse(path: string): boolean {
  return path === 'test/tidy.test.ts' || path === 'test/support/house-rules.ts';
}

function isDomain(path: string): boolean {
  return /^services\/[^/]+\/(domain|ocpp16|ocpp2)\//.test(path);
}

function isOtherService(path: string, target: string): boolean {
  const own = /^services\/([^/]+)\//.exec(path)?.[1];
  if (own === undefined || own === 'kit') return false;
  const named =
    /^#services\/([^/]+)\//.exec(target)?.[1] ??
    /^(?:\.\.\/)+(gateway|registry|stations|sessions|billing|analytics|ocpi|alerts|operator)\//.exec(target)?.[1];
  return named !== undefined && named !== own;
}

function impureImport(imports: readonly string[]): string | undefined {
  const impure = imports.find((target) => !domainImports.some((pattern) => pattern.test(target)));
  return impure === undefined ? undefined : `domain imports ${impure}`;
}

/** Text without comments and string contents, so that words there do not count. */
function codeOf(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\/\/.*$/gm, '')
    .replaceAll(/'(?:[^'\\\n]|\\.)*'/g, "''");
}
