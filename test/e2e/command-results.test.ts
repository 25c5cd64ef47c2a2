// What operators want and stations hold, on a whole platform: the newest configuration once, starts that end in sessions, and kept
// profiles and lists; also where whoever decides is killed between two steps.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { StationIdentity } from '#load-tests/fleet/identities';
import { openCommandPlatform, type Command, type CommandPlatform } from './command-platform.ts';
import { eventually, type Page, type Session } from './operator-client.ts';
import type { HeardCall, ScriptedStation } from './scripted-station.ts';

type Result = { readonly kind: string; readonly sessionId?: string | null; readonly transactionId?: string } | null;
type Resulted = Command & { readonly result: Result };

let platform: CommandPlatform;
const stationIds = ['RES-CONF', 'RES-16', 'RES-201', 'RES-NONE', 'RES-CRASH'];
const cards = (stationId: string): string => `T-${stationId}`;
const accept = (): object => ({ status: 'Accepted' });

before(async () => {
  platform = await openCommandPlatform({
    identities: stationIds.map(identityOf),
    env: { CONNECTION_TIMEOUT_SECONDS: '1', STATIONS_TICK_MS: '200' },
    envOfFirst: {},
    ownParts: true,
  });
});
after(() => platform.close());

function identityOf(stationId: string): StationIdentity {
  const version = stationId.endsWith('201') ? '2.0.1' : '1.6';
  const tokens = [{ uid: cards(stationId), type: 'ISO14443' }] as const;
  return { stationId, version, password: `password-of-${stationId}-0123456789abcdef`, evses: 1, tokens };
}

const heard = (station: ScriptedStation, action: string): HeardCall[] =>
  station.calls.filter((call) => call.action === action);
const startOf = (stationId: string) => ({
  intent: 'StartCharging',
  parameters: { evseId: 1, token: { uid: cards(stationId), type: 'ISO14443' } },
});
const read = (commandId: string): Promise<Resulted> => platform.operator.get(`/v1/commands/${commandId}`);
const resulted = (commandId: string): Promise<Resulted> =>
  eventually(
    `${commandId} has a result`,
    async () => {
      const command = await read(commandId);
      return command.result === null ? undefined : command;
    },
    40_000,
  );
const inLog = async (stationId: string, commandId: string, type: string): Promise<number> =>
  (await platform.recordsOf('commands', stationId)).filter(
    (record) => record.type === type && 'commandId' in record && record.commandId === commandId,
  ).length;

async function connected(stationId: string): Promise<ScriptedStation> {
  const station = await platform.connect(stationId, 0, accept);
  await station.boot();
  await eventually(`${stationId} is live`, async () =>
    (await platform.stateOf(stationId)).connected ? true : undefined,
  );
  return station;
}

async function sessionOf(stationId: string, transactionId: unknown): Promise<Session> {
  return eventually(`the session of ${stationId}`, async () => {
    const { items } = await platform.operator.get<Page<Session>>(`/v1/sessions?stationId=${stationId}`);
    return items.find((session) => session.transactionId === String(transactionId));
  });
}

async function started16(station: ScriptedStation, stationId: string, meterStart: number): Promise<string> {
  const told = { connectorId: 1, idTag: cards(stationId), meterStart, timestamp: new Date().toISOString() };
  const answer = await station.ask('StartTransaction', told);
  return String(answer?.payload['transactionId']);
}

async function ended16(station: ScriptedStation, transactionId: string, meterStop: number): Promise<void> {
  await station.ask('StopTransaction', {
    transactionId: Number(transactionId),
    meterStop,
    timestamp: new Date().toISOString(),
  });
}

test('a station that was away gets the newest configuration, once, after it was accepted; a start does not wait for it', async () => {
  const write = (value: string) => ({
    intent: 'WriteConfiguration',
    parameters: { variables: [{ variable: 'HeartbeatInterval', value }] },
  });
  await eventually('the station is known', () => platform.stateOf('RES-CONF'));
  const older = await platform.command('RES-CONF', write('60'));
  const newer = await platform.command('RES-CONF', write('90'));
  const start = await platform.command('RES-CONF', startOf('RES-CONF'));
  assert.equal((await platform.completed(start.commandId)).outcome, 'offline');
  const replaced = await platform.completed(older.commandId);
  assert.deepEqual([replaced.outcome, replaced.detail?.includes(newer.commandId)], ['superseded', true]);
  const station = await platform.connect('RES-CONF', 0, accept);
  assert.equal((await read(newer.commandId)).state, 'requested');
  assert.deepEqual(heard(station, 'ChangeConfiguration'), [], 'nothing goes out before its boot is accepted');
  await station.boot();
  assert.equal((await platform.completed(newer.commandId)).outcome, 'accepted');
  station.close();
  const again = await connected('RES-CONF');
  const marker = await platform.command('RES-CONF', { intent: 'ClearCache', parameters: {} });
  await platform.completed(marker.commandId);
  const writes = [...heard(station, 'ChangeConfiguration'), ...heard(again, 'ChangeConfiguration')];
  assert.deepEqual(
    writes.map(({ payload }) => payload['value']),
    ['90'],
  );
  again.close();
});

