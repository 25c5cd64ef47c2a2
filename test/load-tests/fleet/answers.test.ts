// What simulated stations answer to the platform's calls, in both versions, validated against the schemas by the double.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionsOf, type OcppVersion } from '#contracts/ocpp';
import { rows16, rows201, rows21 } from '#load-tests/fleet/answers/tables';
import { waiting } from '#test/load-tests/fleet/accepted-station';
import { until } from '#test/support/until';

test('1.6: a remote start begins a session with that token, a remote stop ends it', async (t) => {
  const { csms, rig, ask } = await waiting(t, { version: '1.6' });
  assert.deepEqual((await ask('RemoteStartTransaction', { idTag: 'DRIVER1', connectorId: 1 }))[2], {
    status: 'Accepted',
  });
  await until(() => rig.tally.sessionsStarted === 1, 'the start');
  assert.equal(csms.of('StartTransaction')[0]?.payload['idTag'], 'DRIVER1');
  assert.deepEqual((await ask('RemoteStartTransaction', { idTag: 'DRIVER2' }))[2], { status: 'Rejected' });
  assert.deepEqual((await ask('RemoteStopTransaction', { transactionId: 4711 }))[2], { status: 'Rejected' });
  assert.deepEqual((await ask('RemoteStopTransaction', { transactionId: 1 }))[2], { status: 'Accepted' });
  await until(() => rig.tally.sessionsEnded === 1, 'the stop');
  assert.equal(csms.of('StopTransaction')[0]?.payload['reason'], 'Remote');
});

test('2.0.1: a requested start carries its remoteStartId and token, and is answered before it begins', async (t) => {
  const { csms, rig, ask } = await waiting(t, { version: '2.0.1' });
  const idToken = { idToken: 'DE-ABC-C12345', type: 'eMAID' };
  assert.deepEqual((await ask('RequestStartTransaction', { idToken, remoteStartId: 77, evseId: 1 }))[2], {
    status: 'Accepted',
  });
  await until(() => rig.tally.sessionsStarted === 1, 'the start');
  const [started] = csms.of('TransactionEvent');
  const info = started?.payload['transactionInfo'] as { transactionId: string; remoteStartId: number };
  assert.equal(started?.payload['triggerReason'], 'RemoteStart');
  assert.deepEqual(started?.payload['idToken'], idToken);
  assert.equal(info.remoteStartId, 77);
  assert.deepEqual((await ask('UnlockConnector', { evseId: 1, connectorId: 1 }))[2], {
    status: 'OngoingAuthorizedTransaction',
  });
  assert.deepEqual((await ask('TriggerMessage', { requestedMessage: 'TransactionEvent' }))[2], { status: 'Accepted' });
  await until(
    () => csms.of('TransactionEvent').some((call) => call.payload['triggerReason'] === 'Trigger'),
    'the triggered event',
  );
  assert.deepEqual((await ask('RequestStopTransaction', { transactionId: info.transactionId }))[2], {
    status: 'Accepted',
  });
  await until(() => rig.tally.sessionsEnded === 1, 'the stop');
  assert.equal(csms.of('TransactionEvent').at(-1)?.payload['triggerReason'], 'RemoteStop');
});

test('1.6: configuration is read and written by key, and the written value counts', async (t) => {
  const { csms, rig, ask } = await waiting(t, { version: '1.6' });
  const known = { key: 'MeterValueSampleInterval', readonly: false, value: '10' };
  const read = await ask('GetConfiguration', { key: ['MeterValueSampleInterval', 'NoSuchKey', '__proto__'] });
  assert.deepEqual(read[2], { configurationKey: [known], unknownKey: ['NoSuchKey', '__proto__'] });
  const write = async (key: string, value: string): Promise<unknown> =>
    (await ask('ChangeConfiguration', { key, value }))[2];
  assert.deepEqual(await write('MeterValueSampleInterval', '7'), { status: 'Accepted' });
  assert.equal(rig.station.settings.meterIntervalSeconds, 7);
  assert.deepEqual(await write('MeterValueSampleInterval', 'often'), { status: 'Rejected' });
  assert.deepEqual(await write('NumberOfConnectors', '9'), { status: 'Rejected' });
  assert.deepEqual(await write('constructor', '9'), { status: 'NotSupported' });
  const all = (await ask('GetConfiguration', {}))[2] as { configurationKey: { key: string }[] };
  assert.ok(all.configurationKey.length > 15);
  assert.ok(
    all.configurationKey.every((each) => each.key !== 'AuthorizationKey'),
    'a password is never shown',
  );
  assert.deepEqual(await write('AuthorizationKey', 'ab'.repeat(20)), { status: 'Accepted' });
  const before = csms.connections;
  rig.station.cutLink();
  await until(() => csms.connections > before, 'the reconnect');
  const credentials = Buffer.from(csms.authorizations.at(-1)?.slice('Basic '.length) ?? '', 'base64').toString();
  assert.equal(credentials, `${rig.station.identity.stationId}:${'ab'.repeat(20)}`);
});

