// Monitors, streams, messages, customers, networks, tariffs, DER and batteries: small states that reports show.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainVendors } from '#load-tests/fleet/vendors';
import { waiting } from '#test/load-tests/fleet/accepted-station';
import { until } from '#test/support/until';

const power = { component: { name: 'EVSE', evse: { id: 1 } }, variable: { name: 'Power' } };

test('a monitor tells when its threshold is crossed and when it is back, until it is cleared', async (t) => {
  const rigged = await waiting(t, { version: '2.0.1' });
  const { said, csms, rig } = rigged;
  const wanted = { ...power, type: 'UpperThreshold', value: 100, severity: 3 };
  const set = async (more: object): Promise<string[]> => {
    const { setMonitoringResult } = (await said('SetVariableMonitoring', {
      setMonitoringData: [{ ...wanted, ...more }],
    })) as {
      setMonitoringResult: { status: string; id?: number }[];
    };
    return setMonitoringResult.map(({ status, id }) => `${status} ${id ?? ''}`.trim());
  };
  assert.deepEqual(await set({}), ['Accepted 1']);
  assert.deepEqual(await set({}), ['Duplicate']);
  assert.deepEqual(await set({ component: { name: 'Nowhere' } }), ['UnknownComponent']);
  assert.deepEqual(await set({ variable: { name: 'Nothing' } }), ['UnknownVariable']);
  assert.deepEqual(await set({ variable: { name: 'AvailabilityState' } }), ['UnsupportedMonitorType']);
  assert.deepEqual(await set({ id: 99 }), ['Rejected']);
  await rigged.charge();
  await until(() => csms.of('NotifyEvent').length === 1, 'the alert');
  rig.station.stop(1, 'driver');
  await until(() => csms.of('NotifyEvent').length === 2, 'the all-clear');
  const events = csms
    .of('NotifyEvent')
    .map(({ payload }) => (payload['eventData'] as { cleared?: boolean; variableMonitoringId: number }[])[0]);
  assert.deepEqual(
    events.map((event) => [event?.variableMonitoringId, event?.cleared]),
    [
      [1, undefined],
      [1, true],
    ],
  );
  const report = async (requestId: number, more: object): Promise<unknown> =>
    said('GetMonitoringReport', { requestId, ...more });
  assert.deepEqual(await report(1, { monitoringCriteria: ['DeltaMonitoring'] }), { status: 'EmptyResultSet' });
  assert.deepEqual(await report(2, { monitoringCriteria: ['ThresholdMonitoring'] }), { status: 'Accepted' });
  await until(() => csms.of('NotifyMonitoringReport').length === 1, 'the report');
  assert.deepEqual(await said('ClearVariableMonitoring', { id: [1, 5] }), {
    clearMonitoringResult: [
      { id: 1, status: 'Accepted' },
      { id: 5, status: 'NotFound' },
    ],
  });
  await rigged.charge();
  assert.equal(csms.of('NotifyEvent').length, 2);
});

test('monitors of lesser severity are silent, and a base without own monitors clears them', async (t) => {
  const rigged = await waiting(t, { version: '2.1' });
  const { said, csms } = rigged;
  assert.deepEqual(await said('SetMonitoringLevel', { severity: 4 }), { status: 'Accepted' });
  assert.deepEqual(await said('SetMonitoringLevel', { severity: 10 }), { status: 'Rejected' });
  const monitor = (type: string, value: number, severity: number): object => ({ ...power, type, value, severity });
  await said('SetVariableMonitoring', { setMonitoringData: [monitor('UpperThreshold', 1, 5), monitor('Delta', 1, 4)] });
  await rigged.charge();
  await until(() => csms.of('NotifyEvent').length === 1, 'the change');
  const data = csms.of('NotifyEvent')[0]?.payload['eventData'] as { trigger: string }[] | undefined;
  assert.equal(data?.[0]?.trigger, 'Delta');
  assert.deepEqual(await said('SetMonitoringBase', { monitoringBase: 'FactoryDefault' }), { status: 'Accepted' });
  assert.deepEqual(await said('GetMonitoringReport', { requestId: 1 }), { status: 'EmptyResultSet' });
});

