// Pending stations are configured, read back, let in; over crashes of whoever does it. None starts a charge before.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { StationIdentity } from '#load-tests/fleet/identities';
import { openCommandPlatform, type CommandPlatform } from './command-platform.ts';
import { eventually, type Page, type Session } from './operator-client.ts';
import type { HeardCall, ScriptedStation } from './scripted-station.ts';

let platform: CommandPlatform;
const stationIds = [
  'ON-REBOOT',
  'ON-REFUSES',
  'ON-16',
  'ON-201',
  'ON-HAND',
  'ON-WRONG',
  'ON-CRASH',
  'NO-BOOT',
  'MOVED-16',
  'MOVED-201',
];

before(async () => {
  platform = await openCommandPlatform({
    identities: stationIds.map(identityOf),
    env: { STATIONS_TICK_MS: '200' },
    envOfFirst: {},
  });
  const { operator } = platform;
  await put('/v1/templates/onboarded', {
    vendor: 'V',
    configuration: [
      { variable: 'HeartbeatInterval', value: '60' },
      { component: 'OCPPCommCtrlr', variable: 'HeartbeatInterval', value: '60' },
    ],
  });
  for (const stationId of stationIds)
    if (stationId.startsWith('ON-')) await patch(`/v1/stations/${stationId}`, { bootPolicy: 'pending' });
  await patch('/v1/stations/ON-16', { configuration: [{ variable: 'MeterValueSampleInterval', value: '30' }] });
  await patch('/v1/stations/ON-HAND', { templateId: (await put('/v1/templates/empty', {})).templateId });
  await patch('/v1/stations/NO-BOOT', { acceptsWithoutBoot: true });
  assert.equal((await operator.get<{ bootPolicy: string }>('/v1/stations/ON-16')).bootPolicy, 'pending');
});
after(() => platform.close());

function identityOf(stationId: string): StationIdentity {
  const version = stationId.endsWith('201') ? '2.0.1' : '1.6';
  return { stationId, version, password: `password-of-${stationId}-0123456789abcdef`, evses: 1, tokens: [] };
}

async function write<T>(method: string, path: string, body: object): Promise<T> {
  const response = await platform.operator.raw(path, { method, body: JSON.stringify(body) });
  const text = await response.text();
  assert.ok(response.ok, `${path} answers ${response.status}: ${text}`);
  return JSON.parse(text) as T;
}
const patch = (path: string, body: object) => write<object>('PATCH', path, body);
const put = (path: string, body: object) => write<{ templateId: string }>('PUT', path, body);

type Data = { component: object; variable: { name: string }; attributeValue: string };

/** A station that keeps what it is told; `keeps`: what it makes of a value. */
function configurable(keeps: (value: string) => string = (value) => value) {
  const values = new Map<string, string>();
  const answer = ({ action, payload }: HeardCall): object => {
    switch (action) {
      case 'ChangeConfiguration':
        values.set(String(payload['key']), keeps(String(payload['value'])));
        return { status: 'Accepted' };
      case 'GetConfiguration': {
        const keys = payload['key'] as string[];
        return { configurationKey: keys.map((key) => ({ key, readonly: false, value: values.get(key) ?? '' })) };
      }
      case 'SetVariables': {
        const set = payload['setVariableData'] as Data[];
        for (const { variable, attributeValue } of set) values.set(variable.name, keeps(attributeValue));
        const results = set.map(({ component, variable }) => ({ component, variable, attributeStatus: 'Accepted' }));
        return { setVariableResult: results };
      }
      case 'GetVariables': {
        const asked = payload['getVariableData'] as Data[];
        const results = asked.map(({ component, variable }) => {
          const attributeValue = values.get(variable.name) ?? '';
          return { component, variable, attributeStatus: 'Accepted', attributeValue };
        });
        return { getVariableResult: results };
      }
      default:
        return { status: 'Accepted' };
    }
  };
  return { values, answer };
}

