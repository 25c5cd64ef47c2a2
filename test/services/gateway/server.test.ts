// The socket itself: given the real server with parts that the test controls, when bytes come, then these bytes go.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as dial, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { verifierOfChosen } from '#contracts/passwords';
import { Admissions } from '#services/gateway/admission';
import { Identities } from '#services/gateway/identities';
import { listenOcpp } from '#services/gateway/server';
import { fakeGateway } from './fake-parts.ts';
import { station } from './support.ts';

async function serving(t: TestContext) {
  const gateway = fakeGateway({ GATEWAY_PORT: '0' });
  gateway.ackAll();
  const registered = { ...station, verifiers: [await verifierOfChosen(Buffer.from('right'), 0)] };
  const parts = { ...gateway.parts, caches: { ...gateway.parts.caches, station: () => registered } };
  const server = listenOcpp(parts, new Admissions(parts), new Identities(parts));
  t.after(() => server.close());
  const upgrade = async (password: string, headers: readonly string[] = []): Promise<Socket> => {
    const socket = dial(server.port, '127.0.0.1');
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    const lines = [
      'GET /ocpp/CS-001 HTTP/1.1',
      'Host: localhost',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Protocol: OCPP1.6',
      `Authorization: Basic ${Buffer.from(`CS-001:${password}`).toString('base64')}`,
      ...headers,
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    return socket;
  };
  return { gateway, upgrade };
}

/** The next bytes as text. */
async function heard(socket: Socket): Promise<string> {
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes.toString('latin1');
}

/** A masked frame (RFC 6455 5.2) with a mask of zeros. */
function frame(opcode: number, body: Buffer): Buffer {
  const head = Buffer.alloc(14);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(body.length), 2);
  return Buffer.concat([head, body]);
}

test('a checked password opens the socket, in the client’s own spelling of the version; a wrong one is 401', async (t) => {
  const { upgrade } = await serving(t);
  const opened = await heard(await upgrade('right'));
  assert.match(opened, /^HTTP\/1.1 101 /);
  assert.match(opened, /sec-websocket-protocol: OCPP1\.6\r\n/i);
  const refused = await heard(await upgrade('wrong'));
  assert.match(refused, /^HTTP\/1.1 401 /);
  assert.match(refused, /www-authenticate: Basic/i);
  assert.match(await heard(await upgrade('right', ['Origin: https://evil.example'])), /^HTTP\/1.1 403 /);
});

test('a client that leaves while its password is checked harms nobody', async (t) => {
  const { gateway, upgrade } = await serving(t);
  for (let n = 0; n < 5; n++) (await upgrade(`wrong ${n}`)).resetAndDestroy();
  (await upgrade('right')).destroy();
  assert.match(await heard(await upgrade('right')), /^HTTP\/1.1 101 /);
  assert.ok(gateway.parts.roster.unfinished.size <= 2);
});

test('a boot is answered; a binary frame and one beyond the limit close the socket, and the end is recorded', async (t) => {
  const { gateway, upgrade } = await serving(t);
  const cases = [
    [frame(2, Buffer.from('x')), 'binary-frame'],
    [frame(1, Buffer.alloc(1024 * 1024, 0x20)), 'closed'],
  ] as const;
  for (const [poison, cause] of cases) {
    const socket = await upgrade('right');
    await heard(socket);
    socket.write(frame(1, Buffer.from('[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]')));
    assert.match(await heard(socket), /\[3,"b",.*Accepted/);
    socket.on('error', () => undefined).resume();
    socket.write(poison);
    await new Promise((resolve) => socket.once('close', resolve));
    const end = gateway.records.findLast(({ type }) => type === 'StationDisconnected');
    assert.ok(end?.type === 'StationDisconnected' && end.cause === cause);
    assert.equal(gateway.parts.roster.unfinished.size, 0);
  }
});
