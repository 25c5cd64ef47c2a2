// `npm run bench:commands -- [--stations 1000] [--starts-per-second 25] [--load 1000]`: from an operator's request for a
// remote start to the frame at the station, while other stations send MeterValues through the same gateway.
import { build } from 'hdr-histogram-js';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { registerIdentities } from '#infra/local/seed';
import { lostReadings } from '#load-tests/bench/lost-readings';
import { provenance, startTrial, type Trial } from '#load-tests/bench/trial';
import { connectStarted, type StartedFleet } from '#load-tests/fleet/bench-started';
import { runMeterLoad } from '#load-tests/fleet/bench-station';
import { fleetIdentities, type StationIdentity } from '#load-tests/fleet/identities';

const { values: flags } = parseArgs({
  options: {
    stations: { type: 'string', default: '1000' },
    'starts-per-second': { type: 'string', default: '25' },
    load: { type: 'string', default: '1000' },
    others: { type: 'string', default: '500' },
  },
});

const reachedTimeoutMs = 30_000;
const histogramMsMax = 60_000;
/** Before the first start and after the last one the load runs alone. */
const marginSeconds = 3;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

type Starts = { refused: number; unreached: number; readonly latencies: ReturnType<typeof build> };

say(await provenance());
const trial = await startTrial({ processes: [['registry', 'operator'], ['stations'], ['sessions']] });
try {
  await bench(trial);
} finally {
  await trial.close();
}

async function bench(platform: Trial): Promise<void> {
  const stations = Number(flags.stations);
  const perSecond = Number(flags['starts-per-second']);
  const identities = fleetIdentities({ prefix: 'started', seed: 'bench', count: stations });
  // The load speaks 1.6: of the identities as many as it takes.
  const others = fleetIdentities({ prefix: 'other', seed: 'bench', count: Number(flags.others) * 3 })
    .filter(({ version }) => version === '1.6')
    .slice(0, Number(flags.others));
  const registering = { operatorUrl: platform.urls.operator, key: platform.secrets.demoOperatorKey };
  for (const each of [identities, others]) await registerIdentities({ ...registering, identities: each });
  const fleet = await connectStarted(platform.urls.ocpp, identities);
  say(`${stations} stations connected and booted`);
  const starts: Starts = {
    refused: 0,
    unreached: 0,
    latencies: build({ highestTrackableValue: histogramMsMax * 1000, numberOfSignificantValueDigits: 3 }),
  };
  let starting: Promise<void> | undefined;
  const load = await runMeterLoad({
    url: platform.urls.ocpp,
    identities: others,
    seconds: Math.ceil(stations / perSecond) + 2 * marginSeconds,
    ratePerSecond: Number(flags.load),
    transactionPerStation: true,
    onStart: () => {
      starting = startAll(platform, { fleet, identities, starts, perSecond });
    },
  });
  await starting;
  fleet.close();
  const lost = await lostReadings((platform.environment['KAFKA_BROKERS'] ?? '').split(','), load);
  say(
    `other load: ${load.callsPerSecond}/s, p50 ${load.p50Ms} ms, p99 ${load.p99Ms} ms, ${load.unanswered} unanswered, ${load.errors} errors, ` +
      `lost ${lost}; generator event loop p99 ${load.eventLoopP99Ms.toFixed(1)} ms, CPU ${load.cpuPercent.toFixed(0)} %`,
  );
  say(`starts: ${starts.latencies.totalCount} reached, ${starts.refused} refused, ${starts.unreached} not reached`);
  say(
    JSON.stringify({
      p50Ms: starts.latencies.getValueAtPercentile(50) / 1000,
      p99Ms: starts.latencies.getValueAtPercentile(99) / 1000,
      lost: lost + starts.refused + starts.unreached,
    }),
  );
}

type Order = {
  readonly fleet: StartedFleet;
  readonly identities: readonly StationIdentity[];
  readonly starts: Starts;
  readonly perSecond: number;
};

/** One start per station, on a schedule: a slow answer delays no other start. */
async function startAll(platform: Trial, order: Order): Promise<void> {
  const { identities, perSecond } = order;
  await delay(marginSeconds * 1000);
  const beganAtMs = performance.now();
  const all: Promise<void>[] = [];
  for (const [index, identity] of identities.entries()) {
    const waitMs = beganAtMs + (index * 1000) / perSecond - performance.now();
    if (waitMs > 0) await delay(waitMs);
    all.push(startOne(platform, identity, order));
  }
  await Promise.all(all);
}

async function startOne(platform: Trial, { stationId, tokens }: StationIdentity, order: Order): Promise<void> {
  const { fleet, starts } = order;
  const [token] = tokens;
  const reached = fleet.nextStart(stationId);
  const askedAtMs = performance.now();
  const response = await fetch(`${platform.urls.operator}/v1/stations/${stationId}/commands`, {
    method: 'POST',
    headers: { authorization: `Bearer ${platform.secrets.demoOperatorKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ intent: 'StartCharging', parameters: { evseId: 1, token } }),
  });
  await response.arrayBuffer();
  if (!response.ok) {
    starts.refused += 1;
    return;
  }
  const atMs = await Promise.race([reached, delay(reachedTimeoutMs, undefined, { ref: false })]);
  if (atMs === undefined) starts.unreached += 1;
  else starts.latencies.recordValue(Math.max(1, Math.round((atMs - askedAtMs) * 1000)));
}
