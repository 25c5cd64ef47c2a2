// Connections of stations that ping, boot, flood or fall deaf in their own way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, command, fakeGateway, settle, type FakeGateway } from '../fake-parts.ts';
import { station } from '../support.ts';
import { only, oddStation } from './rig.ts';

const at = '2026-11-25T10:00:00Z';

/** The gateway, which never slept, looks at its sockets so many seconds later. */
function after(gateway: FakeGateway, seconds: number): void {
  for (let left = seconds; left > 0; left -= 10) {
    gateway.monotonicMs += Math.min(left, 10) * 1000;
    gateway.parts.awake.check();
  }
  gateway.liveness.look();
}

/** The station says something, so that it is not dead. */
async function beat(station: Awaited<ReturnType<typeof oddStation>>): Promise<void> {
  await station.ask('[2,"h","Heartbeat",{}]');
}

test('Q10: pings go out every 30 s, to each model as it wants; 90 s after its last pong a station is cut', async () => {
  const [usual, dropping] = [await oddStation(), await oddStation('1.6', 'EN+')];
  for (const { gateway } of [usual, dropping]) {
    after(gateway, 10);
    after(gateway, 10);
    after(gateway, 10);
  }
  assert.deepEqual([usual.socket.pings, dropping.socket.pings], [1, 0]);
  usual.connection.ponged();
  after(usual.gateway, 14);
  for (let n = 0; n < 6; n++) after(usual.gateway, 12);
  assert.equal(usual.socket.cuts, 0);
  after(usual.gateway, 4);
  assert.deepEqual([usual.socket.cuts, usual.socket.ends], [1, []], 'nobody is there to read a close frame');
});

test('Q10, Q11: a station that answers no ping lives by its heartbeats, as its boot was told them', async () => {
  const station = await oddStation();
  const told = only(station.gateway.records, 'StationBooted').intervalSeconds;
  for (let n = 0; n < 3; n++) {
    for (let seconds = 0; seconds < 2.9 * told; seconds += 10) after(station.gateway, 10);
    assert.equal(station.socket.cuts, 0);
    await beat(station);
  }
  for (let seconds = 0; seconds <= 3 * told; seconds += 10) after(station.gateway, 10);
  assert.equal(station.socket.cuts, 1);
});

