// WebSocket frames as a client writes and reads them (RFC 6455, section 5): pure bytes, no socket.
import { isUtf8 } from 'node:buffer';

/** What a reader finds. A violation ends the connection with that close code. */
export type FrameSink = {
  message(text: string): void;
  ping(payload: Buffer): void;
  pong(): void;
  close(code: number): void;
  violation(code: number, why: string): void;
};

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export const messageBytesMax = 1024 * 1024;
export const controlBytesMax = 125;

const finBit = 0x80;
const maskBit = 0x80;
const maskBytes = 4;
/** RFC 6455, 7.1.5: the close frame had no code. */
const noStatusCode = 1005;

/** A text frame. The mask key is zero: allowed by the RFC, and the payload needs no second pass. */
export function encodeText(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  const frame = allocateFrame(opcodes.text, bytes);
  frame.write(text, frame.length - bytes);
  return frame;
}

/** A frame of any opcode; `fin` false begins or continues a fragmented message. */
export function encodeFrame(opcode: number, payload: Uint8Array, fin = true): Buffer {
  const frame = allocateFrame(opcode, payload.length);
  if (!fin) frame[0] = opcode;
  frame.set(payload, frame.length - payload.length);
  return frame;
}

export function encodeClose(code: number): Buffer {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return encodeFrame(opcodes.close, payload);
}

function allocateFrame(opcode: number, payloadBytes: number): Buffer {
  const lengthBytes = payloadBytes < 126 ? 0 : payloadBytes < 65_536 ? 2 : 8;
  const frame = Buffer.allocUnsafe(2 + lengthBytes + maskBytes + payloadBytes);
  frame[0] = finBit | opcode;
  if (lengthBytes === 0) frame[1] = maskBit | payloadBytes;
  if (lengthBytes === 2) {
    frame[1] = maskBit | 126;
    frame.writeUInt16BE(payloadBytes, 2);
  }
  if (lengthBytes === 8) {
    frame[1] = maskBit | 127;
    frame.writeBigUInt64BE(BigInt(payloadBytes), 2);
  }
  return frame.fill(0, 2 + lengthBytes, 2 + lengthBytes + maskBytes);
}

/** Reads a server's frames from chunks of any size. Chunks may be reused after push(): what is kept is copied. */
export class FrameReader {
  #rest: Buffer | undefined;
  #fragments: Buffer[] | undefined;
  #fragmentBytes = 0;
  #ended = false;

  push(chunk: Buffer, sink: FrameSink): void {
    const data = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    let offset = 0;
    while (!this.#ended && offset < data.length) {
      const consumed = this.#readFrame(data, offset, sink);
      if (consumed === 0) {
        this.#rest = Buffer.from(data.subarray(offset));
        return;
      }
      offset += consumed;
    }
  }

  /** Bytes of the frame at the offset once it was handed on; 0 where it is not complete yet. */
  #readFrame(data: Buffer, offset: number, sink: FrameSink): number {
    if (data.length - offset < 2) return 0;
    const first = data.readUInt8(offset);
    const second = data.readUInt8(offset + 1);
    const short = second & 0x7f;
    const headBytes = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (data.length - offset < headBytes) return 0;
    const fault = headFault(first, second);
    if (fault !== undefined) return this.#fail(sink, 1002, fault);
    const bytes =
      short < 126 ? short : short === 126 ? data.readUInt16BE(offset + 2) : Number(data.readBigUInt64BE(offset + 2));
    if (bytes + this.#fragmentBytes > messageBytesMax) return this.#fail(sink, 1009, 'message too long');
    if (data.length - offset < headBytes + bytes) return 0;
    const payload = data.subarray(offset + headBytes, offset + headBytes + bytes);
    this.#accept(first, payload, sink);
    return headBytes + bytes;
  }

  #accept(first: number, payload: Buffer, sink: FrameSink): void {
    const opcode = first & 0x0f;
    if (opcode === opcodes.ping) return sink.ping(Buffer.from(payload));
    if (opcode === opcodes.pong) return sink.pong();
    if (opcode === opcodes.close) return this.#close(payload, sink);
    if (opcode === opcodes.binary) return void this.#fail(sink, 1003, 'binary frame');
    if ((opcode === opcodes.continuation) !== (this.#fragments !== undefined)) {
      return void this.#fail(sink, 1002, 'continuation out of place');
    }
    const fin = (first & finBit) !== 0;
    if (fin && this.#fragments === undefined) return this.#deliver(payload, sink);
    this.#fragments ??= [];
    this.#fragments.push(Buffer.from(payload));
    this.#fragmentBytes += payload.length;
    if (!fin) return;
    const whole = Buffer.concat(this.#fragments);
    this.#fragments = undefined;
    this.#fragmentBytes = 0;
    this.#deliver(whole, sink);
  }

  #deliver(payload: Buffer, sink: FrameSink): void {
    if (!isUtf8(payload)) return void this.#fail(sink, 1007, 'text is not UTF-8');
    sink.message(payload.toString('utf8'));
  }

  #close(payload: Buffer, sink: FrameSink): void {
    this.#ended = true;
    if (payload.length === 1) return sink.violation(1002, 'close code cut off');
    sink.close(payload.length === 0 ? noStatusCode : payload.readUInt16BE(0));
  }

  #fail(sink: FrameSink, code: number, why: string): number {
    this.#ended = true;
    sink.violation(code, why);
    return 1;
  }
}

const knownOpcodes: ReadonlySet<number> = new Set(Object.values(opcodes));

function headFault(first: number, second: number): string | undefined {
  const opcode = first & 0x0f;
  if ((first & 0x70) !== 0) return 'reserved bit without an extension';
  if (!knownOpcodes.has(opcode)) return 'unknown opcode';
  if ((second & maskBit) !== 0) return 'masked frame from a server';
  if (opcode >= opcodes.close && (second & 0x7f) > controlBytesMax) return 'control frame too long';
  if (opcode >= opcodes.close && (first & finBit) === 0) return 'fragmented control frame';
  return undefined;
}
