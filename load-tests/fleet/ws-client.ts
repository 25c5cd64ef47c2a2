// A WebSocket client on a bare TCP socket: a few KB per connection, so that one process holds 18,000 stations.
import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import {
  FrameReader,
  encodeClose,
  encodeFrame,
  encodeText,
  opcodes,
  type FrameSink,
} from '#load-tests/fleet/ws-frames';

export type LinkOptions = {
  /** ws://host:port/path; the station's identity is already in it, percent-encoded. */
  readonly url: string;
  /** Undefined: the upgrade names none, as some makes do. */
  readonly subprotocol: string | undefined;
  readonly user: string;
  readonly password: string;
  /** Source address: one address has only some 28,000 ports towards one server. */
  readonly localAddress?: string | undefined;
  /** What becomes of a ping; by default it is answered. */
  readonly onPing?: 'ignore' | 'drop' | undefined;
};

/** How a link ended: the server refused the upgrade, the connection failed, or it was open and closed. */
export type LinkEnd =
  | { readonly kind: 'refused'; readonly status: number; readonly retryAfterSeconds: number }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'closed'; readonly code: number };

export type LinkEvents = { opened(): void; message(text: string): void; ended(end: LinkEnd): void };

const handshakeTimeoutMs = 30_000;
const handshakeBytesMax = 16 * 1024;
const closeTimeoutMs = 2000;
const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const abnormalCode = 1006;

// One read buffer for all sockets: it is read before the next socket fills it, and saves 64 KB per connection.
const readBuffer = Buffer.allocUnsafe(64 * 1024);

/** One connection, from connect to its end; `ended` is called exactly once. */
export class WsLink implements FrameSink {
  readonly #socket: Socket;
  readonly #events: LinkEvents;
  readonly #options: LinkOptions;
  readonly #key: string;
  #reader: FrameReader | undefined;
  #handshake: Buffer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #end: LinkEnd | undefined;
  #reported = false;

