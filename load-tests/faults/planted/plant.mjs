// `node --import <this> --import tsx …` with PLANTED_BUG=<name>: loads one source file with a bug in it; the file on disk stays as it is.
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { plantedBugs } from './bugs.mjs';

const name = process.env.PLANTED_BUG ?? '';
if (name !== '') {
  const bug = Object.hasOwn(plantedBugs, name) ? plantedBugs[name] : undefined;
  if (bug === undefined) throw new Error(`there is no planted bug ${name}`);
  const url = new URL(`../../../${bug.file}`, import.meta.url);
  const parts = readFileSync(url, 'utf8').split(bug.snippet);
  // A bug that is not in is found by nobody: the test would then say that the rig is blind.
  if (parts.length !== 2)
    throw new Error(`${bug.file} has ${parts.length - 1} times "${bug.snippet}", and ${name} needs it once`);
  register('./hook.mjs', import.meta.url, { data: { url: url.href, source: parts.join(bug.replacement) } });
}
