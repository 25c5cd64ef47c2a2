// Files on disk: written as a stream, with their sizes and sums, under names that nobody chooses.
import { createHash, randomUUID, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream, type ReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

export type Stored = {
  readonly storedAs: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly md5: string;
};

/** Undefined of a write: there were more bytes than allowed, and nothing is kept. */
export type Disk = {
  write(source: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Stored | undefined>;
  /** The bytes from first to last, both included. */
  read(storedAs: string, first: number, last: number): ReadStream;
  remove(storedAs: string): Promise<void>;
  /** Names of what has lain here since before the moment. */
  olderThan(ms: number): Promise<string[]>;
};

class TooLarge extends Error {}

const unfinished = '.part';

export async function openDisk(directory: string): Promise<Disk> {
  await mkdir(directory, { recursive: true });
  const pathOf = (name: string): string => join(directory, name);
  return {
    async write(source, bytesMax) {
      const storedAs = randomUUID();
      const part = pathOf(storedAs + unfinished);
      const sums = { sha256: createHash('sha256'), md5: createHash('md5') };
      const counted = { bytes: 0 };
      try {
        await pipeline(measured(source, { bytesMax, counted, sums }), createWriteStream(part, { flush: true }));
        await rename(part, pathOf(storedAs));
      } catch (error) {
        await rm(part, { force: true });
        if (error instanceof TooLarge) return undefined;
        throw error;
      }
      const { sha256, md5 } = sums;
      return { storedAs, bytes: counted.bytes, sha256: sha256.digest('hex'), md5: md5.digest('hex') };
    },
    // An empty file has no last byte.
    read: (storedAs, first, last) =>
      createReadStream(pathOf(storedAs), last < first ? { start: 0, end: 0 } : { start: first, end: last }),
    remove: (storedAs) => rm(pathOf(storedAs), { force: true }),
    async olderThan(ms) {
      const ages = (await readdir(directory)).map(async (name) => ({ name, at: await modifiedAt(pathOf(name)) }));
      return (await Promise.all(ages)).filter(({ at }) => at < ms).map(({ name }) => name);
    },
  };
}

type Measures = {
  readonly bytesMax: number;
  readonly counted: { bytes: number };
  readonly sums: Readonly<Record<string, Hash>>;
};

async function* measured(source: AsyncIterable<Uint8Array>, { bytesMax, counted, sums }: Measures) {
  for await (const chunk of source) {
    counted.bytes += chunk.length;
    if (counted.bytes > bytesMax) throw new TooLarge();
    for (const sum of Object.values(sums)) sum.update(chunk);
    yield chunk;
  }
}

/** What went away meanwhile is of no age. */
async function modifiedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.MAX_SAFE_INTEGER,
  );
}
