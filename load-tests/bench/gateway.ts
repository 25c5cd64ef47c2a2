// `npm run bench:gateway -- --stations 2000 --seconds 30 [--rate 6000]`: durable CALLs per second, CPU per call, loss.
import { parseArgs } from 'node:util';
import { decodeRecord } from '#contracts/codec';
import { topicsFor } from '#contracts/topics';
import { registerIdentities } from '#infra/local/seed';
import { openLogReader } from '#kit/event-log/reader';
import { createLogger } from '#kit/logger';
import { cpuMicrosOf } from '#load-tests/bench/process-usage';
import { provenance, startTrial, type Trial } from '#load-tests/bench/trial';
import { runMeterLoad, type MeterLoadResult } from '#load-tests/fleet/bench-station';
import { fleetIdentities, type StationIdentity } from '#load-tests/fleet/identities';

const { values: flags } = parseArgs({
  options: {
    stations: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '30' },
    warmup: { type: 'string', default: '5' },
    rate: { type: 'string' },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);

say(await provenance());
const trial = await startTrial();
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
  const cpuBefore = cpuMicrosOf(gateway.pid());
  const callsBefore = await callsServed(gateway.adminUrl);
  const result = await load(platform, identities, Number(flags.seconds));
  const cpuMicros = cpuMicrosOf(gateway.pid()) - cpuBefore;
  const calls = (await callsServed(gateway.adminUrl)) - callsBefore;
  const lost = await audit(platform, result);
  say(
    `sent ${result.callsSent}, acknowledged ${result.acknowledged}, unanswered ${result.unanswered}, errors ${result.errors}, ` +
      `disconnected ${result.disconnected}, unsent ${result.unsent}, generator event loop p99 ${result.eventLoopP99Ms.toFixed(1)} ms, CPU ${result.cpuPercent.toFixed(0)} %`,
  );
  const line = {
    callsPerSecond: Math.round(result.callsPerSecond),
    gatewayCpuMicrosPerCall: Math.round((cpuMicros / calls) * 10) / 10,
    lost,
    ...(flags.rate === undefined ? {} : { p50Ms: result.p50Ms, p99Ms: result.p99Ms }),
  };
  if (flags.rate === undefined) say(`closed loop: p50 ${result.p50Ms} ms, p99 ${result.p99Ms} ms`);
  say(JSON.stringify(line));
}

function load(platform: Trial, identities: readonly StationIdentity[], seconds: number): Promise<MeterLoadResult> {
  const rate = flags.rate === undefined ? {} : { ratePerSecond: Number(flags.rate) };
  return runMeterLoad({ url: platform.urls.ocpp, identities, seconds, ...rate, transactionPerStation: true });
}

/** CALLs that the gateway has answered so far, boots and starts included: what its CPU was spent on. */
async function callsServed(adminUrl: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  return [...text.matchAll(/^chargestream_gateway_calls_total\{[^}]*\} (\d+)$/gm)].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );
}

/** Acknowledged MeterValues that the log does not hold, by station and reading. */
async function audit(platform: Trial, result: MeterLoadResult): Promise<number> {
  const logged = new Map<string, Set<number>>();
  const topic = topicsFor(24).events;
  const brokers = (platform.environment['KAFKA_BROKERS'] ?? '').split(',');
  const options = {
    brokers,
    clientId: 'audit',
    topic: topic.name,
    fetchWaitMs: 100,
    fetchBytesMax: 8 << 20,
    bufferBytesMax: 64 << 20,
  };
  const reader = await openLogReader(
    {
      ...options,
      onLost: (_partition, fault) => {
        throw fault;
      },
    },
    createLogger('audit', 'warn'),
  );
  const ends = new Map(await reader.endOffsets());
  for (const [partition, end] of ends) if (end > 0) reader.assign(partition, 0);
  const open = new Set([...ends].filter(([, end]) => end > 0).map(([partition]) => partition));
  while (open.size > 0) {
    for (const { partition, records } of await reader.next(50_000)) {
      for (const record of records)
        if (record.type === 'MeterValuesSampled' && record.value !== null) note(logged, record.value);
      if ((records.at(-1)?.offset ?? 0) + 1 >= (ends.get(partition) ?? 0)) open.delete(partition);
    }
  }
  await reader.close();
  let lost = 0;
  for (const [stationId, { transactionId, acknowledged, lastTimestampMs }] of result.lastAcknowledgedPerStation) {
    const readings = logged.get(`${stationId}/${transactionId}`);
    const missing = Math.max(0, acknowledged - (readings?.size ?? 0));
    const lastIsThere = acknowledged === 0 || readings?.has(lastTimestampMs) === true;
    lost += missing > 0 || lastIsThere ? missing : 1;
  }
  return lost;
}

function note(logged: Map<string, Set<number>>, bytes: Buffer): void {
  const event = decodeRecord(bytes);
  if (event.type !== 'MeterValuesSampled') return;
  // Every run of the load opens transactions of its own, so the warm-up does not stand in for what was lost.
  const key = `${event.meta.stationId}/${event.transactionId}`;
  const readings = logged.get(key) ?? new Set();
  logged.set(key, readings);
  for (const { sampledAt } of event.readings) if (sampledAt !== null) readings.add(sampledAt);
}
