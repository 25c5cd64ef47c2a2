// Commands and facts while gateways crash, stop and wake, and stations move: each is done once, or said to be unknown.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeRecord, type AnyRecord } from '#contracts/codec';
import type { StationIdentity } from '#load-tests/fleet/identities';
import { openCommandPlatform, type Command, type CommandPlatform, type StationState } from './command-platform.ts';
import { eventually, type Page, type Session } from './operator-client.ts';
import type { HeardCall, ScriptedStation } from './scripted-station.ts';

let platform: CommandPlatform;

const stationIds =
  'CMD-16 CMD-201 MOVED SILENT MOVED-2 RESTART STEP-1 STEP-2 STEP-3 STEP-4 FACT-16 FACT-201 FACT-LOST'.split(' ');
const reset = { intent: 'ResetStation', parameters: { when: 'idle' }, expiresInSeconds: 60 };
const read = { intent: 'ReadConfiguration', parameters: {}, expiresInSeconds: 300 };
/** `STOPPED_SECONDS=60 npm test -- e2e/commands`: a gateway is stopped so much longer, and has the product's limit. */
const stoppedSeconds = Number(process.env['STOPPED_SECONDS'] ?? '0');
/** The same few stations come back all the time, and ask before the gateways have heard of them. */
const manyConnects = {
  FLAPPING_CONNECTS_MAX: '1000',
  IDENTITY_CONNECTS_PER_SECOND_MAX: '100',
  IDENTITY_FAILURES_FREE: '10000',
  ADDRESS_FAILURES_FREE: '10000',
};
const never = (): undefined => undefined;
const answerReads = ({ action }: HeardCall): object =>
  action === 'GetConfiguration' ? { configurationKey: [] } : { status: 'Accepted' };

before(async () => {
  platform = await openCommandPlatform({
    identities: stationIds.map(identityOf),
    env: { LEASE_EVERY_MS: '250', LEASE_TIMEOUT_MS: '5000', ...manyConnects },
    // At first it does not notice that it was stopped: the fences alone have to hold.
    envOfFirst: { PAUSED_MS_MAX: '600000' },
  });
});
after(() => platform.close());

function identityOf(stationId: string): StationIdentity {
  const version = stationId.endsWith('201') ? '2.0.1' : '1.6';
  const tokens = [{ uid: tokenOf(stationId), type: 'ISO14443' }] as const;
  return { stationId, version, password: `password-of-${stationId}-0123456789abcdef`, evses: 1, tokens };
}

function tokenOf(stationId: string): string {
  return `T-${stationId}`;
}

const start16 = (uid: string, meterStart = 0) => ({
  connectorId: 1,
  idTag: uid,
  meterStart,
  timestamp: '2026-11-25T10:00:00Z',
});
const start201 = (uid: string, transactionId: string, remoteStartId?: number) => ({
  eventType: 'Started',
  timestamp: '2026-11-25T10:00:00Z',
  triggerReason: remoteStartId === undefined ? 'Authorized' : 'RemoteStart',
  seqNo: 0,
  transactionInfo: { transactionId, ...(remoteStartId === undefined ? {} : { remoteStartId }) },
  evse: { id: 1, connectorId: 1 },
  idToken: { idToken: uid, type: 'ISO14443' },
});
const status = (named: string) => ({ connectorId: 1, errorCode: 'NoError', status: named });
const meterValues = (transactionId: unknown, wh: number) => ({
  connectorId: 1,
  transactionId,
  meterValue: [
    {
      timestamp: '2026-11-25T10:05:00Z',
      sampledValue: [{ value: String(wh), measurand: 'Energy.Active.Import.Register', unit: 'Wh' }],
    },
  ],
});

const heardOf = (station: ScriptedStation, action: string): number =>
  station.calls.filter((call) => call.action === action).length;
const ofType = <T extends AnyRecord['type']>(records: readonly AnyRecord[], type: T) =>
  records.filter((record): record is Extract<AnyRecord, { type: T }> => record.type === type);

