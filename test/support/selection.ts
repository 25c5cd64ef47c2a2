// Which test files a run means, and which parts they need: that stands in their names.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type PartName, partNames } from '#infra/local/part';

export type TestFile = {
  /** Relative to the checkout, with slashes. */
  readonly path: string;
  readonly needs: readonly PartName[];
  /** Files that start a whole platform have the parts to themselves. */
  readonly alone: boolean;
};

const suffix = '.test.ts';

/** Every test file below test/ whose path contains one of the words; all of them when there is no word. */
export function selectTests(root: string, words: readonly string[]): TestFile[] {
  const wanted = words.map((word) => word.replace(root, '').replace(/^(\.?\/)+/, ''));
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((file) => `test/${file.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith(suffix))
    .filter((path) => wanted.length === 0 || wanted.some((word) => path.includes(word)))
    .toSorted()
    .map((path) => ({ path, needs: partsOf(path), alone: isWholePlatform(path) }));
}

/** All of e2e; and where the conformance cases are played, beside what only counts them. */
function isWholePlatform(path: string): boolean {
  return path.startsWith('test/e2e/') || (path.startsWith('test/octt/') && partsOf(path).length > 0);
}

/** `x.test.ts` needs nothing, `x.kafka-postgres.test.ts` those two, `x.stack.test.ts` all. Throws on another word. */
export function partsOf(path: string): PartName[] {
  const name = path.slice(path.lastIndexOf('/') + 1, -suffix.length);
  const dot = name.lastIndexOf('.');
  if (dot < 0) return [];
  const named = name.slice(dot + 1);
  if (named === 'stack') return [...partNames];
  return named.split('-').map((word) => {
    const part = partNames.find((candidate) => candidate === word);
    if (part === undefined)
      throw new Error(`${path}: "${word}" is no part; known are ${partNames.join(', ')} and stack`);
    return part;
  });
}
