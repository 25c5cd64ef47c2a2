// A line to a server that a test can cut or freeze: a TCP proxy whose connections end, or carry nothing, until it is mended.
import { once } from 'node:events';
import net from 'node:net';

export type CuttableLine = {
  /** The given URL, through this line. */
  readonly url: string;
  cut(): void;
  /** Nothing passes any more, and nobody is told: as with a server that is stopped. */
  freeze(): void;
  mend(): void;
  close(): Promise<void>;
};

export async function openLine(serverUrl: string): Promise<CuttableLine> {
  const target = new URL(serverUrl);
  const sockets = new Set<net.Socket>();
  let isCut = false;
  let isFrozen = false;
  const server = net.createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = net.connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
      if (isFrozen) socket.unpipe().pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = new URL(serverUrl);
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' ? address?.port : '');
  const end = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut() {
      isCut = true;
      end();
    },
    freeze() {
      isFrozen = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    mend() {
      isCut = false;
      isFrozen = false;
    },
    async close() {
      end();
      server.close();
      await once(server, 'close');
    },
  };
}