async function connectedAt(stationId: string, gateway: 0 | 1, answer?: Parameters<CommandPlatform['connect']>[2]) {
  const station = await platform.connect(stationId, gateway, answer);
  await station.boot();
  return station;
}

/** The stations service knows this connection, which the station has booted on. */
async function isLive(stationId: string, gatewayId?: string): Promise<StationState> {
  return eventually(`${stationId} is live`, async () => {
    const state = await platform.stateOf(stationId);
    return state.connected && (gatewayId === undefined || state.connection.gatewayId === gatewayId) ? state : undefined;
  });
}

async function sessionsOf(stationId: string): Promise<readonly Session[]> {
  const page = await platform.operator.get<Page<Session>>(`/v1/sessions?stationId=${stationId}`);
  return page.items;
}

const oneSession = (stationId: string): Promise<Session> =>
  eventually(`a session of ${stationId}`, async () => (await sessionsOf(stationId))[0]);

/** Sends a command and waits until the station heard its CALL. */
async function commanded(station: ScriptedStation, stationId: string, body: object): Promise<Command> {
  const heard = station.calls.length;
  const command = await platform.command(stationId, body);
  await eventually(`${stationId} heard the command`, async () => station.calls.length > heard || undefined);
  return command;
}

async function restartFirst(env: Readonly<Record<string, string>>): Promise<void> {
  const [first] = platform.gateways;
  await first.kill();
  await first.start(env);
}

test('an operator vouches for the card that a remote start names, also on another gateway; nobody for a stranger', async () => {
  const command = { intent: 'StartCharging', parameters: { evseId: 1, token: { uid: 'GUEST-1' } } };
  const station = await connectedAt('CMD-16', 0);
  await isLive('CMD-16');
  const started = await commanded(station, 'CMD-16', command);
  assert.equal((await platform.completed(started.commandId)).outcome, 'accepted');
  station.close();
  const moved = await connectedAt('CMD-16', 1);
  assert.deepEqual((await moved.ask('Authorize', { idTag: 'guest-1' }))?.payload, {
    idTagInfo: { status: 'Accepted' },
  });
  const accepted = await moved.ask('StartTransaction', { ...start16('GUEST-1'), timestamp: new Date().toISOString() });
  assert.deepEqual(accepted?.payload['idTagInfo'], { status: 'Accepted' });
  const stranger = await moved.ask('StartTransaction', start16('GUEST-2', 7));
  assert.deepEqual(stranger?.payload['idTagInfo'], { status: 'Invalid' });
  moved.close();

  const station2 = await connectedAt('CMD-201', 0);
  await isLive('CMD-201');
  await commanded(station2, 'CMD-201', command);
  const remoteStartId = station2.calls[0]?.payload['remoteStartId'];
  const byId = await station2.ask('TransactionEvent', start201('GUEST-1', 'tx-guest', Number(remoteStartId)));
  assert.deepEqual(byId?.payload, { idTokenInfo: { status: 'Accepted' } });
  const other = await station2.ask('TransactionEvent', start201('GUEST-1', 'tx-other', Number(remoteStartId) ^ 1));
  assert.deepEqual(other?.payload, { idTokenInfo: { status: 'Invalid' } });
  station2.close();
});

test('a request that stands in the log twice is carried out once', async () => {
  const station = await connectedAt('CMD-16', 0);
  await isLive('CMD-16');
  const command = await commanded(station, 'CMD-16', reset);
  await platform.completed(command.commandId);
  const records = await platform.recordsOf('commands', 'CMD-16');
  const request = ofType(records, 'CommandRequested').find(({ commandId }) => commandId === command.commandId);
  assert.ok(request !== undefined);
  const value = encodeRecord('CommandRequested', request);
  await platform.append('commands', 'CMD-16', { type: 'CommandRequested', value });
  const next = await commanded(station, 'CMD-16', read);
  await platform.completed(next.commandId);
  assert.deepEqual([heardOf(station, 'Reset'), heardOf(station, 'GetConfiguration')], [1, 1]);
  station.close();
});