test('2.0.1: variables are read and written, each with its own status', async (t) => {
  const { rig, ask } = await waiting(t, { version: '2.0.1' });
  const variable = (component: string, name: string, instance?: string): object => ({
    component: { name: component },
    variable: instance === undefined ? { name } : { name, instance },
  });
  const asked = [
    variable('OCPPCommCtrlr', 'MessageAttempts', 'TransactionEvent'),
    variable('NoSuchCtrlr', 'HeartbeatInterval'),
    variable('OCPPCommCtrlr', 'NoSuchVariable'),
    variable('SecurityCtrlr', 'BasicAuthPassword'),
    { ...variable('OCPPCommCtrlr', 'HeartbeatInterval'), attributeType: 'Target' },
  ];
  const read = (await ask('GetVariables', { getVariableData: asked }))[2] as {
    getVariableResult: Record<string, string>[];
  };
  const statuses = ['Accepted', 'UnknownComponent', 'UnknownVariable', 'Rejected', 'NotSupportedAttributeType'];
  assert.deepEqual(
    read.getVariableResult.map((each) => each['attributeStatus']),
    statuses,
  );
  assert.equal(read.getVariableResult[0]?.['attributeValue'], '3');
  const written = (
    await ask('SetVariables', {
      setVariableData: [
        { ...variable('SampledDataCtrlr', 'TxUpdatedInterval'), attributeValue: '5' },
        { ...variable('SampledDataCtrlr', 'TxUpdatedInterval'), attributeValue: 'five' },
        { ...variable('ChargingStation', 'Model'), attributeValue: 'Other' },
      ],
    })
  )[2] as { setVariableResult: Record<string, string>[] };
  assert.deepEqual(
    written.setVariableResult.map((each) => each['attributeStatus']),
    ['Accepted', 'Rejected', 'Rejected'],
  );
  assert.equal(rig.station.settings.meterIntervalSeconds, 5);
});

test('2.0.1: a report comes in parts of one request, numbered, the last one without more to come', async (t) => {
  const { csms, ask } = await waiting(t, { version: '2.0.1' });
  assert.deepEqual((await ask('GetBaseReport', { requestId: 5, reportBase: 'FullInventory' }))[2], {
    status: 'Accepted',
  });
  await until(() => csms.of('NotifyReport').some((call) => call.payload['tbc'] === false), 'the last part');
  const parts = csms.of('NotifyReport');
  assert.ok(parts.length >= 2);
  assert.deepEqual(
    parts.map((call) => [call.payload['requestId'], call.payload['seqNo']]),
    parts.map((_, index) => [5, index]),
  );
  assert.ok(!JSON.stringify(parts).includes('"BasicAuthPassword"},"variableAttribute":[{"value"'));
  const nothing = [{ component: { name: 'NoSuchCtrlr' } }];
  assert.deepEqual((await ask('GetReport', { requestId: 6, componentVariable: nothing }))[2], {
    status: 'EmptyResultSet',
  });
});

test('a reset ends the session, leaves, and boots again', async (t) => {
  for (const version of ['1.6', '2.0.1'] as const) {
    const { csms, rig, ask } = await waiting(t, { version });
    const start = version === '1.6' ? { idTag: 'A' } : { idToken: { idToken: 'A', type: 'Local' }, remoteStartId: 1 };
    await ask(version === '1.6' ? 'RemoteStartTransaction' : 'RequestStartTransaction', start);
    await until(() => rig.tally.sessionsStarted === 1, 'the start');
    assert.deepEqual((await ask('Reset', { type: version === '1.6' ? 'Hard' : 'Immediate' }))[2], {
      status: 'Accepted',
    });
    await until(
      () => csms.of('BootNotification').length === 2 && rig.tally.sessionsEnded === 1,
      'the boot and the end',
    );
    assert.equal(csms.connections, 2);
    if (version === '2.0.1') assert.equal(csms.of('BootNotification')[1]?.payload['reason'], 'RemoteReset');
  }
});

test('2.0.1: a reset on idle waits for the session', async (t) => {
  const { csms, rig, ask } = await waiting(t, { version: '2.0.1' });
  await ask('RequestStartTransaction', { idToken: { idToken: 'A', type: 'Local' }, remoteStartId: 1 });
  await until(() => rig.tally.sessionsStarted === 1, 'the start');
  assert.deepEqual((await ask('Reset', { type: 'OnIdle' }))[2], { status: 'Scheduled' });
  const refused = await ask('RequestStartTransaction', { idToken: { idToken: 'B', type: 'Local' }, remoteStartId: 2 });
  assert.deepEqual(refused[2], { status: 'Rejected' });
  const [session] = rig.sessions();
  await ask('RequestStopTransaction', { transactionId: session?.transactionId });
  await until(() => csms.of('BootNotification').length === 2, 'the boot');
});

