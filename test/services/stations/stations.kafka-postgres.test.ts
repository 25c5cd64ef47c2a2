// The stations service on a real log and database: what stations report, and the whole life of commands.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { intents } from '#contracts/commands';
import { partitionOf, stationKey } from '#contracts/keys';
import { tenantId } from './records.ts';
import { ask, dump, eventually, FakeGateway, openRig, recordsOf, type Answer, type Rig } from './rig.ts';

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

const reset = { intent: 'ResetStation', parameters: { when: 'idle' } };

async function registered(stationId: string): Promise<string> {
  await rig.register(stationId);
  await eventually(
    () => rig.ask('GET', `/v1/stations/${stationId}/state`),
    ({ status }) => status === 200,
    stationId,
  );
  return stationId;
}

/** Connected and accepted, and known to be by the service. */
async function connectedStation(stationId: string): Promise<string> {
  await registered(stationId);
  await gateway.connect(stationId);
  await eventually(
    () => stateOf(stationId),
    ({ body }) => body['connected'] === true,
    `${stationId} connected`,
  );
  return stationId;
}

const stateOf = (stationId: string): Promise<Answer> => rig.ask('GET', `/v1/stations/${stationId}/state`);
const command = (stationId: string, body: object, query = ''): Promise<Answer> =>
  rig.ask('POST', `/v1/stations/${stationId}/commands${query}`, { body });
const completed = (commandId: unknown): Promise<Answer> =>
  eventually(
    () => rig.ask('GET', `/v1/commands/${String(commandId)}`),
    ({ body }) => body['state'] === 'completed',
    `completion of ${String(commandId)}`,
  );

test('what a station reports is its live state, and its end stays with its cause', async () => {
  await connectedStation('S-state');
  await gateway.report('S-state');
  const { body } = await eventually(
    () => stateOf('S-state'),
    (answer) => Array.isArray(answer.body['connectors']) && answer.body['connectors'].length > 0,
    'status',
  );
  assert.equal((body['boot'] as { model: string }).model, 'M1');
  assert.equal((body['connectors'] as { status: string }[])[0]?.status, 'Charging');
  const variables = await eventually(
    () => rig.ask('GET', '/v1/stations/S-state/variables?limit=1&attribute=Actual'),
    (answer) => (answer.body['items'] as object[]).length > 0,
    'the variables, which are told after the status',
  );
  assert.equal((variables.body['items'] as { variable: string }[])[0]?.variable, 'A');
  const next = await rig.ask('GET', `/v1/stations/S-state/variables?cursor=${String(variables.body['nextCursor'])}`);
  assert.deepEqual(
    (next.body['items'] as { variable: string }[]).map(({ variable }) => variable),
    ['HeartbeatInterval'],
  );
  const charging = await rig.ask('GET', '/v1/station-states?status=Charging&connected=true&model=M1');
  assert.deepEqual(
    (charging.body['items'] as { stationId: string }[]).map(({ stationId }) => stationId),
    ['S-state'],
  );
  await gateway.disconnect('S-state');
  const ended = await eventually(
    () => stateOf('S-state'),
    (answer) => answer.body['connected'] === false,
    'disconnect',
  );
  assert.equal((ended.body['connection'] as { endCause: string }).endCause, 'closed');
  const connections = await rig.ask('GET', '/v1/stations/S-state/connections?endCause=closed');
  assert.equal((connections.body['items'] as object[]).length, 1);
});

test('a command to a connected station is sent and answered, and who waits hears of it', async () => {
  await connectedStation('S-accepted');
  const { status, body } = await command('S-accepted', reset, '?waitSeconds=20');
  assert.deepEqual(
    [status, body['state'], body['outcome'], body['requestedBy']],
    [200, 'completed', 'accepted', 'key-1'],
  );
  assert.deepEqual(body['answer'], { status: 'Accepted' });
  const listed = await eventually(
    () => rig.ask('GET', '/v1/commands?stationId=S-accepted&state=completed&outcome=accepted&intent=ResetStation'),
    (answer) => (answer.body['items'] as object[]).length === 1,
    'the row',
  );
  assert.deepEqual((listed.body['items'] as unknown[])[0], body);
});

test('without a connection a command that cannot wait is offline, and a later completion changes nothing', async () => {
  await registered('S-offline');
  const { status, body } = await command('S-offline', reset, '?waitSeconds=20');
  assert.deepEqual([status, body['outcome'], body['completedBy']], [200, 'offline', 'stations']);
  await gateway.complete({ commandId: String(body['commandId']), stationId: 'S-offline' });
  await gateway.complete({ commandId: 'a-marker', stationId: 'S-offline' });
  const positions = () => rig.ask('GET', '/v1/projections/commands', { role: 'platform' });
  const isRead = ({ body: { partitions } }: Answer): boolean =>
    (partitions as { nextOffset: number; endOffset: number }[]).every((each) => each.nextOffset >= each.endOffset);
  await eventually(positions, isRead, 'the late completion');
  assert.equal((await completed(body['commandId'])).body['outcome'], 'offline');
});

