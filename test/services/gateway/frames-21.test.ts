// Message types 5 and 6: given a connection, when they come, then 2.1 serves them and other versions count them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OcppVersion } from '#contracts/ocpp';
import { command, connect, fakeGateway, settle } from './fake-parts.ts';

const status =
  '[2,"1","StatusNotification",{"timestamp":"2026-11-25T10:00:00Z","connectorStatus":"Available","evseId":1,"connectorId":1}]';
const send =
  '[6,"s1","NotifyPeriodicEventStream",{"data":[{"t":0,"v":"1"}],"id":4,"pending":0,"basetime":"2026-11-25T10:00:00Z"}]';

async function accepted(version: OcppVersion) {
  const gateway = fakeGateway();
  const { connection, socket } = connect(gateway, version);
  connection.accepted = true;
  void connection.begin();
  gateway.pending.shift()?.ack();
  await settle();
  const typesAppended = () => gateway.pending.flatMap(({ records }) => records.map(({ type }) => type));
  return { gateway, connection, socket, typesAppended };
}

test('a SEND that comes while a CALL is open is recorded after it, and never answered', async () => {
  const { gateway, connection, socket, typesAppended } = await accepted('2.1');
  connection.receive(status);
  connection.receive(send);
  await settle();
  assert.deepEqual(typesAppended(), ['ConnectorStatusChanged']);
  gateway.pending.shift()?.ack();
  await settle();
  assert.deepEqual(typesAppended(), ['StationMessageRecorded']);
  gateway.pending.shift()?.ack();
  await settle();
  assert.deepEqual(socket.sent, ['[3,"1",{}]']);
});

test('a SEND whose fact the log did not take ends the socket like a CALL', async () => {
  const { gateway, connection, socket } = await accepted('2.1');
  connection.receive(send);
  await settle();
  gateway.pending.shift()?.fail();
  await settle();
  assert.deepEqual(
    socket.ends.map(({ code }) => code),
    [1013],
  );
});

test('a message that comes as the wrong type is kept: as a CALL it is refused, as a SEND not answered', async () => {
  const { gateway, connection, socket, typesAppended } = await accepted('2.1');
  gateway.ackAll();
  connection.receive(send.replace('[6,', '[2,'));
  await settle();
  assert.match(socket.sent.shift() ?? '', /^\[4,"s1","MessageTypeNotSupported","this message comes as a SEND"/);
  connection.receive(status.replace('[2,', '[6,'));
  await settle();
  assert.deepEqual(socket.sent, []);
  assert.deepEqual(typesAppended(), []);
  assert.deepEqual(
    gateway.records.slice(-2).map(({ type }) => type),
    ['StationMessageRecorded', 'StationMessageRecorded'],
  );
});

test('versions that know no SEND neither serve nor answer it', async () => {
  for (const version of ['1.6', '2.0.1'] as const) {
    const { connection, socket, typesAppended } = await accepted(version);
    connection.receive(send);
    connection.receive('[5,"x","FormatViolation","",{}]');
    await settle();
    assert.deepEqual([typesAppended(), socket.sent, socket.ends], [[], [], []]);
  }
});

test('a CALLRESULTERROR tells that an answer of ours was not understood; its CALL stands, the socket lives', async () => {
  const { gateway, connection, socket } = await accepted('2.1');
  gateway.ackAll();
  connection.receive(status);
  await settle();
  const recorded = gateway.records.length;
  connection.receive('[5,"1","PropertyConstraintViolation","status",{}]');
  await settle();
  assert.deepEqual([gateway.records.length, socket.sent.length, socket.ends], [recorded, 1, []]);
});

test('a CALLRESULTERROR with the id of our CALL ends the command with what it says', async () => {
  const { gateway, connection, socket } = await accepted('2.1');
  gateway.ackAll();
  connection.outbound.request(command(gateway, connection, 'ResetStation', { when: 'immediately' }));
  await settle();
  const [, id] = JSON.parse(socket.sent[0] ?? '[]') as unknown[];
  connection.receive(JSON.stringify([5, id, 'InternalError', 'no idea', {}]));
  await settle();
  const completed = gateway.records.find((record) => record.type === 'CommandCompleted');
  assert.ok(completed?.type === 'CommandCompleted');
  assert.deepEqual([completed.outcome, completed.detail], ['failed', 'InternalError: no idea']);
});

test('an answer to our CALL that is not valid is told to a 2.1 station, to others not; the command failed', async () => {
  for (const [version, heard] of [
    ['2.1', true],
    ['2.0.1', false],
  ] as const) {
    const { gateway, connection, socket } = await accepted(version);
    gateway.ackAll();
    connection.outbound.request(command(gateway, connection, 'ResetStation', { when: 'immediately' }));
    await settle();
    const [, id] = JSON.parse(socket.sent.shift() ?? '[]') as unknown[];
    connection.receive(JSON.stringify([3, id, {}]));
    await settle();
    const completed = gateway.records.find((record) => record.type === 'CommandCompleted');
    assert.ok(completed?.type === 'CommandCompleted' && completed.outcome === 'failed');
    const told = socket.sent.map((text) => (JSON.parse(text) as unknown[]).slice(0, 3));
    assert.deepEqual(told, heard ? [[5, id, 'OccurrenceConstraintViolation']] : []);
  }
});

test('a type of message that nobody knows is answered by 2.0.1 alone; answers and SENDs are never answered, however broken', async () => {
  const unknown = { '1.6': [], '2.0.1': ['[4,"1","MessageTypeNotSupported"'], '2.1': [] };
  for (const [version, heard] of Object.entries(unknown)) {
    const { gateway, connection, socket } = await accepted(version as OcppVersion);
    connection.receive('[7,"1","Heartbeat",{}]');
    assert.deepEqual(
      socket.sent.splice(0).map((text) => text.slice(0, text.indexOf('",', 8) + 1)),
      heard,
    );
    const broken = ['[3,null,{}]', '[4,7]', '[5]', '[6,"1","NotifyEvent"]', '[6,null,"NotifyEvent",{}]'];
    for (const text of broken) connection.receive(text);
    await settle();
    assert.deepEqual([socket.sent, socket.ends], [[], []]);
    assert.equal(gateway.noted.length, broken.length + 1, 'each is in the audit');
  }
});