test('Q15: an accepted station that does not boot again works on; one that never boots works where its model is known for it', async () => {
  const gateway = fakeGateway();
  gateway.ackAll();
  const first = connect(gateway);
  await first.connection.begin();
  first.connection.receive('[2,"1","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]');
  await settle();
  const heartbeat = async ({ connection, socket }: ReturnType<typeof connect>): Promise<string> => {
    await connection.begin();
    connection.receive('[2,"h","Heartbeat",{}]');
    await settle();
    return socket.sent.at(-1) ?? '';
  };
  assert.match(await heartbeat(connect(gateway)), /^\[3,"h",/);
  const unbooted = fakeGateway();
  unbooted.ackAll();
  assert.match(await heartbeat(connect(unbooted)), /^\[4,"h","SecurityError"/);
  const webasto = { ...station, vendor: 'Webasto', model: 'NEXT' };
  assert.match(await heartbeat(connect(unbooted, '1.6', webasto)), /^\[3,"h",/);
  assert.match(
    await heartbeat(connect(unbooted, '1.6', { ...webasto, stationId: 'CS-002', bootPolicy: 'pending' })),
    /^\[4,"h","SecurityError"/,
    'its operators have the last word',
  );
});

test('Q14: CALLs at once are all answered, in their order', async () => {
  const { connection, socket, gateway } = await oddStation();
  const sent = socket.sent.length;
  for (let n = 0; n < 5; n++)
    connection.receive(
      `[2,"n${n}","StatusNotification",{"connectorId":${n},"errorCode":"NoError","status":"Available"}]`,
    );
  await settle();
  assert.deepEqual(
    socket.sent.slice(sent),
    [0, 1, 2, 3, 4].map((n) => `[3,"n${n}",{}]`),
  );
  const places = gateway.records.flatMap((fact) => (fact.type === 'ConnectorStatusChanged' ? [fact.evseId] : []));
  assert.deepEqual(places, [0, 1, 2, 3, 4]);
});

test('Q20: a flood of history is paced, not refused: every fact of it is in the log, in order', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { ask, gateway, connection, socket } = await oddStation('1.6', 'Alfen ICU');
  const history = (n: number) =>
    `[2,"m${n}","MeterValues",{"connectorId":1,"transactionId":7,"meterValue":[{"timestamp":"${at}","sampledValue":[{"value":"${n}"}]}]}]`;
  // Its burst is free: one was the boot.
  for (let n = 0; n < 199; n++) assert.equal((await ask(history(n))).answer[0], 3);
  const sent = socket.sent.length;
  connection.receive(history(199));
  await settle();
  assert.equal(socket.sent.length, sent, 'beyond it the answer waits');
  t.mock.timers.tick(1_000);
  await settle();
  assert.equal(socket.sent.at(-1), '[3,"m199",{}]');
  const registers = gateway.records.flatMap((fact) =>
    fact.type === 'MeterValuesSampled' ? [fact.readings[0]?.energyImportMilliWh] : [],
  );
  assert.deepEqual(
    registers,
    Array.from({ length: 200 }, (_, n) => n * 1_000),
  );
  assert.deepEqual(socket.ends, []);
});

test('Q21: a half-open old socket gives way to the new one; its late end takes nothing from that', async () => {
  const { gateway, connection: old } = await oddStation();
  const { connection: newer } = connect(gateway);
  await newer.begin();
  await old.gone(1006);
  await settle();
  assert.equal(gateway.parts.roster.get(newer.key), newer);
  assert.equal(gateway.presences.get(newer.key)?.connectionEpoch, newer.epoch);
  assert.equal(gateway.presences.get(newer.key)?.connected, true);
});

async function deafFor(station: Awaited<ReturnType<typeof oddStation>>, calls: number, tick: (ms: number) => void) {
  const { gateway, connection, socket } = station;
  for (let n = 0; n < calls; n++) {
    connection.outbound.request(command(gateway, connection, 'TriggerMessage', { message: 'StatusNotification' }));
    await settle();
    assert.match(socket.sent.at(-1) ?? '', /TriggerMessage/);
    tick(gateway.parts.config.callTimeoutMs);
    await settle();
  }
  after(gateway, 1);
  await beat(station);
  after(gateway, 1);
}

test('Q23: a zombie is closed so that it reconnects, once an hour; one that hears again is none', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const station = await oddStation();
  const tick = (ms: number): void => t.mock.timers.tick(ms);
  await deafFor(station, 1, tick);
  assert.deepEqual(station.socket.ends, []);
  await deafFor(station, 1, tick);
  assert.deepEqual(
    station.socket.ends.map(({ code }) => code),
    [1012],
  );
  await deafFor(station, 2, tick);
  assert.equal(station.socket.ends.length, 1, 'not again within the hour');
  for (let n = 0; n < 60; n++) {
    after(station.gateway, 60);
    await beat(station);
  }
  await deafFor(station, 2, tick);
  assert.equal(station.socket.ends.length, 2);
});

test('Q23: who was helped by one gateway is not by the next within the hour, and is after it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const tick = (ms: number): void => t.mock.timers.tick(ms);
  const first = await oddStation();
  await deafFor(first, 2, tick);
  assert.equal(first.socket.ends.length, 1);
  await first.connection.gone(1012);
  const told = first.gateway.presences.get(first.connection.key);
  assert.ok(told !== undefined && told.zombieEndedAt !== null && !told.connected);
  const comesBack = async (afterMs: number): Promise<number> => {
    const gateway = fakeGateway();
    gateway.ackAll();
    gateway.nowMs += afterMs;
    gateway.presences.set(first.connection.key, { ...told, accepted: true });
    const next = connect(gateway);
    await next.connection.begin();
    const ask = async (text: string) => {
      next.connection.receive(text);
      await settle();
      return { answer: [], facts: [] };
    };
    await deafFor({ gateway, ...next, ask }, 2, tick);
    const [claim] = [gateway.presences.get(first.connection.key)];
    assert.equal(claim?.zombieEndedAt, next.socket.ends.length === 0 ? told.zombieEndedAt : null, 'it is told on');
    return next.socket.ends.length;
  };
  assert.equal(await comesBack(60_000), 0);
  assert.equal(await comesBack(2 * 3_600_000), 1);
});

test('Q23: a model that never returns after a close frame gets none', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const station = await oddStation('1.6', 'JIGU');
  await deafFor(station, 2, (ms) => t.mock.timers.tick(ms));
  assert.deepEqual([station.socket.ends, station.socket.cuts], [[], 1]);
});