test('the fences hold where a stopped gateway does not notice: what it says late touches nothing, what it counts counts once', async () => {
  const [first] = platform.gateways;
  const old = await connectedAt('MOVED', 0, () => ({ status: 'Accepted', configurationKey: [] }));
  await isLive('MOVED');
  const begun = await old.ask('StartTransaction', start16(tokenOf('MOVED')));
  const transactionId = begun?.payload['transactionId'];
  first.pause();
  const heardBefore = old.heard.length;
  const command = await platform.command('MOVED', reset);
  for (const [id, action, payload] of [
    ['late-1', 'StatusNotification', status('Faulted')],
    ['late-2', 'BootNotification', { chargePointVendor: 'V', chargePointModel: 'STALE' }],
    ['late-3', 'MeterValues', meterValues(transactionId, 500)],
    ['late-4', 'StartTransaction', start16(tokenOf('MOVED'))],
  ] as const)
    old.send(JSON.stringify([2, id, action, payload]));
  const live = await platform.connect('MOVED', 1);
  await live.boot('LIVE');
  await live.ask('StatusNotification', status('Charging'));
  await live.ask('MeterValues', meterValues(transactionId, 500));
  const done = await platform.completed(command.commandId);
  assert.deepEqual([done.outcome, done.requests, heardOf(live, 'Reset')], ['accepted', 2, 1]);
  first.resume();
  const end = await old.ended;
  assert.deepEqual(end, { kind: 'closed', code: 1008 }, 'the newer connection displaced it');
  await eventually('the late facts are in the log', async () => {
    const [end2] = ofType(await platform.recordsOf('events', 'MOVED'), 'StationDisconnected');
    return end2;
  });
  assertIsStale(await platform.recordsOf('events', 'MOVED'));
  assert.deepEqual(
    [old.heard.slice(heardBefore).filter((text) => text.startsWith('[2')), heardOf(live, 'Reset')],
    [[], 1],
  );
  await assertStands('MOVED', live);
  const session = await oneSession('MOVED');
  const stopped = { transactionId, meterStop: 900, timestamp: '2026-11-25T10:10:00Z', idTag: tokenOf('MOVED') };
  await live.ask('StopTransaction', stopped);
  const ended = await eventually('the session ended', async () => {
    const [only] = await sessionsOf('MOVED');
    return only?.state === 'ended' ? only : undefined;
  });
  assert.deepEqual([ended.sessionId, ended.energyMilliWh], [session.sessionId, 900_000]);
  assert.equal((await sessionsOf('MOVED')).length, 1);
  live.close();
});

/** The woken gateway did say something, under its older epoch, after the newer connection began. */
function assertIsStale(events: readonly AnyRecord[]): void {
  const newer = events.findLastIndex(({ type }) => type === 'StationConnected');
  const told = ofType(events.slice(newer), 'ConnectorStatusChanged');
  const [late, live] = ['Faulted', 'Charging'].map((named) => told.find((event) => event.status === named));
  assert.ok((late?.meta.connectionEpoch ?? Infinity) < (live?.meta.connectionEpoch ?? -1));
}

/** Once everything of the log is folded, the live connection's words stand. */
async function assertStands(stationId: string, live: ScriptedStation): Promise<void> {
  const events = await platform.recordsOf('events', stationId);
  const gatewayId = ofType(events, 'StationConnected').at(-1)?.gatewayId ?? '';
  // What comes last in the log is folded last.
  await live.ask('StatusNotification', { ...status('Available'), connectorId: 2 });
  await eventually('everything is folded', async () => {
    const { connectors } = await platform.stateOf(stationId);
    return connectors.length === 2 || undefined;
  });
  const state = await isLive(stationId, gatewayId);
  assert.deepEqual([state.boot?.model, state.connectors[0]?.status], ['LIVE', 'Charging']);
  assert.match(JSON.stringify(await live.ask('Heartbeat', {})), /currentTime/);
}

