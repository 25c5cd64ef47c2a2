// Files on disk: written as a stream, with their sizes and sums, under names that nobody chooses, in a directory of their own.
import { createHash, randomUUID, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream, type ReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { NoRoom, Place } from './room.ts';

export type Stored = {
  readonly storedAs: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly md5: string;
};

export type WrittenFile =
  | { readonly kind: 'whole'; readonly stored: Stored }
  /** There was no room for its bytes: nothing is kept. */
  | { readonly kind: 'refused'; readonly why: NoRoom }
  /** Its source failed: this came before. */
  | { readonly kind: 'truncated'; readonly stored: Stored; readonly error: unknown };

export type Disk = {
  /** Rejects where the disk fails; nothing is kept then. */
  write(source: AsyncIterable<Uint8Array>, place: Pick<Place, 'take'>): Promise<WrittenFile>;
  /** The bytes from first to last, both included. */
  read(storedAs: string, first: number, last: number): ReadStream;
  remove(storedAs: string): Promise<void>;
  /** Names of our files that have lain here since before the moment. */
  olderThan(ms: number): Promise<string[]>;
};

/** Whatever else lies in the directory that operators name is theirs: files of ours have a directory, and names, of their own. */
export const ourDirectory = 'chargestream-station-files';
const ourName = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\.part)?$/;
const unfinished = '.part';

export async function openDisk(parent: string): Promise<Disk> {
  const directory = join(parent, ourDirectory);
  await mkdir(directory, { recursive: true });
  const pathOf = (name: string): string => join(directory, name);
  await moveIn(parent, pathOf);
  return {
    write: (source, place) => write(source, place, pathOf),
    // An empty file has no last byte.
    read: (storedAs, first, last) =>
      createReadStream(pathOf(storedAs), last < first ? { start: 0, end: 0 } : { start: first, end: last }),
    remove: (storedAs) => rm(pathOf(storedAs), { force: true }),
    async olderThan(ms) {
      const names = (await readdir(directory)).filter((name) => ourName.test(name));
      const ages = names.map(async (name) => ({ name, at: await modifiedAt(pathOf(name)) }));
      return (await Promise.all(ages)).filter(({ at }) => at < ms).map(({ name }) => name);
    },
  };
}

/** Files lay beside our directory once. Another instance may move them at the same time. */
async function moveIn(parent: string, pathOf: (name: string) => string): Promise<void> {
  const names = (await readdir(parent)).filter((name) => ourName.test(name));
  await Promise.all(names.map((name) => rename(join(parent, name), pathOf(name)).catch(() => {})));
}

async function write(
  source: AsyncIterable<Uint8Array>,
  place: Pick<Place, 'take'>,
  pathOf: (name: string) => string,
): Promise<WrittenFile> {
  const storedAs = randomUUID();
  const part = pathOf(storedAs + unfinished);
  const sums = { sha256: createHash('sha256'), md5: createHash('md5') };
  const measures: Measures = { place, bytes: 0, sums, refused: undefined, broken: undefined };
  try {
    await pipeline(measured(source, measures), createWriteStream(part, { flush: true }));
    const { bytes, refused, broken } = measures;
    if (refused !== undefined) {
      await rm(part, { force: true });
      return { kind: 'refused', why: refused };
    }
    await rename(part, pathOf(storedAs));
    const stored = { storedAs, bytes, sha256: sums.sha256.digest('hex'), md5: sums.md5.digest('hex') };
    return broken === undefined ? { kind: 'whole', stored } : { kind: 'truncated', stored, error: broken.error };
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

type Measures = {
  readonly place: Pick<Place, 'take'>;
  readonly sums: Readonly<Record<string, Hash>>;
  bytes: number;
  refused: NoRoom | undefined;
  broken: { readonly error: unknown } | undefined;
};

/** Ends early, and says so, where there is no room or the source fails: what was counted is what is on disk then. */
async function* measured(source: AsyncIterable<Uint8Array>, measures: Measures): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of source) {
      measures.refused = measures.place.take(chunk.length);
      if (measures.refused !== undefined) return;
      measures.bytes += chunk.length;
      for (const sum of Object.values(measures.sums)) sum.update(chunk);
      yield chunk;
    }
  } catch (error) {
    measures.broken = { error };
  }
}

/** What went away meanwhile is of no age. */
async function modifiedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.MAX_SAFE_INTEGER,
  );
}
