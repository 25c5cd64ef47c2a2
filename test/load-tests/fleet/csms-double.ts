// A small OCPP platform for the fleet's tests: answers by rule, keeps every call, and refuses to accept invalid OCPP.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { guardOf, type OcppVersion } from '#contracts/ocpp';

export type ReceivedCall = {
  readonly stationId: string;
  readonly connection: number;
  readonly id: string;
  readonly action: string;
  readonly payload: Readonly<Record<string, unknown>>;
};

/** What to do with a call: answer it, refuse it, keep silent, or break the connection without an answer. */
export type Reaction = { result: object } | { error: string } | 'silence' | 'cut';

export type Rule = (call: ReceivedCall, version: OcppVersion) => Reaction | undefined;

type Peer = {
  readonly stationId: string;
  readonly version: OcppVersion;
  readonly socket: Socket;
  readonly connection: number;
};

export const opcodeText = 1;
const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const versions: Readonly<Record<string, OcppVersion>> = {
  'ocpp1.6': '1.6',
  'ocpp2.0.1': '2.0.1',
  'ocpp2.1': '2.1',
};

export class CsmsDouble {
  readonly calls: ReceivedCall[] = [];
  /** 2.1: what nobody answers. */
  readonly sends: Pick<ReceivedCall, 'action' | 'payload'>[] = [];
  /** Schema violations of anything that a station sent; a test that ends with one has failed. */
  readonly violations: string[] = [];
  readonly authorizations: string[] = [];
  /** What each upgrade named. */
  readonly subprotocols: (string | undefined)[] = [];
  pongs = 0;
  readonly #server: Server;
  readonly #peers = new Map<string, Peer>();
  readonly #sockets = new Set<Duplex>();
  readonly #pending = new Map<string, { action: string; settle: (answer: unknown) => void }>();
  #rule: Rule;
  #refuses = 0;
  #connections = 0;
  #transactions = 0;
  #lastCall = 0;
  #isClosed = false;

