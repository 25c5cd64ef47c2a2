// Handshakes and sockets as stations and attackers make them: given the real server, when bytes come, then these bytes go.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { until } from '#test/support/until';
import { frame, heard, serving } from '../server-rig.ts';

const boot = '[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]';
const boot201 = '[2,"b","BootNotification",{"reason":"PowerUp","chargingStation":{"vendorName":"V","model":"M"}}]';
const deflate = [
  'Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover',
];

/** What is not ended would be waited for. */
const bounded = { timeout: 60_000 } as const;

/** As RFC 7692 7.2.1 wants it: an empty block at the end goes. */
function deflated(text: Buffer): Buffer {
  return deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

/** Resolves when the socket was closed, or reset. */
function closed(socket: Socket): Promise<void> {
  socket.on('error', () => undefined).resume();
  return new Promise((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())));
}

test('Q8: without a subprotocol the one that the registry allows the station is spoken, and none is echoed', async (t) => {
  const { upgrade } = await serving(t, { defaultSubprotocol: 'ocpp1.6' });
  const socket = await upgrade('right', [], { 'Sec-WebSocket-Protocol': undefined });
  const opened = await heard(socket);
  assert.match(opened, /^HTTP\/1.1 101 /);
  assert.doesNotMatch(opened, /sec-websocket-protocol/i);
  socket.write(frame(1, Buffer.from(boot)));
  assert.match(await heard(socket), /\[3,"b",.*Accepted/);
});

test('Q8: without a subprotocol, where none is allowed, the upgrade is refused', async (t) => {
  const { upgrade } = await serving(t);
  assert.match(await heard(await upgrade('right', [], { 'Sec-WebSocket-Protocol': undefined })), /^HTTP\/1.1 400 /);
});

test('Q8: a handshake without Connection: Upgrade, or with another word there, opens the socket', async (t) => {
  for (const Connection of [undefined, 'keep-alive', 'keep-alive, Upgrade']) {
    const { upgrade } = await serving(t);
    assert.match(await heard(await upgrade('right', [], { Connection })), /^HTTP\/1.1 101 /, Connection);
  }
});

test('Q22: RSV1 without negotiated compression ends that socket, at once and alone', async (t) => {
  const { gateway, upgrade } = await serving(t);
  const socket = await upgrade('right');
  await heard(socket);
  const ended = closed(socket);
  socket.write(frame(1, Buffer.from(boot), 0xc0));
  await ended;
  await until(() => gateway.records.some(({ type }) => type === 'StationDisconnected'));
  assert.match(await heard(await upgrade('right')), /^HTTP\/1.1 101 /);
});

test('Q14, Q20: who sends its whole history in one breath, and again after each reconnect, gets on each time until all is told', async (t) => {
  const { gateway, upgrade } = await serving(t);
  let history = Array.from({ length: 60 }, (_, n) => n);
  const callOf = (n: number) =>
    `[2,"h${n}","MeterValues",{"connectorId":1,"transactionId":7,"meterValue":[{"timestamp":"2026-11-25T10:00:00Z","sampledValue":[{"value":"${n}"}]}]}]`;
  let connects = 0;
  while (history.length > 0 && connects < 10) {
    connects++;
    const socket = await upgrade('right');
    await heard(socket);
    let text = '';
    socket.on('data', (data: Buffer) => (text += data.toString('latin1')));
    const ended = closed(socket);
    socket.write(Buffer.concat([boot, ...history.map(callOf)].map((call) => frame(1, Buffer.from(call)))));
    const answered = () => history.filter((n) => text.includes(`[3,"h${n}",{}]`));
    await Promise.race([ended, until(() => answered().length === history.length)]);
    const done = new Set(answered());
    assert.ok(done.size > 0, `connection ${connects} got on`);
    history = history.filter((n) => !done.has(n));
    socket.destroy();
  }
  assert.deepEqual(history, []);
  const told = gateway.records.flatMap((fact) =>
    fact.type === 'MeterValuesSampled' ? [fact.readings[0]?.energyImportMilliWh] : [],
  );
  assert.deepEqual(
    told,
    Array.from({ length: 60 }, (_, n) => n * 1_000),
    'each once, in order',
  );
});

test('2.x: permessage-deflate is agreed on, and a deflated CALL is heard; plain ones of the same socket too', async (t) => {
  const { upgrade } = await serving(t);
  const socket = await upgrade('right', deflate, { 'Sec-WebSocket-Protocol': 'ocpp2.0.1' });
  assert.match(await heard(socket), /sec-websocket-extensions: permessage-deflate/i);
  socket.write(frame(1, deflated(Buffer.from(boot201)), 0xc0));
  assert.match(await heard(socket), /\[3,"b",.*Accepted/);
  socket.write(frame(1, Buffer.from('[2,"h","Heartbeat",{}]')));
  assert.match(await heard(socket), /\[3,"h",/);
  const text = JSON.stringify([2, 'd', 'DataTransfer', { vendorId: 'V', data: 'x'.repeat(100_000) }]);
  socket.write(frame(1, deflated(Buffer.from(text)), 0xc0));
  const answer = Buffer.from(await heard(socket), 'latin1');
  const body = answer.subarray(2);
  const plain = (answer[0] ?? 0) & 0x40 ? inflateRawSync(body, { finishFlush: constants.Z_SYNC_FLUSH }) : body;
  assert.match(plain.toString(), /^\[3,"d",/);
});

test('S17: a deflate bomb ends its socket at the limit of inflated frames, and no other', bounded, async (t) => {
  const { gateway, upgrade } = await serving(t);
  const bomb = deflated(Buffer.alloc(64 * 1024 * 1024, 0x20));
  assert.ok(bomb.length < gateway.parts.config.frameBytesMax, 'it passes the limit of what comes');
  const socket = await upgrade('right', deflate, { 'Sec-WebSocket-Protocol': 'ocpp2.0.1' });
  await heard(socket);
  const before = process.memoryUsage().rss;
  const ended = closed(socket);
  socket.write(frame(1, bomb, 0xc0));
  await ended;
  assert.ok(process.memoryUsage().rss - before < 32 * 1024 * 1024, 'it was never inflated whole');
  assert.match(await heard(await upgrade('right')), /^HTTP\/1.1 101 /);
});

test(
  'S17: fragments add up to one frame, cut at twice its limit; a flood of pings uses up the rate',
  bounded,
  async (t) => {
    const { gateway, upgrade } = await serving(t);
    const split = await upgrade('right');
    await heard(split);
    split.write(frame(1, Buffer.from(boot.slice(0, 20)), 0));
    split.write(frame(0, Buffer.from(boot.slice(20))));
    assert.match(await heard(split), /\[3,"b",.*Accepted/);
    const ended = closed(split);
    const { frameBytesMax } = gateway.parts.config;
    split.write(frame(1, Buffer.alloc(frameBytesMax / 2, 0x20), 0));
    for (let n = 0; n < 7; n++) split.write(frame(0, Buffer.alloc(frameBytesMax / 4 + 1, 0x20), 0));
    await ended;
    const pinging = await upgrade('right');
    await heard(pinging);
    const flooded = closed(pinging);
    for (let n = 0; n < 400; n++) pinging.write(frame(9, Buffer.from('p')));
    await flooded;
    const ends = gateway.records.filter(({ type }) => type === 'StationDisconnected');
    assert.deepEqual(
      ends.map((end) => end.type === 'StationDisconnected' && end.cause),
      ['closed', 'too-many-faults'],
    );
  },
);

test(
  'S6: a frame of the limit is served, one byte more is told so and closed, one of more than twice that is cut',
  bounded,
  async (t) => {
    const { gateway, upgrade } = await serving(t);
    const { frameBytesMax } = gateway.parts.config;
    const ofBytes = (bytes: number) => frame(1, Buffer.from('[2,"h","Heartbeat",{}]'.padEnd(bytes, ' ')));
    const answerTo = async (bytes: number): Promise<string> => {
      const socket = await upgrade('right');
      await heard(socket);
      const said = new Promise<string>((resolve) => {
        socket.once('data', (data: Buffer) => resolve(data.toString('latin1')));
        socket.on('error', () => resolve('cut')).once('close', () => resolve('cut'));
      });
      socket.write(ofBytes(bytes));
      return said;
    };
    assert.match(await answerTo(frameBytesMax), /\[4,"h","SecurityError"|\[3,"h",/);
    const closing = Buffer.from(await answerTo(frameBytesMax + 1), 'latin1');
    assert.deepEqual([closing[0], closing.readUInt16BE(2)], [0x88, 1009]);
    assert.equal(await answerTo(2 * frameBytesMax + 1), 'cut');
  },
);

test('S17: a handshake that never ends is given up', bounded, async (t) => {
  const { open } = await serving(t);
  const slow = await open('GET /ocpp/CS-001 HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
  const drip = setInterval(() => slow.write('x'), 500);
  t.after(() => clearInterval(drip));
  await closed(slow);
});
