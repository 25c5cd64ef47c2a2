// Whole sessions of simulated stations in front of a platform double: both versions, with and without a connection.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { CsmsDouble, type Rule } from '#test/load-tests/fleet/csms-double';
import { until } from '#test/support/until';
import { rigOf, type Rig, type RigOptions } from '#test/load-tests/fleet/station-rig';

async function plugged(
  t: TestContext,
  options: Omit<RigOptions, 'url'>,
  rule?: Rule,
): Promise<{ csms: CsmsDouble; rig: Rig }> {
  const csms = await new CsmsDouble(rule).listen();
  const rig = rigOf({ ...options, url: csms.url });
  t.after(async () => {
    rig.station.close();
    await csms.close();
  });
  rig.station.connect();
  return { csms, rig };
}

test('a 1.6 station boots, tells its status, authorises, charges and stops, in that order', async (t) => {
  const { csms, rig } = await plugged(t, { version: '1.6' });
  await until(() => rig.tally.sessionsEnded >= 2, 'two sessions');
  assert.deepEqual(csms.violations, []);
  const expected = ['BootNotification', 'StatusNotification', 'StatusNotification', 'Authorize', 'StartTransaction'];
  assert.deepEqual(csms.actions().slice(0, expected.length), expected);
  const [start] = csms.of('StartTransaction');
  const [stop] = csms.of('StopTransaction');
  assert.equal(stop?.payload['transactionId'], 1);
  assert.ok(csms.of('MeterValues').some((call) => call.payload['transactionId'] === 1));
  const [first] = rig.sessions();
  assert.equal(first?.start, 'acknowledged');
  assert.equal(first?.end, 'acknowledged');
  assert.equal(first?.transactionId, '1');
  assert.equal(first?.meterStartMilliWh, Number(start?.payload['meterStart']) * 1000);
  assert.equal(first?.meterStopMilliWh, Number(stop?.payload['meterStop']) * 1000);
  assert.equal(first?.readings, csms.of('MeterValues').filter((call) => call.payload['transactionId'] === 1).length);
});

test('a 2.0.1 station tells one transaction with rising seqNo, from Started to Ended', async (t) => {
  const { csms, rig } = await plugged(t, { version: '2.0.1' });
  await until(() => rig.tally.sessionsEnded >= 2, 'two sessions');
  assert.deepEqual(csms.violations, []);
  const [first] = rig.sessions().filter((session) => session.end === 'acknowledged');
  const events = csms.of('TransactionEvent').filter((call) => transactionIdOf(call.payload) === first?.transactionId);
  assert.deepEqual(
    events.map((call) => call.payload['seqNo']),
    events.map((_, index) => index),
  );
  assert.equal(events[0]?.payload['eventType'], 'Started');
  assert.equal(events.at(-1)?.payload['eventType'], 'Ended');
  const register = registerOf(events.at(-1)?.payload);
  assert.equal(Math.round(register * 1000), first?.meterStopMilliWh);
});

test('while the connection is away the station charges on and delivers everything in order afterwards', async (t) => {
  for (const version of ['1.6', '2.0.1'] as const) {
    const { csms, rig } = await plugged(t, {
      version,
      sessionSeconds: 120,
      settings: { backOffWaitMinimumSeconds: 40 },
    });
    await until(() => rig.tally.sessionsStarted >= 1, 'a session');
    const before = csms.calls.length;
    rig.station.cutLink();
    await until(() => rig.station.queued >= 2, 'messages waiting for the connection');
    await until(() => csms.connections >= 2 && rig.station.queued === 0, 'the queue delivered');
    assert.deepEqual(csms.violations, []);
    const facts = csms.calls
      .slice(before)
      .filter((call) => /TransactionEvent|MeterValues|StopTransaction/.test(call.action));
    const times = facts.map((call) => timestampOf(call.payload));
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    if (version === '2.0.1') assert.ok(facts.some((call) => call.payload['offline'] === true));
  }
});

