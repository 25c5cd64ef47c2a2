// Insert bodies as files: the engine reads them whole and binary-safe, and all of them together have a bound.
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClickHouseException } from '#infra/local/clickhouse-http/exception';
import { insertBytesMax, spoolBytesMax } from '#infra/local/clickhouse-http/limits';

export type SpooledBody = {
  readonly path: string;
  readonly sizeBytes: number;
  /** Removes the file and gives its bytes back. */
  remove(): Promise<void>;
};

export type Spool = {
  /** Writes all chunks to a file. Throws code 307 or 241 where the bounds are met; then nothing is left. */
  write(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<SpooledBody>;
};

const writeBytes = 1024 * 1024;

export function createSpool(dir: string): Spool {
  let heldBytes = 0;
  let count = 0;

  const reserve = (bytes: number, bodyBytes: number): void => {
    if (bodyBytes > insertBytesMax)
      throw new ClickHouseException(
        307,
        'TOO_MANY_BYTES',
        `The data of one INSERT are bounded to ${insertBytesMax} bytes here; send them in parts`,
      );
    if (heldBytes + bytes > spoolBytesMax)
      throw new ClickHouseException(
        241,
        'MEMORY_LIMIT_EXCEEDED',
        `The INSERTs under way hold ${spoolBytesMax} bytes, which is the bound; try again`,
      );
    heldBytes += bytes;
  };

  return {
    async write(chunks) {
      count += 1;
      const path = join(dir, `insert-${count}`);
      const file = await open(path, 'wx', 0o600);
      let sizeBytes = 0;
      const remove = async (): Promise<void> => {
        heldBytes -= sizeBytes;
        await rm(path, { force: true });
      };
      try {
        for await (const part of parts(chunks)) {
          reserve(part.bytes, sizeBytes + part.bytes);
          sizeBytes += part.bytes;
          await writeAll(file, part);
        }
        await file.close();
        return { path, sizeBytes, remove };
      } catch (error) {
        await file.close();
        await remove();
        throw error;
      }
    },
  };
}

type Part = { readonly chunks: readonly Uint8Array[]; readonly bytes: number };

// One write per megabyte, not one per chunk of the socket.
async function* parts(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Part> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes < writeBytes) continue;
    yield { chunks: held, bytes };
    held = [];
    bytes = 0;
  }
  if (bytes > 0) yield { chunks: held, bytes };
}

async function writeAll(file: FileHandle, part: Part): Promise<void> {
  const { bytesWritten } = await file.writev(part.chunks);
  // A short write to a file has one reason.
  if (bytesWritten !== part.bytes)
    throw new ClickHouseException(243, 'NOT_ENOUGH_SPACE', 'There is no space for the data of the INSERT');
}
