// The benches' meter load: every message valid and unique, counted per station, timed from its schedule.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { runMeterLoad } from '#load-tests/fleet/bench-station';
import { fleetIdentities } from '#load-tests/fleet/identities';
import { CsmsDouble, type Rule } from '#test/load-tests/fleet/csms-double';

const identities = fleetIdentities({ prefix: 'B', seed: 'bench', count: 5 });

async function platform(t: TestContext, rule?: Rule): Promise<CsmsDouble> {
  const csms = await new CsmsDouble(rule).listen();
  t.after(() => csms.close());
  return csms;
}

test('a closed loop sends valid readings of four samples, none twice, all counted', async (t) => {
  const csms = await platform(t);
  const result = await runMeterLoad({ url: csms.url, identities, seconds: 0.5, transactionPerStation: true });
  assert.deepEqual(csms.violations, []);
  const sent = csms.of('MeterValues');
  assert.ok(sent.length > 5);
  assert.equal(result.callsSent, sent.length);
  assert.equal(result.acknowledged, sent.length);
  assert.equal(result.unanswered + result.errors + result.disconnected, 0);
  assert.ok(result.p99Ms >= result.p50Ms && result.p50Ms > 0);
  const keys = sent.map((call) => `${call.stationId} ${JSON.stringify(call.payload['meterValue'])}`);
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(new Set(sent.map((call) => `${call.stationId} ${call.id}`)).size, sent.length);
  for (const [stationId, load] of result.lastAcknowledgedPerStation) {
    const own = sent.filter((call) => call.stationId === stationId);
    assert.equal(load.acknowledged, own.length);
    assert.ok(own.every((call) => call.payload['transactionId'] === load.transactionId));
    const last = own.at(-1)?.payload['meterValue'] as { timestamp: string; sampledValue: { value: string }[] }[];
    assert.equal(last[0]?.sampledValue.length, 4);
    assert.equal(Number(last[0]?.sampledValue[0]?.value), load.lastRegisterWh);
    assert.equal(Date.parse(last[0]?.timestamp ?? ''), load.lastTimestampMs);
  }
  assert.equal(csms.of('StopTransaction').length, identities.length);
});

test('an open loop keeps its rate', async (t) => {
  const csms = await platform(t);
  const result = await runMeterLoad({
    url: csms.url,
    identities,
    seconds: 1,
    ratePerSecond: 100,
    transactionPerStation: false,
  });
  assert.deepEqual(csms.violations, []);
  assert.ok(result.callsSent >= 95 && result.callsSent <= 101, `${result.callsSent} calls`);
  assert.equal(csms.of('StartTransaction').length, 0);
});

test('refusals are errors, and a platform that falls silent leaves calls unanswered and unsent', async (t) => {
  let received = 0;
  const refusing = await platform(t, (call) =>
    call.action === 'MeterValues' && received++ % 2 === 0 ? { error: 'InternalError' } : undefined,
  );
  const refused = await runMeterLoad({
    url: refusing.url,
    identities,
    seconds: 0.3,
    ratePerSecond: 200,
    transactionPerStation: false,
  });
  assert.ok(refused.errors > 0);
  assert.equal(refused.acknowledged + refused.errors, refused.callsSent);
  const cutting = await platform(t, (call) => (call.action === 'MeterValues' ? 'cut' : undefined));
  const cut = await runMeterLoad({
    url: cutting.url,
    identities,
    seconds: 0.5,
    ratePerSecond: 100,
    transactionPerStation: false,
  });
  assert.equal(cut.acknowledged, 0);
  assert.equal(cut.disconnected, identities.length);
  assert.equal(cut.unanswered, identities.length);
  assert.ok(cut.unsent > 0);
});

test('a station that is not accepted stops the bench before it measures anything', async (t) => {
  const pending = { status: 'Rejected', currentTime: new Date().toISOString(), interval: 60 };
  const csms = await platform(t, (call) => (call.action === 'BootNotification' ? { result: pending } : undefined));
  await assert.rejects(
    runMeterLoad({ url: csms.url, identities, seconds: 1, transactionPerStation: true }),
    /was not accepted/,
  );
});
