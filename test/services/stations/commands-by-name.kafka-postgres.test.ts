// Commands over the API on a real log and database: any CALL by its name, and which of those that wait is sent.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, FakeGateway, openRig, type Answer, type Rig } from './rig.ts';

let rig: Rig;
let gateway: FakeGateway;

before(async () => {
  rig = await openRig();
  gateway = await FakeGateway.open(rig);
});

after(async () => {
  await gateway.close();
  await rig.close();
});

const command = (stationId: string, intent: string, parameters: object, query = ''): Promise<Answer> =>
  rig.ask('POST', `/v1/stations/${stationId}/commands${query}`, { body: { intent, parameters } });
const raw = (stationId: string, action: string, payload: object, query = ''): Promise<Answer> =>
  command(stationId, 'SendCall', { action, payload }, query);
const pathsOf = ({ body }: Answer): unknown =>
  (body['violations'] as { path: string }[] | undefined)?.map(({ path }) => path);

async function registered(stationId: string): Promise<void> {
  await rig.register(stationId);
  await eventually(
    () => rig.ask('GET', `/v1/stations/${stationId}/state`),
    ({ status }) => status === 200,
    stationId,
  );
}

/** Its presence is known once a command that needs it is taken. */
async function connected(stationId: string): Promise<void> {
  await registered(stationId);
  await gateway.connect(stationId);
  await eventually(
    () => raw(stationId, 'ClearCache', {}, '?waitSeconds=20'),
    ({ body }) => body['outcome'] === 'accepted',
    `${stationId} connected`,
  );
}

test('a raw CALL is checked by the version that the station spoke last: none, and it is a conflict', async () => {
  await registered('S-new');
  const answer = await raw('S-new', 'ClearCache', {});
  assert.equal(answer.status, 409);
  assert.match(String(answer.body['detail']), /never connected/);
});

test('a raw CALL that is not valid is refused by its path, one that holds a secret by another word', async () => {
  await connected('S-raw');
  const before = gateway.received.length;
  const refused = async (action: string, payload: object): Promise<[number, unknown]> => {
    const answer = await raw('S-raw', action, payload);
    return [answer.status, pathsOf(answer)];
  };
  assert.deepEqual(await refused('Explode', {}), [400, ['body/parameters/action']]);
  assert.deepEqual(await refused('GetVariables', {}), [400, ['body/parameters/action']]);
  assert.deepEqual(await refused('Reset', { type: 'Maybe' }), [400, ['body/parameters/payload/type']]);
  const secret = { key: 'AuthorizationKey', value: 'S3CRET' };
  assert.deepEqual(await refused('ChangeConfiguration', secret), [422, ['body/parameters/payload/key']]);
  const location = 'ftp://me:S3CRET@files.example/';
  assert.deepEqual(await refused('GetDiagnostics', { location }), [422, ['body/parameters/payload/location']]);
  const large = await command('S-raw', 'DataTransfer', { vendorId: 'v', data: 'x'.repeat(204_800) });
  assert.deepEqual([large.status, pathsOf(large)], [400, ['body/parameters']]);
  assert.equal(gateway.received.length, before);
});

test('a raw CALL for a driver goes in the driver’s lane, and its card is shown by pseudonym', async () => {
  await connected('S-lane');
  const answer = await raw('S-lane', 'RemoteStartTransaction', { connectorId: 1, idTag: 'CARD-1' }, '?waitSeconds=20');
  assert.deepEqual([answer.status, answer.body['outcome'], answer.body['lane']], [200, 'accepted', 'driver']);
  const { payload } = answer.body['parameters'] as { payload: { idTag: string } };
  assert.match(payload.idTag, /^[0-9a-f]{32}$/);
  const row = await eventually(
    () => rig.ask('GET', `/v1/commands?stationId=S-lane&intent=SendCall&state=completed`),
    ({ body }) => JSON.stringify(body).includes('RemoteStartTransaction'),
    'the row',
  );
  assert.ok(!JSON.stringify(row.body).includes('CARD-1'), 'the row has no card');
  const sent = gateway.received.find(({ parametersJson }) => parametersJson.includes('RemoteStartTransaction'));
  assert.deepEqual(JSON.parse(sent?.parametersJson ?? ''), {
    action: 'RemoteStartTransaction',
    payload: { connectorId: 1, idTag: 'CARD-1' },
  });
});

test('of what waits for a station the newest of a key is sent, the older is replaced; other keys are sent, too', async () => {
  await registered('S-newest');
  const write = (value: string) => ({ variables: [{ variable: 'HeartbeatInterval', value }] });
  const older = await command('S-newest', 'WriteConfiguration', write('60'));
  const other = await command('S-newest', 'ClearCache', {});
  const newer = await command('S-newest', 'WriteConfiguration', write('90'));
  const ended = (asked: Answer): Promise<Answer> =>
    eventually(
      () => rig.ask('GET', `/v1/commands/${String(asked.body['commandId'])}`),
      ({ body }) => body['state'] === 'completed',
      'completion',
    );
  const { body } = await ended(older);
  assert.deepEqual([body['outcome'], body['completedBy']], ['superseded', 'stations']);
  assert.match(String(body['detail']), new RegExp(`${String(newer.body['commandId'])} replaces it`));
  await gateway.connect('S-newest');
  for (const asked of [newer, other]) assert.equal((await ended(asked)).body['outcome'], 'accepted');
  const sent = gateway.received.filter(({ stationId }) => stationId === 'S-newest').map(({ commandId }) => commandId);
  assert.deepEqual(sent.toSorted(), [newer, other].map((asked) => String(asked.body['commandId'])).toSorted());
});

test('who was told that a command is completed reads the same from then on, however late its row is', async () => {
  await connected('S-read');
  for (let n = 0; n < 10; n++) {
    const { body } = await raw('S-read', 'ClearCache', {}, '?waitSeconds=20');
    assert.equal(body['state'], 'completed');
    const read = await rig.ask('GET', `/v1/commands/${String(body['commandId'])}`);
    assert.deepEqual(read.body, body);
  }
});
