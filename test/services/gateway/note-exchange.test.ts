// Every frame has its end in the audit: given a socket, when frames come and go, then each is noted once, after its answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writtenExchange } from '#services/gateway/domain/exchange';
import { command, connect, fakeGateway, settle, type FakeGateway } from './fake-parts.ts';

const boot = '[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]';
const status = '[2,"s","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available"}]';

async function booted(environment: Record<string, string> = {}) {
  const gateway = fakeGateway(environment);
  const { connection, socket } = connect(gateway);
  void connection.begin();
  gateway.pending.shift()?.ack();
  await settle();
  connection.receive(boot);
  await settle();
  gateway.pending.shift()?.ack();
  await settle();
  gateway.noted.length = 0;
  socket.sent.length = 0;
  return { gateway, connection, socket };
}

/** Direction, id, action, outcome, answered or not. */
function endsOf({ noted }: FakeGateway): unknown[] {
  return noted.map(({ direction, messageId, action, outcome, answer }) => [
    direction,
    messageId,
    action,
    outcome,
    answer !== null,
  ]);
}

test('a fact is noted once it was answered, with the time that the log took, and not before', async () => {
  const { gateway, connection, socket } = await booted();
  connection.receive(status);
  await settle();
  assert.equal(gateway.noted.length, 0);
  gateway.nowMs += 40;
  gateway.pending.shift()?.ack();
  await settle();
  const [noted] = gateway.noted;
  assert.deepEqual([noted?.request, noted?.answer], [status, socket.sent.at(-1)]);
  assert.equal((noted?.answeredAt ?? 0) - (noted?.receivedAt ?? 0), 40);
  connection.receive(status);
  await settle();
  assert.deepEqual(endsOf(gateway), [
    ['station', 's', 'StatusNotification', 'answered', true],
    ['station', 's', 'StatusNotification', 'repeated', true],
  ]);
});

test('what is refused, malformed, not asked for or never answered is noted with its reason', async () => {
  const { gateway, connection } = await booted();
  connection.receive('[2,"1","Nonsense",{}]');
  connection.receive('[2,"2","Heartbeat"');
  connection.receive('[9,"3","Heartbeat",{}]');
  connection.receive('[3,"4",{}]');
  connection.receive('[3,"5"]');
  connection.receive('[6,"6","NotifyEvent",{}]');
  await settle();
  gateway.ackAll();
  await settle();
  assert.deepEqual(endsOf(gateway), [
    ['station', '1', 'Nonsense', 'not-implemented', true],
    ['station', null, null, 'not-json', true],
    ['station', '3', null, 'unknown-type', false],
    ['station', '4', null, 'unexpected-answer', false],
    ['station', '5', null, 'wrong-answer', false],
    ['station', '6', null, 'send-not-negotiated', false],
  ]);
});

test('CALLs that wait while the socket closes are noted as unserved, one too many as that', async () => {
  const { gateway, connection } = await booted({ CALLS_WAITING_MAX: '2' });
  for (const id of ['a', 'b', 'c', 'd']) connection.receive(status.replace('"s"', `"${id}"`));
  await settle();
  void connection.gone(1008);
  gateway.ackAll();
  await settle();
  assert.deepEqual(endsOf(gateway).slice(0, 3), [
    ['station', 'd', 'StatusNotification', 'too-many-calls-waiting', false],
    ['station', 'b', 'StatusNotification', 'closed-unserved', false],
    ['station', 'c', 'StatusNotification', 'closed-unserved', false],
  ]);
});

test('a CALL of ours is noted with the answer as it came, with an error of the station, or without one', async () => {
  const { gateway, connection, socket } = await booted();
  gateway.ackAll();
  const idOfCall = async (): Promise<string> => {
    connection.outbound.request(command(gateway, connection, 'ResetStation', { when: 'idle' }));
    await settle();
    return (JSON.parse(socket.sent.at(-1) ?? '') as [number, string])[1];
  };
  const first = await idOfCall();
  gateway.nowMs += 25;
  const answer = `[3, "${first}", {"status":"Accepted"}]`;
  connection.receive(answer);
  await settle();
  connection.receive(`[4,"${await idOfCall()}","InternalError","",{}]`);
  await settle();
  connection.receive(`[3,"${await idOfCall()}"]`);
  await settle();
  await idOfCall();
  void connection.gone(1006);
  await settle();
  const csms = gateway.noted.filter(({ direction }) => direction === 'csms');
  assert.deepEqual(
    csms.map(({ action, outcome, answer: said }) => [action, outcome, said !== null]),
    [
      ['Reset', 'answered', true],
      ['Reset', 'error', true],
      ['Reset', 'unreadable', true],
      ['Reset', 'closed', false],
    ],
  );
  assert.equal(csms[0]?.answer, answer);
  assert.equal((csms[0]?.answeredAt ?? 0) - (csms[0]?.receivedAt ?? 0), 25);
  assert.equal(gateway.noted.length, 4, 'an answer that somebody waits for is no frame of its own');
});

test('the broken CALL that overdraws the rate of faults is noted with the end of its socket; long ones overdraw sooner', async () => {
  for (const [filler, faultsMax] of [
    ['', 4],
    ['x'.repeat(8 * 1024), 2],
  ] as const) {
    const { gateway, connection, socket } = await booted({ CALLS_BURST_MAX: '2', CALLS_PER_SECOND_MAX: '1' });
    let sent = 0;
    for (; socket.ends.length === 0; sent++) connection.receive(`[2,"${sent}","StatusNotification",{"${filler}`);
    assert.ok(sent <= faultsMax, `${sent}`);
    assert.deepEqual([socket.ends[0]?.code, gateway.noted.at(-1)?.outcome], [1008, 'too-many-faults']);
    assert.equal(gateway.noted.at(-1)?.messageId, `${sent - 1}`);
  }
});

test('readings are let go of once served, and yet what a station adds to them stays hidden; a signed message keeps what is in it', async () => {
  const { gateway, connection } = await booted();
  gateway.ackAll();
  const readings = [{ timestamp: '2026-11-25T10:00:00Z', sampledValue: [{ value: '1' }] }];
  const payload = { connectorId: 1, idTag: 'CARD-7', meterValue: readings };
  connection.receive(JSON.stringify([2, 'm', 'MeterValues', payload]));
  const jws = ['e30', Buffer.from(JSON.stringify(payload)).toString('base64url'), 'c2ln'].join('.');
  connection.receive(JSON.stringify([2, 's', 'MeterValues-Signed', jws]));
  await settle();
  const [plain, signed] = gateway.noted.map((noted) => writtenExchange(noted).requestFrame);
  assert.equal(gateway.noted[0]?.payload, undefined);
  assert.match(plain ?? '', /"idTag":"\[redacted\]".*"value":"1"/);
  assert.match(signed ?? '', /"MeterValues",\{.*"idTag":"\[redacted\]".*"value":"1"/);
});
