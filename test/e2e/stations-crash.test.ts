// The stations service is killed around each of its appends about commands, leases and local lists: what it said counts once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openCommandPlatform, type Command, type CommandPlatform } from './command-platform.ts';
import { eventually } from './operator-client.ts';

const asked = 'CRASH-ASKED';
const away = 'CRASH-AWAY';
const left = 'CRASH-LEFT';
const tokenOf = (id: string) => ({ uid: `T-${id}`, type: 'ISO14443' }) as const;

let platform: CommandPlatform;

before(async () => {
  const identities = [asked, away, left].map((stationId) => {
    const password = `password-of-${stationId}-0123456789abcdef`;
    return { stationId, version: '1.6', password, evses: 1, tokens: [tokenOf(stationId)] } as const;
  });
  const env = { STATIONS_TICK_MS: '200', LEASE_EVERY_MS: '250', LEASE_TIMEOUT_MS: '5000' };
  platform = await openCommandPlatform({ identities, env, envOfFirst: {}, ownParts: true });
});
after(() => platform.close());

type RecordType = 'CommandRequested' | 'CommandCompleted' | 'StationDisconnected';

/** How often the log has records of the type, and how many of them are told apart by their id. */
async function inLog(stationId: string, type: RecordType): Promise<readonly [number, number]> {
  const topic = type === 'StationDisconnected' ? 'events' : 'commands';
  const ids = (await platform.recordsOf(topic, stationId)).flatMap((record) => {
    if (record.type !== type) return [];
    return [record.type === 'StationDisconnected' ? record.meta.eventId : record.eventId];
  });
  return [ids.length, new Set(ids).size];
}

const stations = () => platform.trial.processes.get('stations') ?? assert.fail();
const startWith = (failpoints: string): Promise<void> => stations().start({ FAILPOINTS: failpoints });

/** Under one key, as an operator repeats a request whose answer was lost. */
function reset(stationId: string): Promise<Response> {
  const body = JSON.stringify({ intent: 'ResetStation', parameters: { when: 'idle' }, idempotencyKey: 'once' });
  return platform.operator.raw(`/v1/stations/${stationId}/commands`, { method: 'POST', body });
}

test('killed before and after it appends a request, the operator’s repeat is the same command, carried out once', async () => {
  const station = await platform.connect(asked, 1, () => ({ status: 'Accepted' }));
  await station.boot();
  await eventually('it is live', async () => ((await platform.stateOf(asked)).connected ? true : undefined));
  await stations().kill();
  await startWith('stations.before-request=crash');
  assert.ok((await reset(asked)).status >= 500);
  await stations().ended();
  assert.deepEqual(await inLog(asked, 'CommandRequested'), [0, 0]);
  await startWith('stations.after-request=crash');
  // Who claimed the key has 15 s for its append; then the repeat may.
  assert.ok((await reset(asked)).status >= 500);
  await stations().ended();
  assert.deepEqual(await inLog(asked, 'CommandRequested'), [1, 1]);
  await startWith('');
  const answer = await reset(asked);
  assert.ok(answer.ok, String(answer.status));
  const { commandId } = (await answer.json()) as Command;
  assert.equal((await platform.completed(commandId)).outcome, 'accepted');
  assert.equal((await inLog(asked, 'CommandRequested'))[1], 1);
  assert.equal(station.calls.filter(({ action }) => action === 'Reset').length, 1);
  station.close();
});

test('killed before it decides on a command, it decides again, once', async () => {
  await stations().kill();
  await startWith('stations.before-decision=crash');
  // It may decide before it has answered whoever asked.
  await reset(away);
  await stations().ended();
  assert.deepEqual(await inLog(away, 'CommandCompleted'), [0, 0]);
  await startWith('');
  const { commandId } = (await (await reset(away)).json()) as Command;
  assert.equal((await platform.completed(commandId)).outcome, 'offline');
  assert.deepEqual(await inLog(away, 'CommandCompleted'), [1, 1]);
});

test('killed before it ends a connection whose gateway is gone, and before presence says so: it ends once', async () => {
  const station = await platform.connect(left, 0);
  await station.boot();
  await eventually('it is live', async () => ((await platform.stateOf(left)).connected ? true : undefined));
  await stations().kill();
  await platform.gateways[0].kill();
  await stations().crash({ FAILPOINTS: 'stations.before-lease-end=crash' });
  assert.deepEqual(await inLog(left, 'StationDisconnected'), [0, 0]);
  await stations().crash({ FAILPOINTS: 'stations.before-lease-presence=crash' });
  assert.deepEqual(await inLog(left, 'StationDisconnected'), [1, 1]);
  await startWith('');
  const ended = await eventually('it is over', async () => {
    const state = await platform.stateOf(left);
    return state.connected ? undefined : state;
  });
  assert.equal(ended.connection.endCause, 'lease-expired');
  assert.equal((await inLog(left, 'StationDisconnected'))[1], 1);
});

test('killed after it noted a local list and before it asked for it, the list is asked for later, once', async () => {
  await stations().kill();
  await startWith('stations.before-local-list=crash');
  const init = { method: 'PUT', body: JSON.stringify({ tokens: [tokenOf(away)] }) };
  await platform.operator.raw(`/v1/stations/${away}/local-list`, init);
  await stations().ended();
  const lists = async (): Promise<number> =>
    (await platform.recordsOf('commands', away)).filter(
      (record) => record.type === 'CommandRequested' && record.intent === 'SendLocalList',
    ).length;
  assert.equal(await lists(), 0);
  await startWith('');
  // A minute after it was noted.
  await eventually('the list is asked for', async () => ((await lists()) > 0 ? true : undefined), 120_000);
  assert.equal(await lists(), 1);
});
