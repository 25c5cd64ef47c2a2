import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { type Link, openLink } from '#load-tests/faults/link';
import { Random } from '#load-tests/fleet/random';
import { until } from '#test/support/until';

let echo: Server;
let link: Link;
/** What reached the far end, whatever happens on the way back. */
let heard = '';

before(async () => {
  echo = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      heard += bytes.toString();
      socket.write(bytes);
    });
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const { port } = echo.address() as AddressInfo;
  link = await openLink({ targetPort: port, random: new Random('link') });
});
after(async () => {
  await link.close();
  echo.close();
});
beforeEach(() => {
  heard = '';
  link.heal();
});

type Line = { readonly socket: Socket; received(): string; readonly closed: Promise<unknown> };

async function call(): Promise<Line> {
  const socket = connect({ port: link.port, host: '127.0.0.1' });
  socket.on('error', () => {});
  let text = '';
  socket.on('data', (bytes: Buffer) => (text += bytes.toString()));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  return { socket, received: () => text, closed };
}

test('in good weather everything passes, as it was sent, and an end is an end', async () => {
  const line = await call();
  const sent = 'abcdefgh'.repeat(100_000);
  line.socket.write(sent);
  await until(() => line.received().length === sent.length, 'the echo');
  assert.equal(line.received(), sent);
  line.socket.end();
  await line.closed;
});

test('a slow link keeps the order and lets nothing pass before its time', async () => {
  const line = await call();
  link.slow(60, 40);
  const startedMs = performance.now();
  for (const word of ['a', 'b', 'c', 'd']) line.socket.write(word);
  await until(() => line.received().length === 4, 'the echo');
  // There and back.
  assert.ok(performance.now() - startedMs >= 120);
  assert.equal(line.received(), 'abcd');
  line.socket.destroy();
});

test('a link that stalls one way hides the answer, not the question; both are there after healing', async () => {
  const line = await call();
  line.socket.write('1');
  await until(() => line.received() === '1', 'the echo');
  link.stall('down');
  line.socket.write('2');
  await until(() => heard === '12', 'the far end to hear it');
  assert.equal(line.received(), '1');
  link.stall('up');
  line.socket.write('3');
  link.heal();
  await until(() => line.received() === '123', 'the echo');
  line.socket.destroy();
});

test('what is cut is reset, and nobody gets through before it heals', async () => {
  const line = await call();
  line.socket.write('1');
  await until(() => line.received() === '1', 'the echo');
  link.cut();
  await line.closed;
  const refused = await call().catch(() => undefined);
  await refused?.closed;
  link.heal();
  const next = await call();
  next.socket.write('2');
  await until(() => next.received() === '2', 'the echo');
  next.socket.destroy();
});

test('what waits in a link is bounded: who floods it is held back', async () => {
  const line = await call();
  link.stall('up');
  const chunk = Buffer.alloc(64 * 1024);
  let chunks = 0;
  while (chunks < 1_000 && line.socket.writableLength < 8 * chunk.length) {
    line.socket.write(chunk);
    chunks += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(chunks < 1_000, 'the sender feels that nothing is read');
  link.heal();
  await until(() => heard.length === chunks * chunk.length, 'all of it');
  line.socket.destroy();
});