test('a read of configuration waits for the station and is requested again under its connection', async () => {
  await registered('S-waits');
  const asked = await command('S-waits', { intent: 'ReadConfiguration', parameters: {} });
  assert.deepEqual([asked.status, asked.body['state']], [202, 'requested']);
  await gateway.connect('S-waits', { accepted: false });
  const epoch = await gateway.connect('S-waits');
  const { body } = await completed(asked.body['commandId']);
  assert.deepEqual([body['outcome'], body['requests']], ['accepted', 2]);
  const received = gateway.received.filter(({ stationId }) => stationId === 'S-waits');
  assert.deepEqual(
    received.map(({ connectionEpoch }) => connectionEpoch),
    [epoch],
  );
});

test('a read of configuration that meets no station expires', async () => {
  await registered('S-expires');
  const asked = await command('S-expires', { intent: 'ReadConfiguration', parameters: {}, expiresInSeconds: 1 });
  const { body } = await completed(asked.body['commandId']);
  assert.deepEqual([body['outcome'], body['sentAt']], ['expired', null]);
});

test('sent, and the connection ended without an answer: unknown', async () => {
  await connectedStation('S-unknown');
  gateway.conduct = 'send-only';
  const asked = await command('S-unknown', reset);
  await eventually(
    () => rig.ask('GET', `/v1/commands/${String(asked.body['commandId'])}`),
    ({ body }) => body['state'] === 'sent',
    'sent',
  );
  await gateway.disconnect('S-unknown');
  assert.equal((await completed(asked.body['commandId'])).body['outcome'], 'unknown');
  gateway.conduct = 'answer';
});

test('what was not sent before the connection ended is requested again under the next one, and executed once', async () => {
  await connectedStation('S-again');
  gateway.conduct = 'ignore';
  const asked = await command('S-again', { ...reset, expiresInSeconds: 60 });
  gateway.conduct = 'answer';
  const epoch = await gateway.connect('S-again');
  const { body } = await completed(asked.body['commandId']);
  assert.deepEqual([body['outcome'], body['requests']], ['accepted', 2]);
  const received = gateway.received.filter(({ stationId }) => stationId === 'S-again');
  assert.deepEqual(
    received.map(({ connectionEpoch }) => connectionEpoch),
    [epoch],
  );
});

test('the same idempotency key is the same command once; with another request it is refused', async () => {
  await connectedStation('S-keyed');
  const headers = { 'idempotency-key': 'order-7' };
  const path = '/v1/stations/S-keyed/commands';
  const body = { intent: 'StartCharging', parameters: { token: { uid: 'secretuid1' } } };
  const answers = await Promise.all([1, 2, 3].map(() => rig.ask('POST', path, { body, headers })));
  const again = await rig.ask('POST', `${path}?waitSeconds=20`, {
    body: { ...body, idempotencyKey: 'order-7' },
    headers,
  });
  const ids = new Set([...answers, again].map((answer) => answer.body['commandId']));
  assert.equal(ids.size, 1);
  assert.deepEqual([again.status, again.body['outcome']], [200, 'accepted']);
  const other = await rig.ask('POST', path, { body: { ...body, expiresInSeconds: 5 }, headers });
  assert.equal(other.status, 409);
  const conflicting = await rig.ask('POST', path, { body: { ...body, idempotencyKey: 'x' }, headers });
  assert.equal(conflicting.status, 400);
  await completed(again.body['commandId']);
  assert.equal(gateway.received.filter(({ stationId }) => stationId === 'S-keyed').length, 1);
  const requests = (await recordsOf(rig, rig.topics.commands.name)).filter(
    (record) => record.type === 'CommandRequested' && record.stationId === 'S-keyed',
  );
  assert.equal(requests.length, 1);
  const tables = JSON.stringify(await dump(rig.database)).toLowerCase();
  assert.ok(!tables.includes('secretuid1'), 'the plain uid stands in no table');
});