test('a gateway that was stopped answers nobody as it wakes: its sockets end, old upgrades are refused, a lost lease is over', async () => {
  await restartFirst({ PAUSED_MS_MAX: stoppedSeconds === 0 ? '2000' : '15000' });
  const [first] = platform.gateways;
  const old = await connectedAt('MOVED-2', 0);
  const silent = await connectedAt('SILENT', 0);
  await isLive('MOVED-2');
  await isLive('SILENT');
  first.pause();
  const heard = [old, silent].map((station) => station.heard.length);
  old.send(JSON.stringify([2, 'late', 'StatusNotification', status('Faulted')]));
  silent.send(JSON.stringify([2, 'late', 'Heartbeat', {}]));
  const waiting = await platform.command('SILENT', read);
  const live = await platform.connect('MOVED-2', 1);
  await live.boot('LIVE');
  await live.ask('StatusNotification', status('Charging'));
  const lost = await eventually('the lease is over', async () => {
    const state = await platform.stateOf('SILENT');
    return state.connected ? undefined : state;
  });
  assert.equal(lost.connection.endCause, 'lease-expired');
  await delay(stoppedSeconds * 1_000);
  // A station gives up after 30 s, so this one comes late; it waits in the queue of the stopped process.
  const late = platform.knock('MOVED-2', 0);
  first.resume();
  const closed = { kind: 'closed', code: 1012 };
  assert.deepEqual(await Promise.all([old.ended, silent.ended]), [closed, closed]);
  assert.equal((await late.ended).kind, 'refused');
  assert.deepEqual([old.heard.length, silent.heard.length], heard, 'nothing was answered, nothing was sent');
  await assertStands('MOVED-2', live);
  const again = await connectedAt('SILENT', 0, () => ({ configurationKey: [] }));
  const done = await platform.completed(waiting.commandId);
  assert.deepEqual([done.outcome, heardOf(again, 'GetConfiguration')], ['accepted', 1]);
  live.close();
  again.close();
});

test('a gateway killed at any step of a command: done once, or unknown and never sent again; a read is asked again', async () => {
  // Each command stays where its failpoint holds it, as it would where the process crashed there; then the process is killed.
  const steps = ['gateway.before-command-completed=hang', 'gateway.after-command-sent=hang@2'];
  await restartFirst({ FAILPOINTS: [...steps, 'gateway.before-command-sent=hang@4'].join(';') });
  const cases = [
    { stationId: 'STEP-1', body: reset, action: 'Reset', sees: 'answered', expected: ['unknown', 1, 1, 0] },
    { stationId: 'STEP-2', body: reset, action: 'Reset', sees: 'announced', expected: ['unknown', 1, 0, 0] },
    { stationId: 'STEP-3', body: read, action: 'GetConfiguration', sees: 'answered', expected: ['accepted', 2, 1, 1] },
    { stationId: 'STEP-4', body: reset, action: 'Reset', sees: 'nothing', expected: ['accepted', 2, 0, 1] },
  ] as const;
  const held: { commandId: string; old: ScriptedStation }[] = [];
  for (const { stationId, body, sees } of cases) {
    const old = await connectedAt(stationId, 0, answerReads);
    await isLive(stationId);
    const { commandId } = await platform.command(stationId, body);
    if (sees === 'answered') await eventually(`${stationId} heard it`, async () => old.calls.length > 0 || undefined);
    if (sees === 'announced')
      await eventually(`${stationId} is about to hear it`, async () => {
        return ofType(await platform.recordsOf('commands', stationId), 'CommandSent')[0];
      });
    held.push({ commandId, old });
  }
  await platform.gateways[0].kill();
  const back = await Promise.all(cases.map(({ stationId }) => connectedAt(stationId, 1, answerReads)));
  for (const [index, { stationId, action, expected }] of cases.entries()) {
    const { commandId, old } = held[index] ?? assert.fail();
    const live = back[index] ?? assert.fail();
    const { outcome, requests } = await platform.completed(commandId);
    assert.deepEqual([outcome, requests, heardOf(old, action), heardOf(live, action)], expected, stationId);
    live.close();
  }
});

