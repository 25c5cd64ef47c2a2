// A body that is read twice without being in memory: once to find every fault, once to write. It lies in a file without a name.
import { randomUUID } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Spool = {
  /** The body from its start. */
  read(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
};

const chunkBytes = 256 * 1024;

/** Undefined of a body with more bytes than allowed. What a crash leaves has no name: it goes with the process. */
export async function spool(body: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Spool | undefined> {
  const path = join(tmpdir(), `chargestream-import-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  try {
    await rm(path);
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > bytesMax) {
        await file.close();
        return undefined;
      }
      await file.write(chunk);
    }
  } catch (error) {
    await file.close();
    throw error;
  }
  return { read: () => chunksOf(file), close: () => file.close() };
}

async function* chunksOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let position = 0; ;) {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(chunkBytes), position });
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
