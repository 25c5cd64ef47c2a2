// The real server with parts that the test controls, and sockets whose every byte the test writes.
import { once } from 'node:events';
import { connect as dial, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { StationRegistered } from '#contracts/generated/types';
import { verifierOfChosen } from '#contracts/passwords';
import { Admissions } from '#services/gateway/admission';
import { Identities } from '#services/gateway/identities';
import { listenOcpp } from '#services/gateway/server';
import { fakeGateway } from './fake-parts.ts';
import { station } from './support.ts';

/** Headers of a handshake that a test may leave out or write otherwise: undefined leaves it out. */
export type Handshake = Readonly<Record<string, string | undefined>>;

export async function serving(t: TestContext, over: Partial<StationRegistered> = {}) {
  const gateway = fakeGateway({ GATEWAY_PORT: '0' });
  gateway.ackAll();
  const registered = { ...station, verifiers: [await verifierOfChosen(Buffer.from('right'), 0)], ...over };
  const parts = { ...gateway.parts, caches: { ...gateway.parts.caches, station: () => registered } };
  const server = listenOcpp(parts, new Admissions(parts), new Identities(parts));
  t.after(() => server.close());
  const open = async (text: string): Promise<Socket> => {
    const socket = dial(server.port, '127.0.0.1');
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  };
  const upgrade = (password: string, headers: readonly string[] = [], handshake: Handshake = {}): Promise<Socket> => {
    const usual: Handshake = {
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Protocol': 'OCPP1.6',
      Authorization: `Basic ${Buffer.from(`CS-001:${password}`).toString('base64')}`,
      ...handshake,
    };
    const lines = Object.entries(usual).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
    return open(['GET /ocpp/CS-001 HTTP/1.1', 'Host: localhost', ...lines, ...headers, '', ''].join('\r\n'));
  };
  return { gateway, open, upgrade };
}

/** The next bytes as text. */
export async function heard(socket: Socket): Promise<string> {
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes.toString('latin1');
}

/** A masked frame (RFC 6455 5.2) with a mask of zeros; bits: FIN 0x80, RSV1 0x40. */
export function frame(opcode: number, body: Buffer, bits = 0x80): Buffer {
  // A control frame must say its length in the shortest form.
  if (body.length < 126) return Buffer.concat([Buffer.from([bits | opcode, 0x80 | body.length, 0, 0, 0, 0]), body]);
  const head = Buffer.alloc(14);
  head[0] = bits | opcode;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(body.length), 2);
  return Buffer.concat([head, body]);
}
