// Makes of stations: who gets which, and what each quirky one says as the field has seen it.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { fleetIdentities, type FleetVersion } from '#load-tests/fleet/identities';
import { plainVendor, quirkyVendors, vendorChoices, vendorOf, type Vendor } from '#load-tests/fleet/vendors';
import { CsmsDouble } from '#test/load-tests/fleet/csms-double';
import { rigOf, type Rig, type RigOptions } from '#test/load-tests/fleet/station-rig';
import { until } from '#test/support/until';

function named(name: string): Vendor {
  const vendor = quirkyVendors.find((each) => each.name === name);
  assert.ok(vendor !== undefined, name);
  return vendor;
}

async function quirky(
  t: TestContext,
  name: string,
  options: Partial<RigOptions> = {},
): Promise<{ csms: CsmsDouble; rig: Rig }> {
  const csms = await new CsmsDouble().listen();
  const rig = rigOf({ version: '1.6', vendor: named(name), ...options, url: csms.url });
  t.after(async () => {
    rig.station.close();
    await csms.close();
  });
  rig.station.connect();
  return { csms, rig };
}

const ended = async ({ rig }: { rig: Rig }): Promise<void> => until(() => rig.tally.sessionsEnded >= 1, 'a session');

test('the demo has three versions, AC and DC, book and habit; the same station always has the same make', () => {
  const identities = fleetIdentities({ prefix: 'demo', seed: 'demo', count: 25 });
  const makes = identities.map((identity) => vendorOf(identity, 'mix'));
  assert.deepEqual(
    makes,
    identities.map((identity) => vendorOf(identity, 'mix')),
  );
  assert.deepEqual(new Set(identities.map(({ version }) => version)), new Set<FleetVersion>(['1.6', '2.0.1', '2.1']));
  assert.ok(new Set(makes.map(({ current }) => current)).size >= 2);
  const habits = makes.filter((vendor) => quirkyVendors.includes(vendor));
  assert.ok(habits.length >= 8 && habits.length <= 12, `${habits.length} with habits`);
  assert.ok(new Set(habits).size >= 6);
  assert.ok(makes.every((vendor, index) => vendor.versions.includes(identities[index]?.version ?? '1.6')));
});

test('nobody is odd unless asked for, and a name is for its versions alone', () => {
  const [first, second] = fleetIdentities({ prefix: 'X', seed: 's', count: 2 });
  assert.ok(first !== undefined && second !== undefined);
  assert.equal(vendorOf(first, 'none'), plainVendor);
  assert.equal(vendorOf(first, 'single').name, 'single');
  assert.equal(vendorOf(second, 'single'), plainVendor);
  assert.ok(vendorChoices.includes('mix') && new Set(vendorChoices).size === vendorChoices.length);
});

test('numbers for texts, an object for a list, no zone, kWh called Wh, words that no list has', async (t) => {
  type Value = { timestamp: string; sampledValue: { value: unknown; unit?: string; context?: string }[] };
  const heard = async (name: string): Promise<{ value: unknown; start: number; stop: number }> => {
    const { csms, rig } = await quirky(t, name);
    await ended({ rig });
    const values = csms.of('MeterValues');
    assert.ok(values.length > 0);
    const start = Number(csms.of('StartTransaction')[0]?.payload['meterStart']);
    return {
      value: values[0]?.payload['meterValue'],
      start,
      stop: Number(csms.of('StopTransaction')[0]?.payload['meterStop']),
    };
  };
  const sampleOf = ({ value }: { value: unknown }): Value['sampledValue'][number] | undefined =>
    (value as Value[])[0]?.sampledValue[0];
  assert.equal(typeof sampleOf(await heard('numeric'))?.value, 'number');
  assert.ok(!Array.isArray((await heard('single')).value));
  assert.match(((await heard('zoneless')).value as Value[])[0]?.timestamp ?? '', /T\d\d:\d\d:\d\d\.\d{3}$/);
  assert.equal(sampleOf(await heard('dialect'))?.context, 'Sample.Regular');
  const thousandfold = await heard('thousandfold');
  const sample = sampleOf(thousandfold);
  assert.equal(sample?.unit, 'Wh');
  assert.ok(Number(sample?.value) * 1000 >= thousandfold.start && Number(sample?.value) * 1000 <= thousandfold.stop);
});

