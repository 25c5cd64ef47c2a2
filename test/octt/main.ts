// `npm run octt`: plays the cases and the tests that they name, and writes RESULTS.md from that run.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootDir } from '#infra/local/paths';
import { readOutcomes } from '#test/support/outcomes';
import { allCases } from './all-cases.ts';
import { casesFile, resultsOf, resultsUrl } from './results.ts';

const dir = mkdtempSync(join(tmpdir(), 'chargestream-octt-'));
try {
  process.exitCode = await main(join(dir, 'outcomes.jsonl'));
} finally {
  rmSync(dir, { recursive: true, force: true });
}

async function main(outcomesFile: string): Promise<number> {
  const named = Object.values(allCases)
    .flat()
    .flatMap((octtCase) => ('shownBy' in octtCase ? octtCase.shownBy.map(({ file }) => file) : []));
  const code = await runTests([...new Set([casesFile, ...named])], outcomesFile);
  const outcomes = existsSync(outcomesFile) ? readOutcomes(outcomesFile) : [];
  if (!outcomes.some(({ file }) => file === casesFile)) return code === 0 ? 1 : code;
  const { document, summary, failed } = resultsOf(allCases, outcomes);
  writeFileSync(resultsUrl, document);
  process.stdout.write(
    `${failed.length === 0 ? '' : `failed: ${failed.join(' ')}\n`}${summary} played: test/octt/RESULTS.md\n`,
  );
  return failed.length === 0 ? code : 1;
}

function runTests(files: readonly string[], outcomesFile: string): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'test/run.ts', ...files], {
      cwd: rootDir,
      env: { ...process.env, TEST_OUTCOMES: outcomesFile },
      // Its stdin is ours: the tests end when whoever started us does.
      stdio: 'inherit',
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
