// The socket itself: given the real server with parts that the test controls, when bytes come, then these bytes go.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frame, heard, serving } from './server-rig.ts';

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
