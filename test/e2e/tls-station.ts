// A station on a real TLS socket: it says which versions, suites and certificates it has, and hears what comes of it.
import { randomBytes } from 'node:crypto';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { encodeClose, encodeText, FrameReader } from '#load-tests/fleet/ws-frames';

export type TlsStationOptions = {
  readonly port: number;
  readonly stationId: string;
  readonly tls: ConnectionOptions;
  readonly password?: string | undefined;
  readonly subprotocol?: string;
  /** Header lines as the station would write them. */
  readonly headers?: readonly string[];
};

export type TlsStation = {
  readonly protocol: string;
  readonly cipher: string;
  /** ec or rsa: the key of the certificate that the server showed. */
  readonly serverKey: string;
  ask(text: string): Promise<string>;
  send(text: string): void;
  /** What it hears next, or heard and nobody took. */
  next(): Promise<string>;
  /** The close code, once it is closed; 1006 where there was none. */
  readonly closed: Promise<number>;
  close(): void;
};

const timeoutMs = 10_000;

/** Rejects with `refused with <status>` where the upgrade is refused, with TLS's words where it does not come so far. */
export async function tlsStation(options: TlsStationOptions): Promise<TlsStation> {
  const socket = connect({ host: '127.0.0.1', port: options.port, servername: 'localhost', ...options.tls });
  const wire = new Wire(socket);
  await wire.upgraded(requestOf(options));
  const peer = socket.getPeerCertificate();
  return {
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    serverKey: peer.asn1Curve === undefined ? 'rsa' : 'ec',
    ask: (text) => wire.ask(text),
    send: (text) => wire.send(text),
    next: () => wire.next(),
    closed: wire.closed,
    close: () => wire.shut(),
  };
}

function requestOf({ port, stationId, password, subprotocol = 'ocpp1.6', headers = [] }: TlsStationOptions): string {
  const basic = Buffer.from(`${stationId}:${password ?? ''}`).toString('base64');
  return [
    `GET /ocpp/${stationId} HTTP/1.1`,
    `Host: localhost:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Protocol: ${subprotocol}`,
    ...(password === undefined ? [] : [`Authorization: Basic ${basic}`]),
    ...headers,
    '\r\n',
  ].join('\r\n');
}

class Wire {
  readonly closed: Promise<number>;
  readonly #socket: TLSSocket;
  readonly #heard: string[] = [];
  readonly #waiting: ((text: string) => void)[] = [];
  #code = 1006;
  #head = Buffer.alloc(0);
  #reader: FrameReader | undefined;
  #onUpgrade: (outcome: Error | undefined) => void = () => undefined;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve(this.#code)));
    socket.setTimeout(timeoutMs * 6, () => socket.destroy(new Error('silent for too long')));
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.#onUpgrade(error));
    socket.on('close', () => this.#onUpgrade(new Error('closed before it was upgraded')));
  }

  upgraded(request: string): Promise<void> {
    this.#socket.once('secureConnect', () => this.#socket.write(request));
    return new Promise((resolve, reject) => {
      this.#onUpgrade = (error) => (error === undefined ? resolve() : reject(error));
    });
  }

  ask(text: string): Promise<string> {
    this.send(text);
    return this.next();
  }

  send(text: string): void {
    this.#socket.write(encodeText(text));
  }

  next(): Promise<string> {
    const known = this.#heard.shift();
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('nothing came back')), timeoutMs);
      this.#waiting.push((answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
  }

  shut(): void {
    this.#socket.end(encodeClose(1000));
  }

  #read(chunk: Buffer): void {
    if (this.#reader !== undefined) {
      this.#reader.push(chunk, this);
      return;
    }
    this.#head = Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const status = this.#head.toString('latin1').split(' ')[1] ?? '';
    if (status !== '101') {
      this.#onUpgrade(new Error(`refused with ${status}`));
      this.#socket.destroy();
      return;
    }
    this.#reader = new FrameReader();
    this.#onUpgrade(undefined);
    this.#reader.push(this.#head.subarray(end + 4), this);
  }

  message(text: string): void {
    const waiter = this.#waiting.shift();
    if (waiter === undefined) this.#heard.push(text);
    else waiter(text);
  }

  ping(): void {}

  pong(): void {}

  close(code: number): void {
    this.#code = code;
    this.#socket.end(encodeClose(code));
  }

  violation(code: number): void {
    this.close(code);
  }
}
