// A process that was stopped: given a pause, when it wakes, then nothing it held is answered, and nothing old is let in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admissions } from '#services/gateway/admission';
import { Awake } from '#services/gateway/awake';
import { noClaims } from '#services/gateway/domain/client-certificate';
import { connect, fakeGateway, settle } from './fake-parts.ts';
import { station } from './support.ts';

function open(pausedMsMax: number) {
  const clock = { nowMs: 0 };
  const pauses: number[] = [];
  const awake = new Awake({ pausedMsMax, now: () => clock.nowMs, onPause: (pausedMs) => pauses.push(pausedMs) });
  return { clock, pauses, awake };
}

test('a silence as long as allowed is none, a longer one is a pause, told once', () => {
  const { clock, pauses, awake } = open(15_000);
  clock.nowMs += 15_000;
  awake.check();
  assert.deepEqual([pauses, awake.isSettling], [[], false]);
  clock.nowMs += 15_001;
  awake.check();
  awake.check();
  assert.deepEqual([pauses, awake.isSettling], [[15_001], true]);
});

test('for a second after it woke what comes may be as old as the pause', () => {
  const { clock, awake } = open(15_000);
  clock.nowMs += 60_000;
  awake.check();
  clock.nowMs += 999;
  assert.equal(awake.isSettling, true);
  clock.nowMs += 1;
  assert.equal(awake.isSettling, false);
});

test('its own timer notices, too', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { clock, pauses, awake } = open(15_000);
  clock.nowMs += 60_000;
  t.mock.timers.tick(500);
  assert.deepEqual(pauses, [60_000]);
  await awake.close();
});

const boot = '[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]';

/** A booted station on a socket that closes as real ones do: at once. */
async function booted() {
  const gateway = fakeGateway();
  const { connection, socket } = connect(gateway);
  socket.end = (code, reason) => {
    socket.ends.push({ code, reason });
    void connection.gone(code);
  };
  void connection.begin();
  gateway.pending.shift()?.ack();
  await settle();
  connection.receive(boot);
  await settle();
  gateway.pending.shift()?.ack();
  await settle();
  assert.match(socket.sent.shift() ?? '', /Accepted/);
  return { gateway, connection, socket };
}

test('a CALL that waited in the socket of a stopped process is neither recorded nor answered', async () => {
  const { gateway, connection, socket } = await booted();
  gateway.monotonicMs += 60_000;
  connection.receive('[2,"1","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Faulted"}]');
  connection.receive('[2,"2","Heartbeat",{}]');
  await settle();
  assert.deepEqual([socket.sent, socket.ends.map(({ code }) => code)], [[], [1012]]);
  assert.ok(!gateway.appended.includes('charging.events.v1 ConnectorStatusChanged'));
});

test('a fact whose acknowledgement came over a pause stays recorded and unanswered: the station repeats it', async () => {
  const { gateway, connection, socket } = await booted();
  connection.receive('[2,"1","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Faulted"}]');
  await settle();
  gateway.monotonicMs += 60_000;
  gateway.pending.shift()?.ack();
  await settle();
  assert.deepEqual([socket.sent, socket.ends.map(({ code }) => code)], [[], [1012]]);
});

test('a socket whose upgrade was decided before the pause begins no connection', async () => {
  const gateway = fakeGateway();
  const { connection, socket } = connect(gateway);
  socket.end = (code) => void connection.gone(code);
  gateway.monotonicMs += 60_000;
  await connection.begin();
  assert.deepEqual([gateway.appended, gateway.parts.roster.unfinished.size], [[], 0]);
});

test('an upgrade that waited for a stopped process is refused, its station is elsewhere; a second later it is welcome', async () => {
  const gateway = fakeGateway();
  const admissions = new Admissions({
    ...gateway.parts,
    caches: { ...gateway.parts.caches, station: () => ({ ...station, securityProfile: 0 }) },
  });
  const upgrade = { url: '/ocpp/CS-001', authorization: '', subprotocols: 'ocpp1.6', origin: '', forwardedFor: '' };
  const arrived = { door: 'plain', claims: noClaims } as const;
  const decide = async () => (await admissions.decide({ ...upgrade, ...arrived, remoteAddress: '127.0.0.1' })).kind;
  assert.equal(await decide(), 'admitted');
  gateway.monotonicMs += 60_000;
  assert.equal(await decide(), 'refused');
  gateway.monotonicMs += 1_000;
  assert.equal(await decide(), 'admitted');
});
