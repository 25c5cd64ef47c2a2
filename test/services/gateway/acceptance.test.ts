// Who may speak before, after and without an accepted BootNotification.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presenceOf } from '#services/gateway/claim';
import { Identities } from '#services/gateway/identities';
import { command, connect, fakeGateway, settle, type FakeGateway } from './fake-parts.ts';

const boot = '[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]';
const status = '[2,"s","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available"}]';

async function opened(gateway: FakeGateway, bootPolicy = 'accept') {
  const { connection, socket } = connect(gateway);
  connection.station = { ...connection.station, bootPolicy: bootPolicy as 'accept' };
  gateway.ackAll();
  void connection.begin();
  await settle();
  const says = async (text: string): Promise<string> => {
    connection.receive(text);
    await settle();
    return socket.sent.pop() ?? '';
  };
  return { connection, socket, says };
}

test('a station that was never accepted is told to boot first; an accepted one stays so on its next connection', async () => {
  const gateway = fakeGateway();
  const first = await opened(gateway);
  assert.match(await first.says(status), /SecurityError/);
  assert.match(await first.says(boot), /Accepted/);
  assert.match(await first.says(status), /^\[3/);
  assert.match(await (await opened(gateway)).says(status), /^\[3/);
});

test('Rejected takes the acceptance away, also for the next connection; Pending leaves it', async () => {
  const gateway = fakeGateway();
  await (await opened(gateway)).says(boot);
  const pending = await opened(gateway, 'pending');
  assert.match(await pending.says(boot), /Pending/);
  assert.match(await pending.says(status), /^\[3/);
  const rejected = await opened(gateway, 'reject');
  assert.match(await rejected.says(boot), /Rejected/);
  assert.match(await rejected.says(status), /SecurityError/);
  assert.match(await (await opened(gateway)).says(status), /SecurityError/);
});

test('a station that boots again in the same words hears what is true now', async () => {
  const gateway = fakeGateway();
  const { connection, says } = await opened(gateway, 'pending');
  assert.match(await says(boot), /Pending/);
  connection.station = { ...connection.station, bootPolicy: 'accept' };
  assert.match(await says(boot), /Accepted/);
});

test('what we triggered may come before acceptance, anything else may not', async () => {
  const gateway = fakeGateway();
  const { connection, socket, says } = await opened(gateway, 'pending');
  await says(boot);
  connection.outbound.request(command(gateway, connection, 'TriggerMessage', { message: 'StatusNotification' }));
  await settle();
  const [, id] = JSON.parse(socket.sent.pop() ?? '') as [number, string];
  connection.receive(`[3,"${id}",{"status":"Accepted"}]`);
  await settle();
  assert.match(await says(status), /^\[3,"s"/);
  assert.match(await says('[2,"h","Heartbeat",{}]'), /SecurityError/);
});

test('an acceptance that reaches the cache after the newcomer’s upgrade is not lost', async () => {
  const gateway = fakeGateway();
  const { connection } = connect(gateway);
  void connection.begin();
  const older = { ...presenceOf(connection, true), connectionEpoch: 50, accepted: true };
  gateway.presences.set(connection.key, older);
  gateway.ackAll();
  await settle();
  assert.equal(gateway.presences.get(connection.key)?.accepted, true);
  assert.equal(gateway.presences.get(connection.key)?.connectionEpoch, connection.epoch);
});

test('an older connection’s late acceptance is taken over, unless this one was answered otherwise', async () => {
  const gateway = fakeGateway();
  const identities = new Identities(gateway.parts);
  const { connection } = await opened(gateway);
  const late = { ...presenceOf(connection, true), connectionEpoch: 50, accepted: true };
  identities.onPresence(late);
  await settle();
  assert.equal(connection.accepted, true);
  assert.deepEqual(gateway.presences.get(connection.key)?.accepted, true);
  const rejected = await opened(gateway, 'reject');
  await rejected.says(boot);
  identities.onPresence(late);
  assert.equal(rejected.connection.accepted, false);
});

test('a pending station is accepted at its next boot once the registry says that it was onboarded; a rejected one is not', async () => {
  const gateway = fakeGateway();
  const { connection, says } = await opened(gateway, 'pending');
  assert.match(await says(boot), /Pending/);
  assert.match(await says(status), /SecurityError/);
  connection.station = { ...connection.station, onboarded: true };
  assert.match(await says(boot), /Accepted/);
  assert.match(await says(status), /^\[3/);
  connection.station = { ...connection.station, bootPolicy: 'reject' };
  assert.match(await says(boot), /Rejected/);
});

const token = { uid: 'CARD', type: 'ISO14443' };
const raw = (action: string, payload: object) => ({ intent: 'SendCall' as const, parameters: { action, payload } });
const remote = {
  '1.6': [
    { intent: 'StartCharging' as const, parameters: { evseId: 1, token } },
    { intent: 'StopCharging' as const, parameters: { transactionId: '5' } },
    raw('RemoteStartTransaction', { idTag: 'CARD', connectorId: 1 }),
    raw('RemoteStopTransaction', { transactionId: 5 }),
  ],
  '2.0.1': [
    { intent: 'StartCharging' as const, parameters: { evseId: 1, token } },
    { intent: 'StopCharging' as const, parameters: { transactionId: 'tx-5' } },
    raw('RequestStartTransaction', { idToken: { idToken: 'CARD', type: 'ISO14443' }, remoteStartId: 1, evseId: 1 }),
    raw('RequestStopTransaction', { transactionId: 'tx-5' }),
  ],
} as const;
const boots = {
  '1.6': boot,
  '2.0.1': '[2,"b","BootNotification",{"reason":"PowerUp","chargingStation":{"vendorName":"V","model":"M"}}]',
} as const;

test('a pending station is sent no start and no stop, by intent or by name, but what configures it; a rejected one nothing', async () => {
  for (const version of ['1.6', '2.0.1'] as const)
    for (const bootPolicy of ['pending', 'reject', 'accept'] as const) {
      const gateway = fakeGateway();
      gateway.ackAll();
      const { connection, socket } = connect(gateway, version);
      connection.station = { ...connection.station, bootPolicy };
      await connection.begin();
      connection.receive(boots[version]);
      await settle();
      const outcomeOf = async (each: (typeof remote)['1.6'][number] | ReturnType<typeof trigger>) => {
        const sent = socket.sent.length;
        connection.outbound.request(command(gateway, connection, each.intent, each.parameters));
        await settle();
        const [frame] = socket.sent.slice(sent);
        const last = gateway.records.at(-1);
        if (frame === undefined) return last?.type === 'CommandCompleted' ? last.outcome : 'nothing';
        const [, id] = JSON.parse(frame) as unknown[];
        connection.receive(JSON.stringify([3, id, { status: 'Accepted' }]));
        await settle();
        return 'sent';
      };
      const trigger = () => ({ intent: 'TriggerMessage' as const, parameters: { message: 'BootNotification' } });
      const expected = bootPolicy === 'accept' ? 'sent' : 'notAccepted';
      for (const each of remote[version])
        assert.equal(await outcomeOf(each as never), expected, `${version} ${bootPolicy} ${JSON.stringify(each)}`);
      assert.equal(
        await outcomeOf(trigger()),
        bootPolicy === 'reject' ? 'notAccepted' : 'sent',
        `${version} ${bootPolicy}`,
      );
    }
});
