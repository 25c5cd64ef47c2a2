// `npm run bench:gateway -- --stations 2000 --seconds 30 [--rate 6000] [--frames on] [--beside none]`: durable CALLs per second, CPU per call, loss.
import { parseArgs } from 'node:util';
import { registerIdentities } from '#infra/local/seed';
import { lostReadings } from '#load-tests/bench/lost-readings';
import { cpuMicrosByRole, cpuMicrosOf } from '#load-tests/bench/process-usage';
import { provenance, startTrial, type Trial } from '#load-tests/bench/trial';
import { runMeterLoad, type MeterLoadResult } from '#load-tests/fleet/bench-station';
import { fleetIdentities, type StationIdentity } from '#load-tests/fleet/identities';

const { values: flags } = parseArgs({
  options: {
    stations: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '30' },
    warmup: { type: 'string', default: '5' },
    rate: { type: 'string' },
    // The budget is stated without the audit of frames; its cost is the difference.
    frames: { type: 'string', default: 'off' },
    // Which services share the cores with it: all, or none but those that register the stations.
    beside: { type: 'string', default: 'all' },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);

say(await provenance());
const trial = await startTrial({
  env: { FRAMES_RECORDED: flags.frames },
  ...(flags.beside === 'none' ? { processes: [['registry', 'operator']] } : {}),
});
try {
  await bench(trial);
} finally {
  await trial.close();
}

async function bench(platform: Trial): Promise<void> {
  const count = Number(flags.stations);
  // The load speaks 1.6: of a fleet twice the size, every second station does.
  const identities = fleetIdentities({ prefix: 'bench', seed: 'bench', count: count * 2 }).filter(
    ({ version }) => version === '1.6',
  );
  await registerIdentities({ operatorUrl: platform.urls.operator, key: platform.secrets.demoOperatorKey, identities });
  say(`${identities.length} stations registered`);
  await load(platform, identities, Number(flags.warmup));
  const gateway = platform.gateways[0];
  if (gateway === undefined) throw new Error('the trial has no gateway');
  const rolesBefore = cpuMicrosByRole();
  const cpuBefore = cpuMicrosOf(gateway.pid());
  const callsBefore = await callsServed(gateway.adminUrl);
  const result = await load(platform, identities, Number(flags.seconds));
  const cpuMicros = cpuMicrosOf(gateway.pid()) - cpuBefore;
  const calls = (await callsServed(gateway.adminUrl)) - callsBefore;
  const brokers = (platform.environment['KAFKA_BROKERS'] ?? '').split(',');
  say(`CPU µs per call: ${sharesOf(rolesBefore, cpuMicrosByRole(), calls)}`);
  const lost = await lostReadings(brokers, result);
  say(
    `sent ${result.callsSent}, acknowledged ${result.acknowledged}, unanswered ${result.unanswered}, errors ${result.errors}, ` +
      `disconnected ${result.disconnected}, unsent ${result.unsent}, generator event loop p99 ${result.eventLoopP99Ms.toFixed(1)} ms, CPU ${result.cpuPercent.toFixed(0)} %`,
  );
  const line = {
    callsPerSecond: Math.round(result.callsPerSecond),
    gatewayCpuMicrosPerCall: Math.round((cpuMicros / calls) * 10) / 10,
    lost,
    frames: flags.frames,
    beside: flags.beside,
    ...(flags.frames === 'on' ? { framesShed: await framesShed(gateway.adminUrl) } : {}),
    ...(flags.rate === undefined ? {} : { p50Ms: result.p50Ms, p99Ms: result.p99Ms }),
  };
  if (flags.rate === undefined) say(`closed loop: p50 ${result.p50Ms} ms, p99 ${result.p99Ms} ms`);
  say(JSON.stringify(line));
}

function load(platform: Trial, identities: readonly StationIdentity[], seconds: number): Promise<MeterLoadResult> {
  const rate = flags.rate === undefined ? {} : { ratePerSecond: Number(flags.rate) };
  return runMeterLoad({ url: platform.urls.ocpp, identities, seconds, ...rate, transactionPerStation: true });
}

/** Who spent the machine on a call: the budget of the gateway is only a part of it. */
function sharesOf(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>, calls: number): string {
  return [...after]
    .map(([role, micros]) => `${role} ${((micros - (before.get(role) ?? 0)) / calls).toFixed(0)}`)
    .join(', ');
}

/** CALLs that the gateway has answered so far, boots and starts included: what its CPU was spent on. */
function callsServed(adminUrl: string): Promise<number> {
  return sumOf(adminUrl, 'gateway_calls_total');
}

function framesShed(adminUrl: string): Promise<number> {
  return sumOf(adminUrl, 'gateway_frames_shed_total');
}

/** A counter over all its labels. */
async function sumOf(adminUrl: string, metric: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  return [...text.matchAll(new RegExp(String.raw`^chargestream_${metric}\{[^}]*\} (\d+)$`, 'gm'))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );
}