test('a gateway killed before it recorded a start, or before it answered it: the retry is the start, and the same start', async () => {
  const cases = [
    { stationId: 'FACT-16', recorded: 1 },
    { stationId: 'FACT-201', recorded: 1 },
    { stationId: 'FACT-LOST', recorded: 0 },
  ] as const;
  // Accepted before, they need not boot again: the first that they say to the gateway that will be killed is the start.
  for (const { stationId } of cases) (await connectedAt(stationId, 1)).close();
  await platform.gateways[0].start({ FAILPOINTS: 'gateway.after-append=hang;gateway.before-append=crash@3' });
  const unanswered: Promise<unknown>[] = [];
  for (const { stationId, recorded } of cases) {
    const old = await platform.connect(stationId, 0);
    unanswered.push(old.ask(...startOf(stationId), 'first'));
    if (recorded > 0) await eventually('the start is recorded', async () => (await startsOf(stationId))[0]);
  }
  assert.deepEqual(await Promise.all(unanswered), [undefined, undefined, undefined]);
  for (const { stationId, recorded } of cases) {
    assert.equal((await startsOf(stationId)).length, recorded, stationId);
    const retry = await platform.connect(stationId, 1);
    const start = startOf(stationId);
    const answers = [await retry.ask(...start, 'first'), await retry.ask(...start, 'second')];
    assert.match(JSON.stringify(answers[0]), /"status":"Accepted"/);
    assert.deepEqual(answers[0], answers[1]);
    const facts = await startsOf(stationId);
    const ids = new Set(facts.map(({ transactionId }) => transactionId));
    assert.deepEqual([facts.length, ids.size], [recorded + 2, 1], 'retries on another socket are facts, too');
    if (start[0] === 'StartTransaction') assert.ok(ids.has(String(answers[0]?.payload['transactionId'])));
    await oneSession(stationId);
    assert.equal((await sessionsOf(stationId)).length, 1);
    retry.close();
  }
});

function startOf(stationId: string): [action: string, payload: object] {
  if (stationId.endsWith('201')) return ['TransactionEvent', start201(tokenOf(stationId), 'tx-crash')];
  return ['StartTransaction', start16(tokenOf(stationId), 100)];
}

async function startsOf(stationId: string) {
  return ofType(await platform.recordsOf('events', stationId), 'TransactionStarted');
}

test('a command outlives the stations service: its answer meanwhile counts, and so does its key', async () => {
  const stations = platform.trial.processes.get('stations');
  assert.ok(stations !== undefined);
  const station = await connectedAt('RESTART', 1, never);
  await isLive('RESTART');
  const body = { ...reset, idempotencyKey: 'once' };
  const command = await commanded(station, 'RESTART', body);
  await stations.kill();
  station.send(JSON.stringify([3, station.calls[0]?.id, { status: 'Accepted' }]));
  await eventually('its end is in the log', async () => {
    const [end] = ofType(await platform.recordsOf('commands', 'RESTART'), 'CommandCompleted');
    return end;
  });
  await stations.start();
  assert.equal((await platform.completed(command.commandId)).outcome, 'accepted');
  assert.equal((await platform.command('RESTART', body)).commandId, command.commandId);
  const next = await commanded(station, 'RESTART', read);
  station.send(JSON.stringify([3, station.calls[1]?.id, { configurationKey: [] }]));
  assert.equal((await platform.completed(next.commandId)).outcome, 'accepted');
  assert.deepEqual([heardOf(station, 'Reset'), heardOf(station, 'GetConfiguration')], [1, 1]);
  station.close();
});