test('a start of a 1.6 station ends in the session that the card began there', async () => {
  const station = await connected('RES-16');
  const { commandId } = await platform.command('RES-16', startOf('RES-16'));
  assert.equal((await platform.completed(commandId)).outcome, 'accepted');
  assert.equal((await read(commandId)).result, null);
  const transactionId = await started16(station, 'RES-16', 0);
  const { result } = await resulted(commandId);
  const { sessionId } = await sessionOf('RES-16', transactionId);
  assert.deepEqual(result, { kind: 'started', sessionId, transactionId });
  await ended16(station, transactionId, 10);
  station.close();
});

test('a start of a 2.x station ends in the session that names it, though the cable began the transaction', async () => {
  const station = await connected('RES-201');
  const told = (eventType: string, seqNo: number, info: object) => ({
    eventType,
    timestamp: new Date().toISOString(),
    triggerReason: seqNo === 0 ? 'CablePluggedIn' : 'RemoteStart',
    seqNo,
    transactionInfo: { transactionId: 'tx-cable', ...info },
    evse: { id: 1, connectorId: 1 },
  });
  await station.ask('TransactionEvent', told('Started', 0, {}));
  const { commandId } = await platform.command('RES-201', startOf('RES-201'));
  await platform.completed(commandId);
  const remoteStartId = heard(station, 'RequestStartTransaction')[0]?.payload['remoteStartId'];
  await station.ask('TransactionEvent', {
    ...told('Updated', 1, { remoteStartId }),
    idToken: { idToken: cards('RES-201'), type: 'ISO14443' },
  });
  const { result } = await resulted(commandId);
  const { sessionId } = await sessionOf('RES-201', 'tx-cable');
  assert.deepEqual(result, { kind: 'started', sessionId, transactionId: 'tx-cable' });
  station.close();
});

test('a start that nobody plugs in for has no session', async () => {
  const station = await connected('RES-NONE');
  const asked = '/v1/stations/RES-NONE/commands?waitSeconds=40&until=result';
  const command = await platform.operator.post<Resulted>(asked, startOf('RES-NONE'));
  assert.deepEqual([command.outcome, command.result], ['accepted', { kind: 'noSession' }]);
  station.close();
});

test('whoever decides is killed before and after each append: one result, one profile, one list', async () => {
  const stations = platform.trial.processes.get('stations');
  assert.ok(stations !== undefined);
  const restarted = async (failpoints: string): Promise<void> => {
    await stations.start({ FAILPOINTS: failpoints });
  };
  const put = async (path: string, body: object): Promise<void> => {
    const init = { method: 'PUT', body: JSON.stringify(body) };
    assert.equal((await platform.operator.raw(`/v1/stations/RES-CRASH/${path}`, init)).status, 200);
  };
  const kept = (path: string): Promise<{ readonly state: string }> =>
    platform.operator.get(`/v1/stations/RES-CRASH/${path}`);
  const station = await connected('RES-CRASH');
  await stations.kill();
  await restarted('stations.before-result=crash');
  const first = await platform.command('RES-CRASH', startOf('RES-CRASH'));
  await platform.completed(first.commandId);
  const one = await started16(station, 'RES-CRASH', 0);
  await stations.ended();
  assert.equal(await inLog('RES-CRASH', first.commandId, 'CommandResulted'), 0);

  await restarted('stations.after-result=crash@2');
  assert.equal((await resulted(first.commandId)).result?.transactionId, one);
  await ended16(station, one, 10);
  const second = await platform.command('RES-CRASH', startOf('RES-CRASH'));
  await platform.completed(second.commandId);
  const two = await started16(station, 'RES-CRASH', 10);
  await stations.ended();

  await restarted('stations.after-profile=crash');
  assert.equal((await resulted(second.commandId)).result?.transactionId, two);
  for (const { commandId } of [first, second])
    assert.equal(await inLog('RES-CRASH', commandId, 'CommandResulted'), 1, 'decided once');
  const schedules = [{ unit: 'A', startsAt: '2026-11-26T00:00:00Z', periods: [{ startSeconds: 0, limit: 16 }] }];
  await put('profiles/site/night', { profile: { purpose: 'TxDefaultProfile', kind: 'Absolute', schedules } });
  await stations.ended();

  await restarted('stations.after-local-list=crash');
  await eventually('the profile is applied', async () =>
    (await kept('profiles/site/night')).state === 'applied' ? true : undefined,
  );
  await put('local-list', { tokens: [{ uid: cards('RES-CRASH'), type: 'ISO14443' }] });
  await stations.ended();

  await restarted('');
  const list = await eventually('the list is applied', async () => {
    const { wanted } = await platform.operator.get<{ wanted: Record<string, unknown> }>(
      '/v1/stations/RES-CRASH/local-list',
    );
    return wanted['state'] === 'applied' ? wanted : undefined;
  });
  assert.deepEqual([list['acknowledgedVersion'], list['entries']], [1, 1]);
  const counts = ['SetChargingProfile', 'SendLocalList'].map((action) => heard(station, action).length);
  assert.deepEqual(counts, [1, 1], 'under the same name a command is carried out once');
  assert.deepEqual(heard(station, 'SendLocalList')[0]?.payload['localAuthorizationList'], [
    { idTag: cards('RES-CRASH'), idTagInfo: { status: 'Accepted' } },
  ]);
  station.close();
});