test('2.1: a stream is opened, fed by SEND at its pace, adjusted, and closed with its monitor', async (t) => {
  const { said, csms } = await waiting(t, { version: '2.1' });
  csms.follow((call) => (call.action === 'OpenPeriodicEventStream' ? { result: { status: 'Accepted' } } : undefined));
  const periodicEventStream = { interval: 86_400, values: 3 };
  await said('SetVariableMonitoring', {
    setMonitoringData: [{ ...power, type: 'Periodic', value: 1, severity: 5, periodicEventStream }],
  });
  await until(() => csms.sends.length >= 2, 'two SENDs');
  const [first] = csms.sends;
  assert.equal(first?.action, 'NotifyPeriodicEventStream');
  assert.equal((first?.payload['data'] as object[] | undefined)?.length, 3);
  const listed = { constantStreamData: [{ id: 1, variableMonitoringId: 1, params: periodicEventStream }] };
  assert.deepEqual(await said('GetPeriodicEventStream', {}), listed);
  assert.deepEqual(await said('AdjustPeriodicEventStream', { id: 9, params: { interval: 1 } }), { status: 'Rejected' });
  assert.deepEqual(await said('AdjustPeriodicEventStream', { id: 1, params: { interval: 86_400, values: 6 } }), {
    status: 'Accepted',
  });
  await until(() => csms.sends.some(({ payload }) => (payload['data'] as object[]).length === 6), 'the new pace');
  const before = csms.sends.length;
  await said('AdjustPeriodicEventStream', { id: 1, params: { interval: 2 } });
  await until(() => csms.sends.length > before, 'what has gathered, by time alone');
  await said('ClearVariableMonitoring', { id: [1] });
  await until(() => csms.of('ClosePeriodicEventStream').length === 1, 'the end');
  assert.deepEqual(await said('GetPeriodicEventStream', {}), {});
  csms.follow(() => undefined);
  await said('SetVariableMonitoring', {
    setMonitoringData: [{ ...power, type: 'Periodic', value: 1, severity: 5, periodicEventStream }],
  });
  await until(() => csms.of('OpenPeriodicEventStream').length === 2, 'the second request');
  await until(
    async () => Object.keys((await said('GetPeriodicEventStream', {})) as object).length === 0,
    'the refusal to hold',
  );
});

test('messages are shown, one in front of all, and end with their time or their transaction', async (t) => {
  const rigged = await waiting(t, { version: '2.0.1' });
  const { said, csms, rig } = rigged;
  const message = { format: 'UTF8', content: 'Welcome' };
  const show = async (id: number, more: object): Promise<unknown> =>
    said('SetDisplayMessage', { message: { id, priority: 'NormalCycle', message, ...more } });
  assert.deepEqual(await show(1, { priority: 'AlwaysFront' }), { status: 'Accepted' });
  assert.deepEqual(await show(2, { priority: 'AlwaysFront' }), { status: 'Accepted' });
  assert.deepEqual(await show(3, { message: { ...message, format: 'HTML' } }), { status: 'NotSupportedMessageFormat' });
  assert.deepEqual(await show(4, { transactionId: 'none' }), { status: 'UnknownTransaction' });
  assert.deepEqual(await show(5, { endDateTime: new Date(Date.now() - 1000).toISOString() }), { status: 'Accepted' });
  const transactionId = await rigged.charge();
  assert.deepEqual(await show(6, { transactionId }), { status: 'Accepted' });
  assert.deepEqual(await said('GetDisplayMessages', { requestId: 1, id: [1, 5] }), { status: 'Unknown' });
  assert.deepEqual(await said('GetDisplayMessages', { requestId: 2 }), { status: 'Accepted' });
  await until(() => csms.of('NotifyDisplayMessages').length === 1, 'the report');
  const told = csms.of('NotifyDisplayMessages')[0]?.payload['messageInfo'] as { id: number }[];
  assert.deepEqual(
    told.map(({ id }) => id),
    [2, 6],
  );
  rig.station.stop(1, 'driver');
  assert.deepEqual(await said('ClearDisplayMessage', { id: 6 }), { status: 'Unknown' });
  assert.deepEqual(await said('ClearDisplayMessage', { id: 2 }), { status: 'Accepted' });
});

