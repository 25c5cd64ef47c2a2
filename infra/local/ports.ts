// Ports on loopback: is one free, and which ones are.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { Fault } from '#kit/fault';

/** A port somebody must listen on, and the variable by which a person moves it. */
export type NamedPort = { readonly name: string; readonly port: number; readonly variable: string };

/** Throws PORT_TAKEN with one sentence for the first port that another process holds. */
export async function assertPortsFree(ports: readonly NamedPort[]): Promise<void> {
  for (const { name, port, variable } of ports) {
    if (await isFree(port)) continue;
    throw new Fault('PORT_TAKEN', {
      detail: `Port ${port} (${name}) is taken by another process: end that one, or choose another port with ${variable}=<port>.`,
    });
  }
}

// Below the range from which the kernel takes ports for outgoing connections: a port found free there might be gone again
// before a slow engine binds it.
const freePortMin = 20_000;
const freePortMax = 32_000;

/** As many different free ports as asked for. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(freePortMin, freePortMax);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

/** True when nothing listens on the port of 127.0.0.1. */
export async function isFree(port: number): Promise<boolean> {
  try {
    const server = await listen(port);
    await new Promise((resolve) => server.close(resolve));
    return true;
  } catch {
    return false;
  }
}

function listen(port: number): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
