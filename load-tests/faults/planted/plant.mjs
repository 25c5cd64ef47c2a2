// `node --import <this> --import tsx …` with PLANTED_BUG=<name>: loads source files with a bug in them; the files on disk stay as they are.
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { plantedBugs } from './bugs.mjs';

const name = process.env.PLANTED_BUG ?? '';
if (name !== '') {
  const bug = Object.hasOwn(plantedBugs, name) ? plantedBugs[name] : undefined;
  if (bug === undefined) throw new Error(`there is no planted bug ${name}`);
  const sources = bug.map(({ file, snippet, replacement }) => {
    const url = new URL(`../../../${file}`, import.meta.url);
    const parts = readFileSync(url, 'utf8').split(snippet);
    // A bug that is not in is found by nobody: the test would then say that the rig is blind.
    if (parts.length !== 2)
      throw new Error(`${file} has ${parts.length - 1} times "${snippet}", and ${name} needs it once`);
    return [url.href, parts.join(replacement)];
  });
  register('./hook.mjs', import.meta.url, { data: sources });
}