test('what is known of a customer is told and forgotten; two references are none', async (t) => {
  const rigged = await waiting(t, { version: '2.0.1' });
  const { said, csms } = rigged;
  await rigged.charge(1, 'CUSTOMER');
  const idToken = { idToken: 'CUSTOMER', type: 'ISO14443' };
  const ask = async (more: object): Promise<unknown> =>
    said('CustomerInformation', { requestId: 1, report: true, clear: false, ...more });
  assert.deepEqual(await ask({}), { status: 'Invalid' });
  assert.deepEqual(await ask({ idToken, customerIdentifier: 'x' }), { status: 'Invalid' });
  assert.deepEqual(await ask({ idToken, report: false }), { status: 'Rejected' });
  assert.deepEqual(await ask({ idToken }), { status: 'Accepted' });
  await until(() => csms.of('NotifyCustomerInformation').length === 1, 'the report');
  assert.match(String(csms.of('NotifyCustomerInformation')[0]?.payload['data']), /charging at EVSE 1/);
});

test('a network profile may not lower the security, nor name a slot or address that is none', async (t) => {
  const { said } = await waiting(t, { version: '2.0.1' });
  const data = {
    ocppVersion: 'OCPP20',
    ocppTransport: 'JSON',
    ocppCsmsUrl: 'wss://csms.example/ocpp',
    messageTimeout: 30,
    securityProfile: 2,
    ocppInterface: 'Wired0',
  };
  const set = async (slot: number, more: object): Promise<unknown> =>
    said('SetNetworkProfile', { configurationSlot: slot, connectionData: { ...data, ...more } });
  assert.deepEqual(await set(1, {}), { status: 'Accepted' });
  assert.deepEqual(await set(4, {}), { status: 'Rejected' });
  assert.deepEqual(await set(1, { securityProfile: 0 }), { status: 'Rejected' });
  assert.deepEqual(await set(1, { ocppCsmsUrl: 'http://csms.example' }), { status: 'Failed' });
});

test('a transaction tells whether it goes on and whether messages wait', async (t) => {
  const rigged = await waiting(t, { version: '2.0.1' });
  const { said, rig } = rigged;
  const transactionId = await rigged.charge();
  const status = async (more: object): Promise<unknown> => said('GetTransactionStatus', more);
  await until(() => rig.station.queued === 0, 'the queue to be empty');
  assert.deepEqual(await status({ transactionId }), { ongoingIndicator: true, messagesInQueue: false });
  assert.deepEqual(await status({ transactionId: 'none' }), { ongoingIndicator: false, messagesInQueue: false });
  assert.deepEqual(await status({}), { messagesInQueue: false });
  assert.deepEqual(await said('CostUpdated', { transactionId, totalCost: 3.5 }), {});
});

test('2.1: tariffs are set per EVSE, listed, changed within their currency, cleared', async (t) => {
  const rigged = await waiting(t, { version: '2.1', number: 2 });
  const { said } = rigged;
  const tariff = (tariffId: string, currency = 'EUR', prices = 1): object => ({
    tariffId,
    currency,
    energy: { prices: Array.from({ length: prices }, () => ({ priceKwh: 0.4 })) },
  });
  assert.deepEqual(await said('GetTariffs', { evseId: 0 }), { status: 'NoTariff' });
  assert.deepEqual(await said('SetDefaultTariff', { evseId: 1, tariff: tariff('A') }), { status: 'Accepted' });
  assert.deepEqual(await said('SetDefaultTariff', { evseId: 2, tariff: tariff('A') }), { status: 'DuplicateTariffId' });
  assert.deepEqual(await said('SetDefaultTariff', { evseId: 7, tariff: tariff('B') }), { status: 'Rejected' });
  assert.deepEqual(await said('SetDefaultTariff', { evseId: 2, tariff: tariff('B', 'EUR', 21) }), {
    status: 'TooManyElements',
  });
  assert.deepEqual(await said('GetTariffs', { evseId: 2 }), { status: 'NoTariff' });
  const assignment = { tariffId: 'A', tariffKind: 'DefaultTariff', evseIds: [1] };
  assert.deepEqual(await said('GetTariffs', { evseId: 1 }), { status: 'Accepted', tariffAssignments: [assignment] });
  const transactionId = await rigged.charge();
  const change = async (id: string, currency: string): Promise<unknown> =>
    said('ChangeTransactionTariff', { transactionId: id, tariff: tariff('C', currency) });
  assert.deepEqual(await change('none', 'EUR'), { status: 'TxNotFound' });
  assert.deepEqual(await change(transactionId, 'USD'), { status: 'NoCurrencyChange' });
  assert.deepEqual(await change(transactionId, 'EUR'), { status: 'Accepted' });
  assert.deepEqual(await said('ClearTariffs', { tariffIds: ['A', 'Z'] }), {
    clearTariffsResult: [
      { tariffId: 'A', status: 'Accepted' },
      { tariffId: 'Z', status: 'NoTariff' },
    ],
  });
});