const bootOf = (station: ScriptedStation, is2: boolean) =>
  station.ask(
    'BootNotification',
    is2
      ? { reason: 'PowerUp', chargingStation: { vendorName: 'V', model: 'M' } }
      : { chargePointVendor: 'V', chargePointModel: 'M' },
  );

async function statusOfBoot(station: ScriptedStation, is2 = false): Promise<unknown> {
  return (await bootOf(station, is2))?.payload['status'];
}

/** Resolves once we asked the station to boot again. */
function askedToBoot(station: ScriptedStation): Promise<HeardCall> {
  return eventually('the station is asked to boot', async () =>
    station.calls.find(({ action }) => action === 'TriggerMessage'),
  );
}

const actionsOf = ({ calls }: ScriptedStation): string[] => calls.map(({ action }) => action);

/** Gateways hear of the acceptance by a topic of its own: a station that is a little too fast boots once more. */
function acceptedAtBoot(station: ScriptedStation, is2 = false): Promise<true> {
  return eventually('its boot is accepted', async () =>
    (await statusOfBoot(station, is2)) === 'Accepted' ? true : undefined,
  );
}

const start = { intent: 'StartCharging', parameters: { evseId: 1, token: { uid: 'CARD', type: 'ISO14443' } } };

for (const [stationId, is2] of [
  ['ON-16', false],
  ['ON-201', true],
] as const) {
  test(`${stationId}: pending, configured by its template, read back, let in, and only then started`, async () => {
    const { values, answer } = configurable();
    const station = await platform.connect(stationId, 0, answer);
    assert.equal(await statusOfBoot(station, is2), 'Pending');
    const early = await platform.command(stationId, start);
    assert.equal((await platform.completed(early.commandId)).outcome, 'notAccepted');
    const forced = await platform.command(stationId, { ...start, beforeAcceptance: true });
    assert.equal((await platform.completed(forced.commandId)).outcome, 'notAccepted');
    await askedToBoot(station);
    assert.equal(values.get('HeartbeatInterval'), '60');
    assert.equal(values.get('MeterValueSampleInterval'), is2 ? undefined : '30', 'and what it alone shall be');
    const [write, read] = is2 ? ['SetVariables', 'GetVariables'] : ['ChangeConfiguration', 'GetConfiguration'];
    assert.equal(actionsOf(station).includes(is2 ? 'RequestStartTransaction' : 'RemoteStartTransaction'), false);
    assert.deepEqual(
      [...new Set(actionsOf(station))].filter((action) => action !== 'TriggerMessage'),
      [write, read],
    );
    await acceptedAtBoot(station, is2);
    const path = `/v1/stations/${stationId}`;
    const drift = await platform.operator.get<{ state: string; templateId: string }>(`${path}/configuration-drift`);
    assert.deepEqual([drift.state, drift.templateId], ['same', 'onboarded']);
    assert.equal((await platform.operator.get<{ phase: string }>(`${path}/onboarding`)).phase, 'accepted');
    const late = await platform.command(stationId, start);
    assert.equal((await platform.completed(late.commandId)).outcome, 'accepted');
    station.close();
  });
}

test('a station that keeps something else stays pending; its drift is told, one by one and in the list', async () => {
  const { answer } = configurable(() => '61');
  const station = await platform.connect('ON-WRONG', 0, answer);
  assert.equal(await statusOfBoot(station), 'Pending');
  const told = await eventually(
    'it failed',
    async () => {
      const path = '/v1/stations/ON-WRONG/onboarding';
      const onboarding = await platform.operator.get<{ phase: string; detail: string }>(path);
      return onboarding.phase === 'failed' ? onboarding : undefined;
    },
    60_000,
  );
  assert.equal(told.detail, 'HeartbeatInterval is 61');
  assert.equal(await statusOfBoot(station), 'Pending');
  assert.equal(actionsOf(station).includes('TriggerMessage'), false);
  const list = await platform.operator.get<Page<{ stationId: string }>>('/v1/configuration-drift?state=different');
  // The log is shared: others' stations may differ as well.
  assert.deepEqual(
    list.items.map(({ stationId }) => stationId).filter((each) => each.startsWith('ON-')),
    ['ON-WRONG'],
  );
  station.close();
});

