// The body of a request: decoded, read in parts, bounded where it must be held whole.
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { ClickHouseException } from '#infra/local/clickhouse-http/exception';
import { statementBytesMax } from '#infra/local/clickhouse-http/limits';

/** Reads on from where the last call ended. */
export type Body = {
  /** At least so many bytes, fewer only at the end. */
  readHead(bytes: number): Promise<Buffer>;
  /** What is left, chunk by chunk. */
  rest(): AsyncGenerator<Uint8Array>;
  /** What is left, held whole. Throws code 229 above the bound of a statement. */
  readRest(): Promise<Buffer>;
};

const decoders = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress } as const;

/** Throws code 48 for an encoding that this Node cannot read; reading throws 354 where the bytes are not in it. */
export function openBody(request: IncomingMessage): Body {
  const source = decoded(request)[Symbol.asyncIterator]();
  const read = async (): Promise<Buffer | undefined> => {
    const { done, value } = await source.next().catch((error: unknown) => Promise.reject(unreadable(error, request)));
    return done === true ? undefined : (value as Buffer);
  };
  const readUpTo = async (isEnough: (bytes: number) => boolean): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    while (!isEnough(bytes)) {
      const chunk = await read();
      if (chunk === undefined) break;
      chunks.push(chunk);
      bytes += chunk.length;
    }
    return chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
  };
  return {
    readHead: (bytes) => readUpTo((read) => read >= bytes),
    readRest: () =>
      readUpTo((bytes) => {
        if (bytes > statementBytesMax)
          throw new ClickHouseException(
            229,
            'QUERY_IS_TOO_LARGE',
            `A statement is bounded to ${statementBytesMax} bytes`,
          );
        return false;
      }),
    async *rest() {
      for (let chunk = await read(); chunk !== undefined; chunk = await read()) yield chunk;
    },
  };
}

function decoded(request: IncomingMessage): AsyncIterable<unknown> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return request;
  if (!(encoding in decoders)) {
    throw new ClickHouseException(
      48,
      'NOT_IMPLEMENTED',
      `Content-Encoding ${encoding} is not supported by the embedded ClickHouse; use gzip, deflate or br`,
    );
  }
  const decoder = decoders[encoding as keyof typeof decoders]();
  return pipeline(request, decoder, () => {});
}

function unreadable(error: unknown, request: IncomingMessage): ClickHouseException {
  const why = error instanceof Error ? error.message : String(error);
  if (request.destroyed && !request.complete)
    return new ClickHouseException(210, 'NETWORK_ERROR', 'The client left before its request was complete');
  return new ClickHouseException(354, 'ZLIB_INFLATE_FAILED', `The body cannot be decompressed: ${why}`);
}
