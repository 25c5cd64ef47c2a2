// A link: a small TCP proxy on loopback that can be slow, stall in one direction, or be cut, and heals again.
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Random } from '#load-tests/fleet/random';

/** `up` is from who connects towards the target, `down` the way back. */
export type Direction = 'up' | 'down';

export type Link = {
  readonly port: number;
  /** Every chunk is late by delayMs and up to jitterMs more; the order stays. */
  slow(delayMs: number, jitterMs: number): void;
  /** Nothing passes in these directions until heal(), as where packets are lost: what was sent comes later. */
  stall(...directions: readonly Direction[]): void;
  /** Resets every connection, and refuses new ones until heal(). */
  cut(): void;
  heal(): void;
  close(): Promise<void>;
};

export type LinkOptions = {
  readonly targetPort: number;
  /** Draws the jitter. */
  readonly random: Random;
  /** 0, the default: any free one. */
  readonly port?: number;
};

type Weather = {
  delayMs: number;
  jitterMs: number;
  isCut: boolean;
  readonly stalled: Set<Direction>;
};

/** A chunk on its way; null is the end of the stream. */
type Chunk = { readonly dueAtMs: number; readonly bytes: Buffer | null };

const host = '127.0.0.1';
const queuedBytesMax = 1024 * 1024;

/** Opens the proxy; the target need not stand yet. */
export async function openLink({ targetPort, random, port = 0 }: LinkOptions): Promise<Link> {
  const weather: Weather = { delayMs: 0, jitterMs: 0, isCut: false, stalled: new Set() };
  const sockets = new Set<Socket>();
  const pipes = new Set<Pipe>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    keep(sockets, client);
    if (weather.isCut) {
      client.resetAndDestroy();
      return;
    }
    const target = connect({ port: targetPort, host, allowHalfOpen: true });
    keep(sockets, target);
    for (const [from, to, direction] of [
      [client, target, 'up'],
      [target, client, 'down'],
    ] as const) {
      const pipe = new Pipe({ from, to, direction, weather, random });
      pipes.add(pipe);
      from.once('close', () => pipes.delete(pipe));
    }
  });
  await listen(server, port);
  const { port: bound } = server.address() as AddressInfo;
  return {
    port: bound,
    slow(delayMs, jitterMs) {
      weather.delayMs = delayMs;
      weather.jitterMs = jitterMs;
    },
    stall(...directions) {
      for (const direction of directions) weather.stalled.add(direction);
    },
    cut() {
      weather.isCut = true;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    heal() {
      weather.delayMs = 0;
      weather.jitterMs = 0;
      weather.isCut = false;
      weather.stalled.clear();
      for (const pipe of pipes) pipe.pump();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.once('close', () => sockets.delete(socket));
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
}

type PipeOptions = {
  readonly from: Socket;
  readonly to: Socket;
  readonly direction: Direction;
  readonly weather: Weather;
  readonly random: Random;
};

/** One direction of one connection: a queue of chunks, each with the moment from which it may pass. */
class Pipe {
  readonly #options: PipeOptions;
  readonly #chunks: Chunk[] = [];
  #queuedBytes = 0;
  #lastDueAtMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PipeOptions) {
    this.#options = options;
    const { from, to } = options;
    from.on('data', (bytes: Buffer) => this.#take(bytes));
    from.once('end', () => this.#take(null));
    // A connection that one side lost is lost for the other.
    from.once('close', () => this.#end(from.errored === null ? 'end' : 'reset'));
    to.on('drain', () => this.pump());
  }

  /** Lets pass what is due; called whenever that may have changed. */
  pump(): void {
    const { from, to, direction, weather } = this.#options;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (let first = this.#chunks[0]; first !== undefined; first = this.#chunks[0]) {
      if (weather.stalled.has(direction) || to.writableNeedDrain) return;
      const waitMs = first.dueAtMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.pump(), waitMs);
        return;
      }
      this.#chunks.shift();
      if (first.bytes === null) to.end();
      else {
        this.#queuedBytes -= first.bytes.length;
        to.write(first.bytes);
      }
    }
    if (this.#queuedBytes < queuedBytesMax) from.resume();
  }

  #take(bytes: Buffer | null): void {
    const { from, weather, random } = this.#options;
    const lateMs = weather.delayMs + random.next() * weather.jitterMs;
    this.#lastDueAtMs = Math.max(this.#lastDueAtMs, performance.now() + lateMs);
    this.#chunks.push({ dueAtMs: this.#lastDueAtMs, bytes });
    this.#queuedBytes += bytes?.length ?? 0;
    if (this.#queuedBytes >= queuedBytesMax) from.pause();
    this.pump();
  }

  #end(how: 'end' | 'reset'): void {
    const { to } = this.#options;
    if (how === 'end' && this.#chunks.length > 0) return;
    clearTimeout(this.#timer);
    this.#chunks.length = 0;
    if (how === 'reset') to.resetAndDestroy();
    else to.end();
  }
}