  constructor(options: LinkOptions, events: LinkEvents) {
    this.#options = options;
    this.#events = events;
    this.#key = randomBytes(16).toString('base64');
    const url = new URL(options.url);
    this.#socket = connect({
      host: url.hostname,
      port: Number(url.port === '' ? 80 : url.port),
      localAddress: options.localAddress,
      noDelay: true,
      onread: { buffer: readBuffer, callback: (bytes, buffer) => this.#read(buffer, bytes) },
    });
    this.#socket.once('connect', () => this.#socket.write(this.#request(url)));
    this.#socket.once('error', (error) => this.#broken(error.message));
    this.#socket.once('end', () => this.#socket.destroy());
    this.#socket.once('close', () => this.#closed());
    this.#timer = setTimeout(() => this.#fail('handshake timed out'), handshakeTimeoutMs);
  }

  get isOpen(): boolean {
    return this.#reader !== undefined && this.#end === undefined;
  }

  send(text: string): void {
    if (this.isOpen) this.#socket.write(encodeText(text));
  }

  /** A frame that was encoded before; its bytes must not change until it was answered. */
  sendFrame(frame: Uint8Array): void {
    if (this.isOpen) this.#socket.write(frame);
  }

  sendPing(): void {
    if (this.isOpen) this.#socket.write(encodeFrame(opcodes.ping, new Uint8Array(0)));
  }

  /** Says goodbye; a server that does not answer within 2 s is left. */
  shut(code: number): void {
    if (!this.isOpen) return this.#fail('closed before it was open');
    this.#socket.write(encodeClose(code));
    this.#ending({ kind: 'closed', code });
    this.#timer = setTimeout(() => this.#socket.destroy(), closeTimeoutMs);
  }

  /** Cuts the connection without a word, as a power failure does. */
  cut(): void {
    this.#ending({ kind: 'closed', code: abnormalCode });
    this.#socket.destroy();
  }

  message(text: string): void {
    if (this.#end === undefined) this.#events.message(text);
  }

  ping(payload: Buffer): void {
    if (this.#options.onPing === 'drop') return this.cut();
    if (this.isOpen && this.#options.onPing === undefined) this.#socket.write(encodeFrame(opcodes.pong, payload));
  }

  pong(): void {}

  close(code: number): void {
    if (this.isOpen) this.#socket.write(encodeClose(code === 1005 ? 1000 : code));
    this.#ending({ kind: 'closed', code });
    this.#socket.end();
  }

  violation(code: number): void {
    this.shut(code);
    this.#socket.end();
  }

  #request(url: URL): string {
    const credentials = Buffer.from(`${this.#options.user}:${this.#options.password}`).toString('base64');
    const { subprotocol } = this.#options;
    return [
      `GET ${url.pathname}${url.search} HTTP/1.1`,
      `Host: ${url.host}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${this.#key}`,
      'Sec-WebSocket-Version: 13',
      ...(subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
      `Authorization: Basic ${credentials}`,
      '\r\n',
    ].join('\r\n');
  }

  #read(buffer: Uint8Array, bytes: number): boolean {
    const chunk = Buffer.from(buffer.buffer, buffer.byteOffset, bytes);
    if (this.#reader !== undefined) this.#reader.push(chunk, this);
    else this.#readHandshake(chunk);
    return true;
  }

  #readHandshake(chunk: Buffer): void {
    const data = this.#handshake === undefined ? Buffer.from(chunk) : Buffer.concat([this.#handshake, chunk]);
    this.#handshake = data;
    const headEnd = data.indexOf('\r\n\r\n');
    if (headEnd < 0) {
      if (data.length > handshakeBytesMax) this.#fail('handshake too long');
      return;
    }
    this.#handshake = undefined;
    const head = data.toString('latin1', 0, headEnd);
    const refusal = refusalOf(head, this.#key, this.#options.subprotocol);
    if (refusal !== undefined) {
      this.#ending(refusal);
      this.#socket.destroy();
      return;
    }
    clearTimeout(this.#timer);
    this.#reader = new FrameReader();
    this.#events.opened();
    if (data.length > headEnd + 4) this.#reader.push(data.subarray(headEnd + 4), this);
  }

  #fail(why: string): void {
    this.#ending({ kind: 'failed', why });
    this.#socket.destroy();
  }

  #broken(why: string): void {
    this.#ending(this.#reader === undefined ? { kind: 'failed', why } : { kind: 'closed', code: abnormalCode });
  }

  /** The first cause counts; what follows is its echo. */
  #ending(end: LinkEnd): void {
    this.#end ??= end;
  }

  #closed(): void {
    clearTimeout(this.#timer);
    if (this.#reported) return;
    this.#reported = true;
    const opened = this.#reader !== undefined;
    // Kept, or a link that was cut would go on to say that it is open.
    this.#end ??= opened ? { kind: 'closed', code: abnormalCode } : { kind: 'failed', why: 'cut off' };
    this.#events.ended(this.#end);
  }
}

/** Why the answer to the upgrade is no; undefined where it is a yes to exactly what was asked. */
function refusalOf(head: string, key: string, subprotocol: string | undefined): LinkEnd | undefined {
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  if (status !== 101)
    return { kind: 'refused', status, retryAfterSeconds: Number(headerOf(head, 'retry-after') ?? 0) || 0 };
  const accept = createHash('sha1')
    .update(key + acceptSuffix)
    .digest('base64');
  if (headerOf(head, 'sec-websocket-accept') !== accept) return { kind: 'failed', why: 'wrong Sec-WebSocket-Accept' };
  if (subprotocol !== undefined && headerOf(head, 'sec-websocket-protocol') !== subprotocol)
    return { kind: 'failed', why: 'subprotocol not agreed' };
  if (headerOf(head, 'sec-websocket-extensions') !== undefined)
    return { kind: 'failed', why: 'extension not asked for' };
  return undefined;
}

function headerOf(head: string, name: string): string | undefined {
  const line = head.split('\r\n').find((each) => each.slice(0, name.length + 1).toLowerCase() === `${name}:`);
  return line?.slice(name.length + 1).trim();
}