test('a start whose answer was lost is repeated with the same content, and counts once', async (t) => {
  const ids = new Set<boolean>();
  for (const seed of ['a', 'b', 'c', 'd', 'e', 'f']) {
    let cuts = 0;
    const rule: Rule = (call) => (isStart(call) && cuts++ === 0 ? 'cut' : undefined);
    const { csms, rig } = await plugged(t, { version: '1.6', seed }, rule);
    await until(() => rig.tally.sessionsStarted >= 1, 'the start acknowledged');
    const starts = csms.calls.filter(isStart);
    assert.ok(starts.length >= 2);
    assert.deepEqual(starts[1]?.payload, starts[0]?.payload);
    assert.notEqual(starts[1]?.connection, starts[0]?.connection);
    ids.add(starts[0]?.id === starts[1]?.id);
    assert.equal(rig.sessions().length, rig.tally.sessionsStarted);
  }
  assert.deepEqual(ids.size, 2, 'some stations repeat the message id, others take a new one');
});

test('a refused start is retried after n times the interval, then dropped and counted', async (t) => {
  const at: number[] = [];
  const rule: Rule = (call) => {
    if (!isStart(call)) return undefined;
    at.push(performance.now());
    return { error: 'InternalError' };
  };
  const settings = { transactionMessageAttempts: 3, transactionMessageRetryIntervalSeconds: 30 };
  const { csms, rig } = await plugged(t, { version: '1.6', sessionSeconds: 1000, settings }, rule);
  await until(() => rig.tally.dropped === 1, 'the drop');
  const [first = 0, second = 0, third = 0] = at;
  assert.ok(second - first >= 145, `the second attempt came after ${second - first} ms`);
  assert.ok(third - second >= 295, `the third attempt came after ${third - second} ms`);
  assert.equal(rig.tally.sessionsStarted, 0);
  assert.equal(rig.sessions()[0]?.start, 'dropped');
  await until(() => csms.of('MeterValues').length > 0, 'a reading of the session without a start');
  assert.equal(csms.of('MeterValues')[0]?.payload['transactionId'], -1);
  assert.deepEqual(csms.violations, []);
});

test('the model counts only what was acknowledged', async (t) => {
  const rule: Rule = (call) => (call.action === 'StopTransaction' ? 'silence' : undefined);
  const { csms, rig } = await plugged(t, { version: '1.6' }, rule);
  await until(() => csms.of('StopTransaction').length >= 1, 'a stop without an answer');
  const [session] = rig.sessions();
  assert.equal(session?.start, 'acknowledged');
  assert.equal(session?.end, 'offered');
  assert.equal(rig.tally.sessionsEnded, 0);
});

test('a pending or rejected station boots again after the interval and tells nothing before it is accepted', async (t) => {
  const statuses = ['Pending', 'Rejected', 'Accepted'];
  const rule: Rule = (call) => {
    if (call.action !== 'BootNotification') return undefined;
    return { result: { status: statuses.shift() ?? 'Accepted', currentTime: new Date().toISOString(), interval: 10 } };
  };
  for (const version of ['1.6', '2.0.1'] as const) {
    statuses.splice(0, statuses.length, 'Pending', 'Rejected', 'Accepted');
    const { csms } = await plugged(t, { version }, rule);
    await until(() => csms.actions().includes('StatusNotification'), 'a status');
    assert.deepEqual(csms.actions().slice(0, 4), [
      'BootNotification',
      'BootNotification',
      'BootNotification',
      'StatusNotification',
    ]);
  }
});

test('a platform that no longer knows the station accepted makes it boot and send the same message again', async (t) => {
  let refusals = 0;
  const rule: Rule = (call) => (isStart(call) && refusals++ === 0 ? { error: 'SecurityError' } : undefined);
  const { csms, rig } = await plugged(t, { version: '2.0.1' }, rule);
  await until(() => rig.tally.sessionsStarted >= 1, 'the start acknowledged');
  const starts = csms.calls.filter(isStart);
  assert.deepEqual(starts[1]?.payload, starts[0]?.payload);
  assert.equal(csms.of('BootNotification').length, 2);
  assert.equal(rig.tally.dropped, 0);
});

