// The fleet's WebSocket client against servers that behave, refuse, lie or fall silent.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { WsLink, type LinkEnd } from '#load-tests/fleet/ws-client';
import { clientFrame, serverFrame } from '#test/load-tests/fleet/csms-double';
import { until } from '#test/support/until';

type Seen = { opened: number; messages: string[]; ends: LinkEnd[] };

async function serving(t: TestContext, onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    onConnection(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ocpp/RDAM%7C123`;
}

function link(url: string): { link: WsLink; seen: Seen } {
  const seen: Seen = { opened: 0, messages: [], ends: [] };
  const client = new WsLink(
    { url, subprotocol: 'ocpp1.6', user: 'RDAM|123', password: 'secret' },
    {
      opened: () => (seen.opened += 1),
      message: (text) => seen.messages.push(text),
      ended: (end) => seen.ends.push(end),
    },
  );
  return { link: client, seen };
}

function acceptance(request: string, more: readonly string[] = ['Sec-WebSocket-Protocol: ocpp1.6']): string {
  const key = /sec-websocket-key: (.+)\r\n/i.exec(request)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const head = [
    'HTTP/1.1 101 Switching Protocols',
    'upgrade: websocket',
    'connection: upgrade',
    `sec-websocket-accept: ${accept}`,
  ];
  return [...head, ...more, '\r\n'].join('\r\n');
}

test('the upgrade names the encoded identity, the subprotocol and the credentials', async (t) => {
  let request = '';
  const url = await serving(t, (socket) => socket.once('data', (chunk) => (request = chunk.toString())));
  const { link: client, seen } = link(url);
  await until(() => request !== '', 'the request');
  assert.match(request, /^GET \/ocpp\/RDAM%7C123 HTTP\/1\.1\r\n/);
  assert.match(request, /\r\nSec-WebSocket-Protocol: ocpp1\.6\r\n/);
  assert.ok(request.includes(`Authorization: Basic ${Buffer.from('RDAM|123:secret').toString('base64')}\r\n`));
  client.cut();
  await until(() => seen.ends.length === 1, 'the end');
});

test('a message may follow the handshake in the same packet, and the handshake come in pieces', async (t) => {
  const url = await serving(t, (socket) =>
    socket.once('data', (chunk) => {
      const bytes = Buffer.concat([Buffer.from(acceptance(chunk.toString())), serverFrame(1, Buffer.from('early'))]);
      socket.write(bytes.subarray(0, 40));
      setImmediate(() => socket.write(bytes.subarray(40)));
    }),
  );
  const { link: client, seen } = link(url);
  await until(() => seen.messages.length === 1, 'the early message');
  assert.deepEqual(seen, { opened: 1, messages: ['early'], ends: [] });
  client.cut();
});

test('a ping is answered with its own payload, and a close with its own code', async (t) => {
  const frames: { opcode: number; payload: string }[] = [];
  const url = await serving(t, (socket) =>
    socket.once('data', (chunk) => {
      socket.write(acceptance(chunk.toString()));
      socket.write(serverFrame(9, Buffer.from('tick')));
      socket.write(serverFrame(8, Buffer.from([0x03, 0xf4])));
      let rest = Buffer.alloc(0);
      socket.on('data', (bytes: Buffer) => {
        rest = Buffer.concat([rest, bytes]);
        for (let frame = clientFrame(rest); frame !== undefined; frame = clientFrame(rest)) {
          frames.push({ opcode: frame.opcode, payload: frame.payload.toString('hex') });
          rest = rest.subarray(frame.bytes);
        }
      });
    }),
  );
  const { seen } = link(url);
  await until(() => seen.ends.length === 1 && frames.length === 2, 'the end');
  assert.deepEqual(frames, [
    { opcode: 10, payload: Buffer.from('tick').toString('hex') },
    { opcode: 8, payload: '03f4' },
  ]);
  assert.deepEqual(seen.ends, [{ kind: 'closed', code: 1012 }]);
});

test('every way to refuse an upgrade is told apart', async (t) => {
  const answers: readonly [(request: string) => string, LinkEnd][] = [
    [() => 'HTTP/1.1 401 Unauthorized\r\n\r\n', { kind: 'refused', status: 401, retryAfterSeconds: 0 }],
    [() => 'HTTP/1.1 503 Busy\r\nretry-after: 7\r\n\r\n', { kind: 'refused', status: 503, retryAfterSeconds: 7 }],
    [(request) => acceptance(request, []), { kind: 'failed', why: 'subprotocol not agreed' }],
    [
      (request) => acceptance(request, ['Sec-WebSocket-Protocol: ocpp2.0.1']),
      { kind: 'failed', why: 'subprotocol not agreed' },
    ],
    [
      (request) =>
        acceptance(request, ['Sec-WebSocket-Protocol: ocpp1.6', 'Sec-WebSocket-Extensions: permessage-deflate']),
      { kind: 'failed', why: 'extension not asked for' },
    ],
    [
      () => acceptance('').replace('101 Switching', '101 Switching'),
      { kind: 'failed', why: 'wrong Sec-WebSocket-Accept' },
    ],
    [() => 'x'.repeat(20_000), { kind: 'failed', why: 'handshake too long' }],
  ];
  for (const [answer, expected] of answers) {
    const url = await serving(t, (socket) => socket.once('data', (chunk) => socket.write(answer(chunk.toString()))));
    const { seen } = link(url);
    await until(() => seen.ends.length === 1, JSON.stringify(expected));
    assert.deepEqual(seen.ends[0], expected);
    assert.equal(seen.opened, 0);
  }
});

test('a server that breaks off is told as an abnormal close, one that is not there as a failure; each once', async (t) => {
  const url = await serving(t, (socket) =>
    socket.once('data', (chunk) =>
      socket.write(acceptance(chunk.toString()), () => setImmediate(() => socket.resetAndDestroy())),
    ),
  );
  const { seen } = link(url);
  await until(() => seen.ends.length > 0, 'the break');
  assert.deepEqual(seen.ends, [{ kind: 'closed', code: 1006 }]);
  const { seen: nobody } = link('ws://127.0.0.1:1/ocpp/x');
  await until(() => nobody.ends.length > 0, 'the failure');
  assert.equal(nobody.ends[0]?.kind, 'failed');
  assert.equal(nobody.ends.length, 1);
});

test('saying goodbye ends the link also where the server does not answer', async (t) => {
  const url = await serving(t, (socket) => socket.once('data', (chunk) => socket.write(acceptance(chunk.toString()))));
  const { link: client, seen } = link(url);
  await until(() => seen.opened === 1, 'open');
  client.shut(1001);
  assert.equal(client.isOpen, false);
  await until(() => seen.ends.length === 1, 'the end');
  assert.deepEqual(seen.ends, [{ kind: 'closed', code: 1001 }]);
});