test('Q19: more measurands than a model can keep are not written to it; as many as it can are', async () => {
  const growatt = await oddStation('1.6', 'Growatt');
  const write = async (measurands: number) => {
    const { gateway, connection, socket } = growatt;
    const value = Array.from({ length: measurands }, () => 'Voltage').join(',');
    const variables = [{ variable: 'MeterValuesSampledData', value }];
    const sent = socket.sent.length;
    connection.outbound.request(command(gateway, connection, 'WriteConfiguration', { variables }));
    await settle();
    return { sent: socket.sent.slice(sent), last: gateway.records.at(-1) };
  };
  const six = await write(6);
  assert.deepEqual(six.sent, []);
  assert.ok(six.last?.type === 'CommandCompleted' && six.last.outcome === 'notSupported');
  assert.match(six.last.detail ?? '', /5 measurands at most, 6 would/);
  assert.match((await write(5)).sent[0] ?? '', /ChangeConfiguration/);
});

test('Q15: a model that drops the line when it is called before its boot was answered is called after it, or after 30 s', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const wallbox = { ...station, vendor: 'Wall Box', model: 'PLP2-M-2-4' };
  const open = async (registered: typeof station) => {
    const gateway = fakeGateway();
    gateway.ackAll();
    const { connection, socket } = connect(gateway, '1.6', registered);
    await connection.begin();
    const ask = () =>
      connection.outbound.request(command(gateway, connection, 'TriggerMessage', { message: 'StatusNotification' }));
    ask();
    await settle();
    return { connection, socket, gateway, ask };
  };
  const usual = await open(station);
  assert.match(usual.socket.sent[0] ?? '', /TriggerMessage/);
  const booting = await open(wallbox);
  assert.deepEqual(booting.socket.sent, []);
  booting.connection.receive(
    '[2,"1","BootNotification",{"chargePointVendor":"Wall Box","chargePointModel":"PLP2-M-2-4"}]',
  );
  await settle();
  assert.deepEqual(
    booting.socket.sent.map((text) => /Accepted|TriggerMessage/.exec(text)?.[0]),
    ['Accepted', 'TriggerMessage'],
  );
  const silent = await open(wallbox);
  t.mock.timers.tick(29_999);
  await settle();
  assert.deepEqual(silent.socket.sent, []);
  t.mock.timers.tick(1);
  await settle();
  assert.match(silent.socket.sent[0] ?? '', /TriggerMessage/);
});

test('Q4: clocks without zone, with short offsets, before 2020 or lying are told as they are; an unreadable one is none', async () => {
  const { ask } = await oddStation('1.6', 'Growatt');
  const occurred = async (timestamp: string) => {
    const { answer, facts } = await ask(
      JSON.stringify([2, timestamp, 'StartTransaction', { connectorId: 1, idTag: 'T', meterStart: 0, timestamp }]),
    );
    assert.equal(answer[0], 3);
    return only(facts, 'TransactionStarted').meta.occurredAt;
  };
  const ten = Date.UTC(2026, 10, 25, 10);
  for (const text of [
    '2026-11-25T10:00:00',
    '2026-11-25T12:00:00+02',
    '2026-11-25 10:00:00',
    '2026-11-25T10:00:00.000Z',
  ])
    assert.equal(await occurred(text), ten, text);
  assert.equal(await occurred('1970-01-01T00:00:42Z'), 42_000);
  assert.equal(
    await occurred('2026-11-25T11:00:00Z'),
    ten + 3_600_000,
    'local time marked Z is flagged by the session',
  );
  assert.equal(await occurred('222222017-10-27T00:00:00Z'), null);
  assert.equal(await occurred('25.11.2026 10:00'), null);
});