test('a value that needs a reboot: the station is reset, read back once it has booted, and only then let in', async () => {
  const { values, answer } = configurable();
  const needsReboot = (call: HeardCall): object | undefined => {
    const answered = answer(call);
    return call.action === 'ChangeConfiguration' ? { status: 'RebootRequired' } : answered;
  };
  const before = await platform.connect('ON-REBOOT', 0, needsReboot);
  assert.equal(await statusOfBoot(before), 'Pending');
  await eventually('it is reset', async () => before.calls.find(({ action }) => action === 'Reset'));
  assert.equal(values.get('HeartbeatInterval'), '60');
  assert.equal(actionsOf(before).includes('GetConfiguration'), false, 'what a reboot brings is not read before it');
  before.close();
  const after = await platform.connect('ON-REBOOT', 0, needsReboot);
  assert.equal(await statusOfBoot(after), 'Pending');
  await askedToBoot(after);
  assert.deepEqual(
    actionsOf(after).filter((action) => action !== 'TriggerMessage'),
    ['GetConfiguration'],
    'neither written nor reset a second time',
  );
  await acceptedAtBoot(after);
  after.close();
});

test('a station that refuses a key stays pending, and its operator reads which command it refused', async () => {
  const { answer } = configurable();
  const refuses = (call: HeardCall) => (call.action === 'ChangeConfiguration' ? { status: 'Rejected' } : answer(call));
  const station = await platform.connect('ON-REFUSES', 0, refuses);
  assert.equal(await statusOfBoot(station), 'Pending');
  const told = await eventually('it failed', async () => {
    const path = '/v1/stations/ON-REFUSES/onboarding';
    const onboarding = await platform.operator.get<{ phase: string; detail: string }>(path);
    return onboarding.phase === 'failed' ? onboarding : undefined;
  });
  assert.match(told.detail, /^write-0 rejected/);
  assert.equal(await statusOfBoot(station), 'Pending');
  assert.deepEqual(actionsOf(station), ['ChangeConfiguration'], 'asked once: what is refused is refused again');
  station.close();
});

test('without anything to configure an operator lets it in; meanwhile it is asked what may be asked', async () => {
  const { answer } = configurable();
  const station = await platform.connect('ON-HAND', 1, answer);
  assert.equal(await statusOfBoot(station), 'Pending');
  const message = { message: 'BootNotification' };
  const trigger = { intent: 'TriggerMessage', parameters: message, beforeAcceptance: true };
  const { commandId } = await platform.command('ON-HAND', trigger);
  assert.equal((await platform.completed(commandId)).outcome, 'accepted');
  assert.equal(await statusOfBoot(station), 'Pending');
  await write('PUT', '/v1/stations/ON-HAND/acceptance', { accepted: true });
  await eventually('it is asked to boot again', async () =>
    actionsOf(station).filter((action) => action === 'TriggerMessage').length > 1 ? true : undefined,
  );
  await acceptedAtBoot(station);
  await write('PUT', '/v1/stations/ON-HAND/acceptance', { accepted: false });
  await eventually('its next boot is pending again', async () =>
    (await statusOfBoot(station)) === 'Pending' ? true : undefined,
  );
  const asked = actionsOf(station).length;
  await write('PUT', '/v1/stations/ON-HAND/acceptance', { accepted: true });
  await eventually('let in again, it is asked again', async () =>
    actionsOf(station).slice(asked).includes('TriggerMessage') ? true : undefined,
  );
  await acceptedAtBoot(station);
  station.close();
});