test('a malformed command is refused by the path of each fault, a secret with the route it belongs to', async () => {
  await registered('S-faulty');
  const pathsOf = ({ body }: Answer): unknown => (body['violations'] as { path: string }[]).map(({ path }) => path);
  const refused = async (body: object): Promise<[number, unknown]> => {
    const answer = await command('S-faulty', body);
    return [answer.status, pathsOf(answer)];
  };
  assert.deepEqual(await refused({ intent: 'Explode', parameters: {} }), [400, ['body/intent']]);
  assert.deepEqual(await refused({ intent: 'ResetStation', parameters: { when: 'now', why: 1 } }), [
    400,
    ['body/parameters/why', 'body/parameters/when'],
  ]);
  assert.deepEqual(await refused({ intent: 'StartCharging', parameters: { token: {} } }), [
    400,
    ['body/parameters/token'],
  ]);
  const secret = {
    variables: [
      { variable: 'A', value: '1' },
      { variable: 'AuthorizationKey', value: 'x' },
    ],
  };
  const answer = await command('S-faulty', { intent: 'WriteConfiguration', parameters: secret });
  assert.deepEqual([answer.status, pathsOf(answer)], [422, ['body/parameters/variables/1/variable']]);
  assert.match(String(answer.body['detail']), /credentials/);
  assert.equal((await command('S-nobody', reset)).status, 404);
  assert.equal((await rig.ask('POST', '/v1/stations/S-faulty/commands', { body: reset, role: 'viewer' })).status, 403);
  assert.equal((await rig.ask('GET', '/v1/commands?cursor=nonsense')).status, 400);
  assert.equal((await rig.ask('GET', '/v1/projections/stations')).status, 403);
});

test('every route stands in the OpenAPI document with a summary and its answers, a command with each intent', async () => {
  const { body } = await rig.ask('GET', '/openapi.json');
  const paths = body['paths'] as Record<
    string,
    Record<string, { summary?: string; responses: object; requestBody?: unknown }>
  >;
  assert.deepEqual(Object.keys(paths).toSorted(), [
    '/v1/bulk-commands',
    '/v1/bulk-commands/{jobId}',
    '/v1/bulk-commands/{jobId}/cancel',
    '/v1/bulk-commands/{jobId}/pause',
    '/v1/bulk-commands/{jobId}/resume',
    '/v1/bulk-commands/{jobId}/stations',
    '/v1/commands',
    '/v1/commands/{commandId}',
    '/v1/configuration-drift',
    '/v1/file-storage',
    '/v1/files',
    '/v1/files/{fileId}',
    '/v1/firmware-campaigns',
    '/v1/firmware-campaigns/{jobId}',
    '/v1/firmware-campaigns/{jobId}/cancel',
    '/v1/firmware-campaigns/{jobId}/pause',
    '/v1/firmware-campaigns/{jobId}/resume',
    '/v1/firmware-campaigns/{jobId}/stations',
    '/v1/imports/transactions',
    '/v1/projections/commands',
    '/v1/projections/commands/redrive',
    '/v1/projections/stations',
    '/v1/projections/stations/redrive',
    '/v1/quirks',
    '/v1/security-events',
    '/v1/station-states',
    '/v1/stations/{stationId}/boots',
    '/v1/stations/{stationId}/certificates',
    '/v1/stations/{stationId}/charging-limits',
    '/v1/stations/{stationId}/charging-profiles',
    '/v1/stations/{stationId}/commands',
    '/v1/stations/{stationId}/composite-schedules',
    '/v1/stations/{stationId}/configuration-drift',
    '/v1/stations/{stationId}/connections',
    '/v1/stations/{stationId}/device-events',
    '/v1/stations/{stationId}/display-messages',
    '/v1/stations/{stationId}/files',
    '/v1/stations/{stationId}/files/{fileId}/content',
    '/v1/stations/{stationId}/firmware-jobs',
    '/v1/stations/{stationId}/issued-certificates',
    '/v1/stations/{stationId}/issued-certificates/{serial}/revoke',
    '/v1/stations/{stationId}/local-list',
    '/v1/stations/{stationId}/log-jobs',
    '/v1/stations/{stationId}/monitors',
    '/v1/stations/{stationId}/onboarding',
    '/v1/stations/{stationId}/profiles',
    '/v1/stations/{stationId}/profiles/{owner}',
    '/v1/stations/{stationId}/profiles/{owner}/{name}',
    '/v1/stations/{stationId}/reservations',
    '/v1/stations/{stationId}/security-events',
    '/v1/stations/{stationId}/state',
    '/v1/stations/{stationId}/variables',
  ]);
  for (const route of Object.values(paths).flatMap((methods) => Object.values(methods))) {
    assert.ok(
      route.summary !== undefined && Object.keys(route.responses).includes('4XX'),
      JSON.stringify(route.summary),
    );
  }
  const shown = JSON.stringify(paths['/v1/stations/{stationId}/commands']?.['post']?.requestBody);
  for (const intent of Object.keys(intents)) assert.ok(shown.includes(`"${intent}"`), intent);
});

