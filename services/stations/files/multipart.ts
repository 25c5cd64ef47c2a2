// The file in a multipart/form-data upload (RFC 7578), as a stream: stations that POST send their log as a browser would.

const headBytesMax = 8 * 1024;
const lineEnd = Buffer.from('\r\n');
const headEnd = Buffer.from('\r\n\r\n');

export class NotMultipart extends Error {}

export type FilePart = { readonly name: string | undefined; readonly content: AsyncIterable<Uint8Array> };

/** Of a Content-Type header; undefined where it is no multipart. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType ?? '') ?? [];
  return quoted ?? plain;
}

/** The first part that is a file. Throws NotMultipart where there is none, or where the body ends within it. */
export async function filePartOf(source: AsyncIterable<Uint8Array>, boundary: string): Promise<FilePart> {
  const reader = new Reader(source);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first delimiter may stand at the very start, without a line end before it.
  reader.prepend(lineEnd);
  for (;;) {
    await reader.skipTo(delimiter);
    const head = await reader.take(headEnd);
    if (head.startsWith('--')) throw new NotMultipart('there is no file in it');
    const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? '';
    const filename = /filename="?([^";\r\n]*)"?/i.exec(disposition)?.[1];
    if (filename !== undefined)
      return { name: filename === '' ? undefined : filename, content: reader.upTo(delimiter) };
    // An empty part ends with the line end that its head ends with.
    reader.prepend(lineEnd);
  }
}

class Reader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  prepend(bytes: Buffer): void {
    this.#held = Buffer.concat([bytes, this.#held]);
  }

  async skipTo(mark: Buffer): Promise<void> {
    for await (const chunk of this.upTo(mark)) void chunk;
  }

  /** A text that ends before the mark; it is short, and so is what may stand after the last delimiter. */
  async take(mark: Buffer): Promise<string> {
    for (;;) {
      const at = this.#held.indexOf(mark);
      if (at >= 0) return this.#cut(at, mark.length).toString('utf8');
      if (this.#held.subarray(0, 2).toString() === '--') return '--';
      if (this.#held.length > headBytesMax) throw new NotMultipart('the head of a part is too long');
      await this.#more();
    }
  }

  /** What stands before the mark, as it comes; the mark is taken, too. */
  async *upTo(mark: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const at = this.#held.indexOf(mark);
      if (at >= 0) {
        yield this.#cut(at, mark.length);
        return;
      }
      // The mark may begin in what is held and end in what comes.
      const sure = this.#held.length - mark.length + 1;
      if (sure > 0) yield this.#cut(sure, 0);
      await this.#more();
    }
  }

  #cut(at: number, skipped: number): Buffer {
    const before = this.#held.subarray(0, at);
    this.#held = this.#held.subarray(at + skipped);
    return before;
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#chunks.next();
    if (done === true) throw new NotMultipart('it ends too early');
    this.#held = Buffer.concat([this.#held, value]);
  }
}