test('texts that are too long, lists and texts that are empty', async (t) => {
  const wordy = await quirky(t, 'wordy');
  await until(() => wordy.csms.of('StatusNotification').length >= 1, 'the status');
  assert.ok(String(wordy.csms.of('BootNotification')[0]?.payload['chargePointModel']).length > 20);
  assert.ok(String(wordy.csms.of('StatusNotification')[0]?.payload['info']).length > 50);
  const hollow = await quirky(t, 'hollow', { seed: 'two' });
  await ended(hollow);
  assert.equal(hollow.csms.of('BootNotification')[0]?.payload['iccid'], '');
  const data = hollow.csms.of('StopTransaction')[0]?.payload['transactionData'] as unknown[];
  assert.ok(data.length === 0 || hollow.rig.station.traits.sendsTransactionData);
});

test('no subprotocol; ids beyond 36 characters', async (t) => {
  const nameless = await quirky(t, 'nameless');
  await ended(nameless);
  assert.deepEqual(nameless.csms.subprotocols, [undefined]);
  const long = await quirky(t, 'long-ids', { version: '2.0.1' });
  await ended(long);
  assert.ok(long.csms.calls.every(({ id }) => id.length > 36));
  assert.deepEqual(long.csms.violations, []);
});

test('a start is told again after a reconnect, with its own time, and counts once on our side', async (t) => {
  const { csms, rig } = await quirky(t, 'repeating', { sessionSeconds: 1e6 });
  await until(() => rig.tally.sessionsStarted === 1, 'the start');
  rig.station.cutLink();
  await until(() => csms.of('StartTransaction').length === 2, 'the repeated start');
  const [first, second] = csms.of('StartTransaction');
  assert.deepEqual(second?.payload, first?.payload);
  assert.notEqual(second?.id, first?.id);
  assert.equal(rig.tally.sessionsStarted, 1);
});

test('a boot is never told again, not even after a reset', async (t) => {
  const { csms, rig } = await quirky(t, 'bootless', { idleSeconds: 1e6 });
  await until(() => csms.of('StatusNotification').length === 1, 'the status');
  await csms.call(rig.station.identity.stationId, 'Reset', { type: 'Hard' });
  await until(() => csms.of('StatusNotification').length === 2, 'the status after the reset');
  assert.equal(csms.connections, 2);
  assert.equal(csms.of('BootNotification').length, 1);
});

test('a ping makes it drop, or meets silence; others answer', async (t) => {
  for (const [name, version] of [
    ['skittish', '1.6'],
    ['silent', '2.1'],
    ['zero', '1.6'],
  ] as const) {
    const { csms, rig } = await quirky(t, name, { version, idleSeconds: 1e6 });
    const { stationId } = rig.station.identity;
    await until(() => csms.of('StatusNotification').length === 1, 'the status');
    csms.ping(stationId);
    if (name === 'skittish') await until(() => csms.connections === 2, 'the new connection');
    if (name === 'zero') await until(() => csms.pongs === 1, 'the pong');
    await csms.call(stationId, 'ClearCache', {});
    assert.equal(csms.pongs, name === 'zero' ? 1 : 0);
  }
});

test('readings of connector 0, and ends that nobody began', async (t) => {
  const zero = await quirky(t, 'zero', { idleSeconds: 1e9, timeScale: 20_000 });
  await until(() => zero.csms.of('MeterValues').length >= 1, 'a reading of nobody');
  assert.equal(zero.csms.of('MeterValues')[0]?.payload['connectorId'], 0);
  const startless = await quirky(t, 'startless', { idleSeconds: 1e6 });
  await until(() => startless.csms.of('StopTransaction').length >= 1, 'an end');
  assert.equal(startless.csms.of('StopTransaction')[0]?.payload['transactionId'], 0);
  assert.equal(startless.csms.of('StartTransaction').length, 0);
});