test("one tenant sees nothing of another's", async () => {
  await connectedStation('S-mine');
  const asked = await command('S-mine', reset, '?waitSeconds=20');
  const tenant = 'other';
  assert.equal((await rig.ask('GET', '/v1/stations/S-mine/state', { tenant })).status, 404);
  assert.equal((await rig.ask('GET', `/v1/commands/${String(asked.body['commandId'])}`, { tenant })).status, 404);
  assert.deepEqual((await rig.ask('GET', '/v1/station-states', { tenant })).body['items'], []);
  assert.deepEqual((await rig.ask('GET', '/v1/commands', { tenant })).body['items'], []);
});

test('the connections of a gateway whose lease ended are ended by the timer, once, in the log and in presence', async () => {
  const lost = await FakeGateway.open(rig);
  await registered('S-lost');
  const epoch = await lost.connect('S-lost');
  await eventually(
    () => stateOf('S-lost'),
    ({ body }) => body['connected'] === true,
    'connected',
  );
  await lost.renewLease(true);
  const { body } = await eventually(
    () => stateOf('S-lost'),
    (answer) => answer.body['connected'] === false,
    'the timer',
  );
  assert.equal((body['connection'] as { endCause: string }).endCause, 'lease-expired');
  const ends = (await recordsOf(rig, rig.topics.events.name)).flatMap((record) =>
    record.type === 'StationDisconnected' && record.meta.stationId === 'S-lost' ? [record.meta] : [],
  );
  assert.deepEqual(
    ends.map(({ eventId, source, connectionEpoch, seq }) => [eventId, source, connectionEpoch, seq]),
    [[`${stationKey(tenantId, 'S-lost')}.lease-expired.${epoch}`, 'timer', epoch, null]],
  );
  const claims = async () =>
    (await recordsOf(rig, rig.topics.presence.name)).flatMap((record) =>
      record.type === 'StationPresence' && record.stationId === 'S-lost' ? [record] : [],
    );
  const said = await eventually(claims, (records) => records.length > 1, 'presence');
  assert.deepEqual([said.at(-1)?.connected, said.at(-1)?.accepted], [false, true]);
  await lost.close();
});

test('a fresh database filled from the log equals the live one, row for row', async () => {
  const live = await dump(rig.database);
  for (const table of ['stations', 'connectors', 'connections', 'variables', 'boots'])
    assert.ok((live[`stations_1.${table}`] ?? []).length > 0, table);
  assert.ok((live['commands_1.commands'] ?? []).length > 0);
  const database = await rig.newDatabase();
  const second = await rig.start(database);
  const rebuilt = await eventually(
    () => dump(database),
    (rows) => JSON.stringify(rows) === JSON.stringify(live),
    'the rebuilt tables',
  );
  assert.deepEqual(rebuilt, live);
  await second.close();
});

test('a key that met poison waits, is shown, and others go on', async () => {
  const { events } = rig.topics;
  const key = stationKey(tenantId, 'S-poison');
  const poison = { key, type: 'StationBooted', value: Buffer.from('no record') };
  await rig.log.append(events.name, partitionOf(key, events.partitions), [poison]);
  const status = () => rig.ask('GET', '/v1/projections/stations', { role: 'platform' });
  const { body } = await eventually(status, (answer) => answer.body['parkedKeys'] === 1, 'the parked key');
  const [parked] = body['parked'] as { key: string; reason: string }[];
  assert.deepEqual([parked?.key, parked?.reason], [key, 'unreadable']);
  const redriven = await rig.ask('POST', '/v1/projections/stations/redrive', { role: 'platform', body: { key } });
  assert.equal((redriven.body['stillParked'] as object[]).length, 1);
  await connectedStation('S-after-poison');
});

test('of two instances one decides, and the other takes over when it is gone', async () => {
  const second = await rig.start(rig.database);
  const askSecond = (stationId: string): Promise<Answer> =>
    ask(second.url ?? '', 'POST', `/v1/stations/${stationId}/commands?waitSeconds=20`, { body: reset });
  const completions = async (commandId: unknown): Promise<number> =>
    (await recordsOf(rig, rig.topics.commands.name)).filter(
      (record) => record.type === 'CommandCompleted' && record.commandId === commandId,
    ).length;
  const together = await askSecond('S-expires');
  assert.equal(together.body['outcome'], 'offline');
  assert.equal(await completions(together.body['commandId']), 1);
  await rig.service.close();
  const alone = await askSecond('S-expires');
  assert.equal(alone.body['outcome'], 'offline');
  assert.equal(await completions(alone.body['commandId']), 1);
});