test('a driver whose token is refused gets no session; one refused by the start is stopped', async (t) => {
  const blocked: Rule = (call) =>
    call.action === 'Authorize' ? { result: { idTagInfo: { status: 'Blocked' } } } : undefined;
  const first = await plugged(t, { version: '1.6' }, blocked);
  await until(() => first.rig.tally.refusedDrivers >= 2, 'two drivers turned away');
  assert.equal(first.csms.of('StartTransaction').length, 0);
  const late: Rule = (call) =>
    call.action === 'StartTransaction' ? { result: { transactionId: 7, idTagInfo: { status: 'Expired' } } } : undefined;
  const second = await plugged(t, { version: '1.6', sessionSeconds: 5000 }, late);
  await until(() => second.csms.of('StopTransaction').length >= 1, 'the stop');
  assert.equal(second.csms.of('StopTransaction')[0]?.payload['reason'], 'DeAuthorized');
});

test('refused upgrades are met with back-off until the platform takes the station in', async (t) => {
  const csms = await new CsmsDouble().listen();
  csms.refuseUpgrades(3);
  const rig = rigOf({ version: '1.6', url: csms.url, timeScale: 50 });
  t.after(async () => {
    rig.station.close();
    await csms.close();
  });
  rig.station.connect();
  await until(() => csms.actions().includes('BootNotification'), 'the boot');
  assert.equal(rig.tally.refusedUpgrades, 3);
  const { stationId, password } = rig.station.identity;
  assert.equal(csms.authorizations[0], `Basic ${Buffer.from(`${stationId}:${password}`).toString('base64')}`);
});

test('a platform that takes calls and never answers is left after two of them, and nothing is lost', async (t) => {
  const rule: Rule = (call) => (call.connection === 1 && call.action !== 'BootNotification' ? 'silence' : undefined);
  const settings = { transactionMessageAttempts: 10 };
  const { csms, rig } = await plugged(t, { version: '2.0.1', isImpatient: true, settings }, rule);
  await until(() => rig.tally.sessionsStarted >= 1, 'a start over another connection');
  assert.ok(csms.connections >= 2);
  assert.ok(rig.tally.timeouts >= 2);
  assert.equal(rig.tally.dropped, 0);
});

test('the same seed gives the same story, another seed another one', async (t) => {
  const told = async (seed: string): Promise<string[]> => {
    const { csms, rig } = await plugged(t, { version: '2.0.1', seed, timeScale: 100 });
    await until(() => rig.tally.sessionsEnded >= 1, 'a session');
    const starts = csms.of('TransactionEvent').filter((call) => call.payload['eventType'] === 'Started');
    return starts
      .slice(0, 1)
      .map((call) =>
        JSON.stringify([call.payload['triggerReason'], call.payload['idToken'], registerOf(call.payload)]),
      );
  };
  assert.deepEqual(await told('one'), await told('one'));
  assert.notDeepEqual(await told('one'), await told('two'));
});

function isStart(call: { action: string; payload: Readonly<Record<string, unknown>> }): boolean {
  return call.action === 'StartTransaction' || call.payload['eventType'] === 'Started';
}

function transactionIdOf(payload: Readonly<Record<string, unknown>>): string {
  return (payload['transactionInfo'] as { transactionId: string }).transactionId;
}

function registerOf(payload: Readonly<Record<string, unknown>> | undefined): number {
  const [value] = (payload?.['meterValue'] ?? []) as {
    sampledValue: { value: number; unitOfMeasure: { unit: string } }[];
  }[];
  const sample = value?.sampledValue[0];
  return (sample?.value ?? 0) * (sample?.unitOfMeasure.unit === 'kWh' ? 1000 : 1);
}

function timestampOf(payload: Readonly<Record<string, unknown>>): number {
  const [value] = (payload['meterValue'] ?? []) as { timestamp: string }[];
  const own = payload['timestamp'];
  return Date.parse(typeof own === 'string' ? own : (value?.timestamp ?? ''));
}