  constructor(rule: Rule = () => undefined) {
    this.#rule = rule;
    this.#server = createServer((_, response) => response.writeHead(426).end());
    this.#server.on('upgrade', (request, socket) => this.#upgrade(request, socket as Socket));
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ocpp`;
  }

  get connections(): number {
    return this.#connections;
  }

  listen(): Promise<this> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => resolve(this));
    });
  }

  /** From now on this decides; undefined falls back to the friendly answers. */
  follow(rule: Rule): void {
    this.#rule = rule;
  }

  /** The next so many upgrades get 503. */
  refuseUpgrades(count: number): void {
    this.#refuses = count;
  }

  cut(stationId: string): void {
    this.#peers.get(stationId)?.socket.destroy();
  }

  actions(stationId?: string): string[] {
    return this.calls
      .filter((call) => stationId === undefined || call.stationId === stationId)
      .map((call) => call.action);
  }

  of(action: string): ReceivedCall[] {
    return this.calls.filter((call) => call.action === action);
  }

  /** Calls a station; its answer, whole, validated where it is a result. */
  call(stationId: string, action: string, payload: object): Promise<unknown> {
    const id = `csms-${this.#lastCall++}`;
    return new Promise((settle) => {
      this.#pending.set(id, { action, settle });
      this.send(stationId, JSON.stringify([2, id, action, payload]));
    });
  }

  send(stationId: string, text: string): void {
    this.#peers.get(stationId)?.socket.write(serverFrame(opcodeText, Buffer.from(text)));
  }

  ping(stationId: string): void {
    this.#peers.get(stationId)?.socket.write(serverFrame(9, Buffer.from('?')));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #upgrade(request: IncomingMessage, socket: Socket): void {
    if (this.#isClosed) return void socket.destroy();
    if (this.#refuses > 0) {
      this.#refuses -= 1;
      socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n\r\n');
      return;
    }
    this.authorizations.push(request.headers.authorization ?? '');
    const subprotocol = request.headers['sec-websocket-protocol'];
    this.subprotocols.push(subprotocol);
    const stationId = decodeURIComponent(request.url?.split('/').at(-1) ?? '');
    const accept = createHash('sha1')
      .update(String(request.headers['sec-websocket-key']) + acceptSuffix)
      .digest('base64');
    const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    const named = subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`];
    socket.write([...head, `Sec-WebSocket-Accept: ${accept}`, ...named, '\r\n'].join('\r\n'));
    const peer: Peer = {
      stationId,
      version: versions[subprotocol ?? ''] ?? '1.6',
      socket,
      connection: ++this.#connections,
    };
    this.#peers.set(stationId, peer);
    this.#sockets.add(socket);
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (let frame = clientFrame(rest); frame !== undefined; frame = clientFrame(rest)) {
        rest = rest.subarray(frame.bytes);
        if (frame.opcode === opcodeText) this.#receive(peer, frame.payload.toString());
        if (frame.opcode === 10) this.pongs += 1;
        if (frame.opcode === 8) socket.end(serverFrame(8, frame.payload));
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #receive(peer: Peer, text: string): void {
    const frame = JSON.parse(text) as [number, string, string, Record<string, unknown>];
    const [type, id, action, payload] = frame;
    if (type === 6) {
      this.#check(peer.version, action, 'Request', payload);
      return void this.sends.push({ action, payload });
    }
    if (type !== 2) return this.#answered(peer, frame);
    this.#check(peer.version, action, 'Request', payload);
    const call: ReceivedCall = { stationId: peer.stationId, connection: peer.connection, id, action, payload };
    this.calls.push(call);
    const reaction = this.#rule(call, peer.version) ?? { result: this.friendly(action, peer.version) };
    if (reaction === 'silence') return;
    if (reaction === 'cut') return void peer.socket.destroy();
    const answer = 'result' in reaction ? [3, id, reaction.result] : [4, id, reaction.error, '', {}];
    peer.socket.write(serverFrame(opcodeText, Buffer.from(JSON.stringify(answer))));
  }

  #answered(peer: Peer, frame: readonly [number, string, ...unknown[]]): void {
    const open = this.#pending.get(frame[1]);
    if (open === undefined) return;
    this.#pending.delete(frame[1]);
    if (frame[0] === 3) this.#check(peer.version, open.action, 'Response', frame[2]);
    open.settle(frame);
  }

  #check(version: OcppVersion, action: string, part: 'Request' | 'Response', payload: unknown): void {
    const guard = guardOf(version, action, part);
    const violation = guard === undefined ? { path: '', message: 'unknown action' } : guard(payload);
    if (violation !== undefined) {
      this.violations.push(
        `${version} ${action}${part} ${violation.path} ${violation.message}: ${JSON.stringify(payload)}`,
      );
    }
  }

  /** The answer of a platform that agrees with everything. */
  friendly(action: string, version: OcppVersion): object {
    const now = new Date().toISOString();
    const info = { status: 'Accepted' };
    if (action === 'BootNotification') return { status: 'Accepted', currentTime: now, interval: 3600 };
    if (action === 'Heartbeat') return { currentTime: now };
    if (action === 'Authorize') return version === '1.6' ? { idTagInfo: info } : { idTokenInfo: info };
    if (action === 'StartTransaction') return { transactionId: ++this.#transactions, idTagInfo: info };
    return {};
  }
}

export function serverFrame(opcode: number, payload: Buffer, fin = true): Buffer {
  const first = (fin ? 0x80 : 0) | opcode;
  if (payload.length < 126) return Buffer.concat([Buffer.from([first, payload.length]), payload]);
  const head = Buffer.alloc(payload.length < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = head.length === 4 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(payload.length, 2);
  else head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}

/** The first whole client frame of the bytes, unmasked. */
export function clientFrame(bytes: Buffer): { opcode: number; payload: Buffer; bytes: number } | undefined {
  if (bytes.length < 6) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const lengthBytes = short < 126 ? 0 : short === 126 ? 2 : 8;
  if (bytes.length < 6 + lengthBytes) return undefined;
  const length =
    lengthBytes === 0 ? short : lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const start = 2 + lengthBytes + 4;
  if (bytes.length < start + length) return undefined;
  const mask = bytes.subarray(start - 4, start);
  const payload = Buffer.from(bytes.subarray(start, start + length));
  for (let index = 0; index < length; index++) payload[index] = payload.readUInt8(index) ^ mask.readUInt8(index % 4);
  return { opcode: bytes.readUInt8(0) & 0x0f, payload, bytes: start + length };
}