test('a station that never boots works where its operator says so', async () => {
  const station = await platform.connect('NO-BOOT', 0);
  const told = await station.ask('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
  assert.equal(told?.type, 3);
  station.close();
});

test('what another system began ends as a whole session here, in 1.6 and in 2.0.1', async () => {
  const { operator } = platform;
  const startedAt = new Date(Date.now() - 3_600_000).toISOString();
  const endedAt = new Date().toISOString();
  const text = `stationId,transactionId,evseId,meterStartWh,startedAt,tokenUid
MOVED-16,4711,1,1000.5,${startedAt},CARD
MOVED-201,tx-of-another,1,2000,${startedAt},CARD
`;
  const headers = { 'content-type': 'text/csv' };
  const imports = (query: string) =>
    operator.raw(`/v1/imports/transactions${query}`, { method: 'POST', body: text, headers });
  assert.equal((await imports('?dryRun=true')).status, 200);
  assert.deepEqual((await operator.get<Page<Session>>('/v1/sessions?stationId=MOVED-16')).items, []);
  assert.equal((await imports('')).status, 200);
  assert.equal((await imports('')).status, 200, 'again, it is no news');
  const six = await platform.connect('MOVED-16', 0);
  await acceptedAtBoot(six);
  const stop = { transactionId: 4711, meterStop: 9000, timestamp: endedAt, idTag: 'CARD' };
  assert.equal((await six.ask('StopTransaction', stop))?.type, 3);
  const two = await platform.connect('MOVED-201', 1);
  await acceptedAtBoot(two, true);
  const meterValue = [{ timestamp: endedAt, sampledValue: [{ value: 10_000, context: 'Transaction.End' }] }];
  const ended = {
    eventType: 'Ended',
    timestamp: endedAt,
    triggerReason: 'EVDeparted',
    seqNo: 9,
    transactionInfo: { transactionId: 'tx-of-another', stoppedReason: 'EVDisconnected' },
    evse: { id: 1, connectorId: 1 },
    meterValue,
  };
  assert.equal((await two.ask('TransactionEvent', ended))?.type, 3);
  for (const [stationId, energyMilliWh] of [
    ['MOVED-16', 7_999_500],
    ['MOVED-201', 8_000_000],
  ] as const) {
    const session = await eventually(`${stationId} has ended`, async () => {
      const { items } = await operator.get<Page<Session>>(`/v1/sessions?stationId=${stationId}`);
      assert.equal(items.length, 1);
      return items[0]?.state === 'ended' ? items[0] : undefined;
    });
    assert.deepEqual([session.energyMilliWh, session.flags], [energyMilliWh, []], stationId);
  }
  six.close();
  two.close();
});

test('whoever onboards is killed before and after each step: every value is written, the station is let in once', async () => {
  const stations = platform.trial.processes.get('stations');
  assert.ok(stations !== undefined);
  const { answer, values } = configurable();
  const places = [
    'stations.before-onboarding-command=crash@2',
    'stations.before-onboarded=crash',
    'stations.after-onboarded=crash',
  ];
  await stations.kill();
  const crashes = async (failpoints: string): Promise<void> => {
    await stations.crash({ FAILPOINTS: failpoints });
  };
  const station = await platform.connect('ON-CRASH', 0, answer);
  assert.equal(await statusOfBoot(station), 'Pending');
  for (const failpoints of places) await crashes(failpoints);
  await stations.start();
  await acceptedAtBoot(station);
  assert.equal(values.get('HeartbeatInterval'), '60');
  const writes = actionsOf(station).filter((action) => action === 'ChangeConfiguration');
  assert.equal(writes.length, 1, 'under the same name a command is carried out once');
  const onboarding = await eventually('it is noted', async () => {
    const told = await platform.operator.get<{ phase: string }>('/v1/stations/ON-CRASH/onboarding');
    return told.phase === 'accepted' ? told : undefined;
  });
  assert.equal(onboarding.phase, 'accepted');
  station.close();
});