test('2.1: DER controls are kept, superseded by a higher priority, reported and cleared', async (t) => {
  const { said, csms } = await waiting(t, { version: '2.1' });
  const limit = (controlId: string, priority: number): object => ({
    isDefault: true,
    controlId,
    controlType: 'LimitMaxDischarge',
    limitMaxDischarge: { priority, pctMaxDischargePower: 50 },
  });
  assert.deepEqual(await said('GetDERControl', { requestId: 1 }), { status: 'NotFound' });
  const bare = { isDefault: true, controlId: 'x', controlType: 'VoltVar' };
  assert.deepEqual(await said('SetDERControl', bare), { status: 'Rejected' });
  assert.deepEqual(await said('SetDERControl', limit('one', 5)), { status: 'Accepted' });
  assert.deepEqual(await said('SetDERControl', limit('two', 1)), { status: 'Accepted', supersededIds: ['one'] });
  const curve = { curveData: [{ x: 95, y: 10 }], priority: 1, yUnit: 'PctMaxVar' };
  assert.deepEqual(await said('SetDERControl', { ...bare, curve }), { status: 'Accepted' });
  assert.deepEqual(await said('GetDERControl', { requestId: 2 }), { status: 'Accepted' });
  await until(() => csms.of('ReportDERControl').length === 3, 'the report');
  const told = csms.of('ReportDERControl')[0]?.payload['limitMaxDischarge'] as
    | { id: string; isSuperseded: boolean }[]
    | undefined;
  assert.deepEqual([told?.[0]?.id, told?.[0]?.isSuperseded], ['one', true]);
  assert.deepEqual(await said('ClearDERControl', { isDefault: true, controlType: 'LimitMaxDischarge' }), {
    status: 'Accepted',
  });
  assert.deepEqual(await said('ClearDERControl', { isDefault: true, controlId: 'one' }), { status: 'NotFound' });
});

test('2.1: energy transfer fits the vehicle, reserve needs a curve, only a swap station swaps batteries', async (t) => {
  const swapdock = plainVendors.find(({ name }) => name === 'swapdock');
  const idToken = { idToken: 'RIDER', type: 'ISO14443' };
  const plain = await waiting(t, { version: '2.1' });
  assert.deepEqual(await plain.said('RequestBatterySwap', { requestId: 1, idToken }), { status: 'Rejected' });
  assert.deepEqual(await plain.said('AFRRSignal', { timestamp: new Date().toISOString(), signal: 5 }), {
    status: 'Rejected',
  });
  assert.deepEqual(await plain.said('NotifyWebPaymentStarted', { evseId: 1, timeout: 60 }), {});
  const transactionId = await plain.charge();
  const allow = async (id: string, allowedEnergyTransfer: string[]): Promise<unknown> =>
    plain.said('NotifyAllowedEnergyTransfer', { transactionId: id, allowedEnergyTransfer });
  assert.deepEqual(await allow('none', ['DC']), { status: 'Rejected' });
  assert.deepEqual(await allow(transactionId, ['WPT']), { status: 'Rejected' });
  assert.deepEqual(await allow(transactionId, ['AC_single_phase', 'DC']), { status: 'Accepted' });
  assert.ok(swapdock !== undefined);
  const dock = await waiting(t, { version: '2.1', vendor: swapdock });
  assert.deepEqual(await dock.said('RequestBatterySwap', { requestId: 4, idToken }), { status: 'Accepted' });
  await until(() => dock.csms.of('BatterySwap').length === 2, 'the swap');
  const told = dock.csms.of('BatterySwap').map(({ payload }) => [payload['eventType'], payload['requestId']]);
  assert.deepEqual(told, [
    ['BatteryIn', 4],
    ['BatteryOut', 4],
  ]);
});
