// `npm run bench:storm -- --stations 18000 [--others 400]`: all stations lose their sockets in one instant and return at
// once to a gateway with the product's own limits, while others go on sending MeterValues through it.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { rootDir } from '#infra/local/paths';
import { registerIdentities } from '#infra/local/seed';
import { lostReadings } from '#load-tests/bench/lost-readings';
import { rssBytesOf } from '#load-tests/bench/process-usage';
import { provenance, startTrial, type Trial } from '#load-tests/bench/trial';
import type { CrowdAnswer, CrowdReport, CrowdRequest } from '#load-tests/fleet/bench-crowd';
import { runMeterLoad } from '#load-tests/fleet/bench-station';
import { fleetIdentities } from '#load-tests/fleet/identities';

const { values: flags } = parseArgs({
  options: { stations: { type: 'string', default: '18000' }, others: { type: 'string', default: '400' } },
});

/** What a gateway admits; the bench sets none of its limits. */
const admittedPerSecond = 500;
const stormSecondsMin = 20;
const stormTimeoutMs = 240_000;
const settleMs = 5_000;
const sampleEveryMs = 100;
const crowdOf = { prefix: 'storm', seed: 'storm' };

const say = (line: string): void => void process.stdout.write(`${line}\n`);

say(await provenance());
const trial = await startTrial({ processes: [['registry', 'operator']] });
const crowd = fork(join(rootDir, 'load-tests/fleet/bench-crowd.ts'), { execArgv: ['--import', 'tsx'] });
try {
  await bench(trial);
} finally {
  crowd.kill('SIGKILL');
  await trial.close();
}

async function bench(platform: Trial): Promise<void> {
  const stations = Number(flags.stations);
  const identities = fleetIdentities({ ...crowdOf, count: stations });
  // The load speaks 1.6: of a fleet twice the size, every second station does.
  const others = fleetIdentities({ prefix: 'other', seed: 'storm', count: Number(flags.others) * 2 }).filter(
    ({ version }) => version === '1.6',
  );
  const registering = { operatorUrl: platform.urls.operator, key: platform.secrets.demoOperatorKey };
  for (const each of [identities, others]) await registerIdentities({ ...registering, identities: each });
  const gateway = platform.gateways[0];
  if (gateway === undefined) throw new Error('the trial has no gateway');
  await delay(settleMs);
  const connected = await asked(crowd, { kind: 'connect', url: platform.urls.ocpp, stations, ...crowdOf });
  say(`${connected.kind === 'connected' ? connected.stations : 0} of ${stations} stations connected and booted`);
  const rssFullMb = mib(rssBytesOf(gateway.pid()));
  const peak = watchPeak(gateway.pid());
  let storming: Promise<CrowdAnswer> | undefined;
  const load = await runMeterLoad({
    url: platform.urls.ocpp,
    identities: others,
    seconds: Math.max(stormSecondsMin, Math.ceil((stations / admittedPerSecond) * 1.3)),
    ratePerSecond: others.length,
    transactionPerStation: true,
    onStart: () => {
      storming = asked(crowd, { kind: 'storm', timeoutMs: stormTimeoutMs });
    },
  });
  const report = await storming;
  const rssPeakMb = peak.end();
  if (report?.kind !== 'report') throw new Error('the crowd did not storm');
  tell(report, stations);
  const lost = (await lostReadings((platform.environment['KAFKA_BROKERS'] ?? '').split(','), load)) + load.errors;
  say(
    `others: ${load.acknowledged} of ${load.callsSent} acknowledged, ${load.unanswered} unanswered, ${load.disconnected} disconnected, ` +
      `p50 ${load.p50Ms} ms, generator event loop p99 ${load.eventLoopP99Ms.toFixed(1)} ms; gateway ${rssFullMb} MiB before`,
  );
  const secondsToAll = (report.backAtMs.at(-1) ?? 0) / 1000;
  say(
    JSON.stringify({
      acceptsPerSecond: Math.round(report.back / secondsToAll),
      secondsToAll: Math.round(secondsToAll * 10) / 10,
      rssPeakMb,
      othersP99Ms: load.p99Ms,
      lost: lost + stations - report.back + report.callErrors + load.disconnected,
    }),
  );
}

function tell(report: CrowdReport, stations: number): void {
  const perSecond = new Map<number, number>();
  for (const atMs of report.backAtMs) {
    const second = Math.floor(atMs / 1000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  const at = (share: number): string => ((report.backAtMs[Math.ceil(stations * share) - 1] ?? 0) / 1000).toFixed(1);
  say(
    `${report.back} of ${stations} back: half after ${at(0.5)} s, 99 % after ${at(0.99)} s, at most ${Math.max(...perSecond.values())} in one second; ` +
      `${report.refusals} refused with a time, connects failed: ${JSON.stringify(report.failures)}, ${report.lostAgain} sockets lost again, ${report.callErrors} CALLERRORs`,
  );
}

async function asked(child: ChildProcess, request: CrowdRequest): Promise<CrowdAnswer> {
  child.send(request);
  const gone = once(child, 'exit').then(() => {
    throw new Error('the crowd ended');
  });
  const [answer] = (await Promise.race([once(child, 'message'), gone])) as [CrowdAnswer];
  return answer;
}

function watchPeak(pid: number): { end(): number } {
  let bytes = 0;
  const timer = setInterval(() => {
    bytes = Math.max(bytes, rssBytesOf(pid));
  }, sampleEveryMs);
  return {
    end() {
      clearInterval(timer);
      return mib(bytes);
    },
  };
}

function mib(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
