// The answer to one request: headers of the real server, whole or streamed, and errors before, at or after its start.
import type { ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { type Gzip, createGzip, gzip } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import type { Engine } from '#infra/local/clickhouse-http/engine';
import { type ClickHouseException, statusOf } from '#infra/local/clickhouse-http/exception';
import { contentTypeOf } from '#infra/local/clickhouse-http/formats';
import { sendTimeoutMs } from '#infra/local/clickhouse-http/limits';

export type Summary = {
  readonly readRows: number;
  readonly readBytes: number;
  readonly writtenRows: number;
  readonly elapsedS: number;
};

const exceptionBytesMax = 16 * 1024;
const gzipLevel = 3;
const gzipWhole = promisify(gzip);

export class Answer {
  readonly #response: ServerResponse;
  readonly #engine: Engine;
  // Tells an exception inside a result from data that look like one (X-ClickHouse-Exception-Tag).
  readonly #tag = randomBytes(8).toString('hex');
  #compress = false;
  #last: (() => void) | undefined;
  #sink: ServerResponse | Gzip;

  constructor(response: ServerResponse, engine: Engine) {
    this.#response = response;
    this.#sink = response;
    this.#engine = engine;
    response.setHeader('X-ClickHouse-Server-Display-Name', engine.displayName);
    response.setHeader('X-ClickHouse-Timezone', engine.timezone);
    response.setHeader('X-ClickHouse-Exception-Tag', this.#tag);
  }

  /** True when the client left before the end. */
  get isGone(): boolean {
    return this.#response.destroyed && !this.#response.writableFinished;
  }

  get hasBegun(): boolean {
    return this.#response.headersSent;
  }

  about(queryId: string, encoding: 'gzip' | undefined): void {
    // A header takes no line breaks, and the id is the client's.
    this.#response.setHeader('X-ClickHouse-Query-Id', queryId.replaceAll(/[^\x20-\x7e]/g, '?'));
    this.#compress = encoding === 'gzip';
  }

  /** Calls back once when the client leaves before the end. */
  onGone(callback: () => void): void {
    this.#response.once('close', () => {
      if (!this.#response.writableFinished) callback();
    });
  }

  /** A whole result. */
  async whole(bytes: Uint8Array, format: string | undefined, summary: Summary): Promise<void> {
    this.#describe(format, summary);
    const body = this.#compress && bytes.length > 0 ? await gzipWhole(bytes, { level: gzipLevel }) : bytes;
    if (body !== bytes) this.#response.setHeader('Content-Encoding', 'gzip');
    this.#response.setHeader('Content-Length', body.length);
    this.#last = () => this.#response.end(body);
  }

  /** Starts a streamed result. */
  begin(format: string): void {
    this.#describe(format, { readRows: 0, readBytes: 0, writtenRows: 0, elapsedS: 0 });
    if (!this.#compress) return;
    this.#response.setHeader('Content-Encoding', 'gzip');
    const compressor = createGzip({ level: gzipLevel });
    this.#response.once('close', () => compressor.destroy());
    compressor.on('error', () => this.#response.destroy());
    compressor.pipe(this.#response);
    this.#sink = compressor;
  }

  /** Resolves when there is room for more; cuts off a client that takes nothing for sendTimeoutMs. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.isGone || this.#sink.write(chunk)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.#response.destroy(), sendTimeoutMs);
      const done = (): void => {
        clearTimeout(timer);
        this.#sink.off('drain', done);
        this.#response.off('close', done);
        resolve();
      };
      this.#sink.once('drain', done);
      this.#response.once('close', done);
      if (this.isGone) done();
    });
  }

  /** A streamed result is whole. */
  end(): void {
    this.#last = () => this.#sink.end();
  }

  /**
   * Sends the end, whatever it is. Apart from the rest, since a client may send its next request at once: by then its
   * session must be free.
   */
  complete(): void {
    this.#last?.();
  }

  /** Ends with an error: by its status while nothing was sent, else inside the result, where clients look for it. */
  fail(exception: ClickHouseException): void {
    if (this.isGone) return;
    const text = Buffer.from(exception.text(this.#engine.version)).subarray(0, exceptionBytesMax);
    if (this.hasBegun || this.#sink !== this.#response) {
      this.#last = () => this.#sink.end(this.#trailer(text));
      return;
    }
    this.#response.statusCode = statusOf(exception);
    this.#response.setHeader('X-ClickHouse-Exception-Code', exception.code);
    this.#response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
    this.#response.setHeader('Content-Length', text.length);
    this.#last = () => this.#response.end(text);
  }

  // One write, since clients look for all of it in the last chunk. The length counts its line break.
  #trailer(text: Buffer): Buffer {
    const message = text.at(-1) === 0x0a ? text : Buffer.concat([text, Buffer.from('\n')]);
    const mark = '__exception__';
    return Buffer.concat([
      Buffer.from(`\r\n${mark}\r\n${this.#tag}\r\n`),
      message,
      Buffer.from(`${message.length} ${this.#tag}\r\n${mark}\r\n`),
    ]);
  }

  #describe(format: string | undefined, summary: Summary): void {
    const { readRows, readBytes, writtenRows, elapsedS } = summary;
    this.#response.setHeader(
      'X-ClickHouse-Summary',
      JSON.stringify({
        read_rows: String(readRows),
        read_bytes: String(readBytes),
        written_rows: String(writtenRows),
        written_bytes: String(writtenRows === 0 ? 0 : readBytes),
        total_rows_to_read: '0',
        result_rows: String(writtenRows),
        result_bytes: String(writtenRows === 0 ? 0 : readBytes),
        elapsed_ns: String(Math.round(elapsedS * 1e9)),
      }),
    );
    this.#response.setHeader(
      'Content-Type',
      format === undefined ? 'text/plain; charset=UTF-8' : contentTypeOf(format),
    );
    if (format !== undefined) this.#response.setHeader('X-ClickHouse-Format', format);
  }
}
