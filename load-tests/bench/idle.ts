// `npm run bench:idle -- --stations 10000`: resident memory of a gateway per idle, booted station, less an empty gateway.
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { registerIdentities } from '#infra/local/seed';
import { rssBytesOf } from '#load-tests/bench/process-usage';
import { provenance, startTrial, type Trial } from '#load-tests/bench/trial';
import { connectIdle } from '#load-tests/fleet/bench-idle';
import { fleetIdentities } from '#load-tests/fleet/identities';

const { values: flags } = parseArgs({ options: { stations: { type: 'string', default: '10000' } } });
const settleMs = 10_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

say(await provenance());
const trial = await startTrial({ processes: [['registry', 'operator']] });
try {
  await bench(trial);
} finally {
  await trial.close();
}

async function bench(platform: Trial): Promise<void> {
  const identities = fleetIdentities({ prefix: 'idle', seed: 'idle', count: Number(flags.stations) });
  await registerIdentities({ operatorUrl: platform.urls.operator, key: platform.secrets.demoOperatorKey, identities });
  const gateway = platform.gateways[0];
  if (gateway === undefined) throw new Error('the trial has no gateway');
  // The cache of the registry is not what a connection costs: it is full before the first measurement.
  await delay(settleMs);
  const emptyBytes = rssBytesOf(gateway.pid());
  const fleet = await connectIdle({ url: platform.urls.ocpp, identities });
  await delay(settleMs);
  const fullBytes = rssBytesOf(gateway.pid());
  say(
    `${fleet.connected} of ${identities.length} stations booted and idle; gateway ${(emptyBytes / 2 ** 20).toFixed(1)} MiB empty, ${(fullBytes / 2 ** 20).toFixed(1)} MiB full`,
  );
  const lost = identities.length - (await fleet.stillConnected());
  await fleet.close();
  say(JSON.stringify({ bytesPerStation: Math.round((fullBytes - emptyBytes) / fleet.connected), lost }));
}
