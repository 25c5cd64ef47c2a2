// `npm run check`: types, lint, format, tidy and unit tests; every step runs, even after one has failed.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { say, secondsSince } from './say.mjs';

/** Runs all steps and resolves with 0 only when all passed; `--without-tests` where `npm test` runs them anyway. */
export async function check(root, args) {
  const bin = (name) => join(root, 'node_modules', '.bin', name);
  const steps = [
    { name: 'types', command: bin('tsc'), args: ['--noEmit'] },
    { name: 'lint', command: bin('oxlint'), args: ['--type-aware', '--deny-warnings'] },
    { name: 'format', command: bin('oxfmt'), args: ['--check'] },
    { name: 'tidy and unit tests', command: process.execPath, args: ['--import', 'tsx', 'test/run.ts', '--unit'] },
  ];
  if (args.includes('--without-tests')) steps.pop();
  const failed = [];
  for (const { name, command, args } of steps) {
    const startedMs = performance.now();
    say(`── ${name}`);
    const code = await run(root, command, args);
    say(`── ${name}: ${code === 0 ? 'passed' : 'FAILED'} in ${secondsSince(startedMs)}`);
    if (code === 'stopped') return 130;
    if (code !== 0) failed.push(name);
  }
  say(failed.length === 0 ? 'check passed' : `check failed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}

function run(root, command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    let stopped = false;
    const stop = (signal) => {
      stopped = true;
      child.kill(signal);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    const end = (code) => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      resolve(stopped ? 'stopped' : code);
    };
    child.once('error', () => end(1));
    child.once('exit', (code) => end(code ?? 1));
  });
}