test('a trigger is followed by its message; an unlock stops the session in 1.6', async (t) => {
  const { csms, rig, ask } = await waiting(t, { version: '1.6' });
  const triggers = [
    'BootNotification',
    'Heartbeat',
    'StatusNotification',
    'MeterValues',
    'FirmwareStatusNotification',
    'DiagnosticsStatusNotification',
  ];
  for (const requestedMessage of triggers) {
    const before = csms.of(requestedMessage).length;
    assert.deepEqual((await ask('TriggerMessage', { requestedMessage }))[2], { status: 'Accepted' });
    await until(() => csms.of(requestedMessage).length > before, requestedMessage);
  }
  await ask('RemoteStartTransaction', { idTag: 'A' });
  await until(() => rig.tally.sessionsStarted === 1, 'the start');
  assert.deepEqual((await ask('UnlockConnector', { connectorId: 1 }))[2], { status: 'Unlocked' });
  await until(() => rig.tally.sessionsEnded === 1, 'the end');
  assert.deepEqual((await ask('UnlockConnector', { connectorId: 9 }))[2], { status: 'NotSupported' });
});

test('an unknown action, a payload that the version does not allow, and nonsense each get their due', async (t) => {
  for (const version of ['1.6', '2.0.1', '2.1'] as const) {
    const { csms, rig, ask } = await waiting(t, { version });
    const { stationId } = rig.station.identity;
    const is16 = version === '1.6';
    assert.equal((await ask('MakeCoffee', {}))[2], 'NotImplemented');
    assert.equal((await ask('constructor', {}))[2], 'NotImplemented');
    assert.equal((await ask(is16 ? 'GetVariables' : 'GetConfiguration', {}))[2], 'NotImplemented');
    const stop = is16 ? 'RemoteStopTransaction' : 'RequestStopTransaction';
    assert.equal((await ask(stop, {}))[2], is16 ? 'OccurenceConstraintViolation' : 'OccurrenceConstraintViolation');
    assert.equal((await ask(stop, { transactionId: [] }))[2], 'TypeConstraintViolation');
    assert.equal((await ask('Reset', { type: 'Gently' }))[2], 'PropertyConstraintViolation');
    const extra = { type: is16 ? 'Soft' : 'OnIdle', force: true };
    assert.equal((await ask('Reset', extra))[2], is16 ? 'FormationViolation' : 'FormatViolation');
    for (const text of ['not json', '{}', '[9,"x",{}]', '[3,"never-sent",{}]', '[2]', 'null'])
      csms.send(stationId, text);
    assert.equal((await ask('MakeCoffee', {}))[2], 'NotImplemented');
    assert.equal(rig.tally.strayFrames, 6);
    assert.equal(csms.of('BootNotification').length, 1);
  }
});

/** What a station sends; every other action of a version comes from the platform. */
const stationsOwn: Readonly<Record<OcppVersion, readonly string[]>> = (() => {
  const both = ['Authorize', 'BootNotification', 'Heartbeat', 'MeterValues', 'StatusNotification', 'SignCertificate'];
  const security = ['SecurityEventNotification', 'LogStatusNotification', 'FirmwareStatusNotification'];
  const in16 = [
    'StartTransaction',
    'StopTransaction',
    'DiagnosticsStatusNotification',
    'SignedFirmwareStatusNotification',
  ];
  const in201 = [
    'ClearedChargingLimit',
    'Get15118EVCertificate',
    'GetCertificateStatus',
    'NotifyChargingLimit',
    'NotifyCustomerInformation',
    'NotifyDisplayMessages',
    'NotifyEVChargingNeeds',
    'NotifyEVChargingSchedule',
    'NotifyEvent',
    'NotifyMonitoringReport',
    'NotifyReport',
    'PublishFirmwareStatusNotification',
    'ReportChargingProfiles',
    'ReservationStatusUpdate',
    'TransactionEvent',
  ];
  const in21 = [
    'BatterySwap',
    'ClosePeriodicEventStream',
    'GetCertificateChainStatus',
    'NotifyDERAlarm',
    'NotifyDERStartStop',
    'NotifyPeriodicEventStream',
    'NotifyPriorityCharging',
    'NotifySettlement',
    'OpenPeriodicEventStream',
    'PullDynamicScheduleUpdate',
    'ReportDERControl',
    'VatNumberValidation',
  ];
  const common = [...both, ...security];
  return { '1.6': [...common, ...in16], '2.0.1': [...common, ...in201], '2.1': [...common, ...in201, ...in21] };
})();

test('every action by which a platform may turn to a station has its row, and no other', () => {
  for (const [version, rows] of [
    ['1.6', rows16],
    ['2.0.1', rows201],
    ['2.1', rows21],
  ] as const) {
    const own = new Set(stationsOwn[version]);
    assert.deepEqual(
      Object.keys(rows).toSorted(),
      actionsOf(version)
        .filter((action) => !own.has(action))
        .toSorted(),
    );
  }
});
