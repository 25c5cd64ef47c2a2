// The fleet's program: reads its flags, runs the stations, prints a line every few seconds and one JSON line at the end.
import { startFleet, type Fleet } from '#load-tests/fleet/fleet';
import { healthLimits, watchHealth, type Health } from '#load-tests/fleet/health';
import { readOptions, type FleetOptions } from '#load-tests/fleet/options';
import { Fault } from '#kit/fault';
import { endWithProcess, type Closable } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';

/** Beside the drain: sockets and the report. */
const closeSlackMs = 6_000;

const logger = createLogger('fleet');
try {
  run(readOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof Fault)) throw error;
  console.error(error.detail);
  process.exitCode = 1;
}

function run(options: FleetOptions): void {
  const health = watchHealth();
  const fleet = startFleet(options, logger);
  const report =
    options.reportSeconds === 0
      ? undefined
      : setInterval(() => printStatus(fleet, health.read()), options.reportSeconds * 1000);
  const program: Closable = {
    async close() {
      clearInterval(report);
      const stations = fleet.stations.length;
      const { connected } = fleet.tally;
      await fleet.close();
      console.log(JSON.stringify(finalReport(fleet, { stations, connected }, health.read())));
      health.stop();
    },
  };
  endWithProcess(program, logger, options.drainSeconds * 1_000 + closeSlackMs);
  if (options.durationSeconds > 0)
    setTimeout(() => process.kill(process.pid, 'SIGTERM'), options.durationSeconds * 1000);
}

function printStatus(fleet: Fleet, health: Health): void {
  const { tally, stations } = fleet;
  const parts = [
    `${tally.connected}/${stations.length} connected`,
    `${tally.acknowledged} acknowledged of ${tally.callsSent}`,
    `sessions ${tally.sessionsStarted} started, ${tally.sessionsEnded} ended`,
    `queued ${fleet.queued()}`,
    `errors ${tally.callErrors}, timeouts ${tally.timeouts}, lost ${tally.lost}, dropped ${tally.dropped}`,
    `event loop p99 ${health.eventLoopP99Ms} ms, cpu ${health.cpuPercent} %`,
  ];
  console.log(`fleet: ${parts.join(' | ')}`);
}

/** `connected` is the count before the end began. */
function finalReport(fleet: Fleet, before: { stations: number; connected: number }, health: Health): object {
  const { connected: _, ...counts } = fleet.tally;
  const isHealthy =
    health.eventLoopP99Ms <= healthLimits.eventLoopP99Ms && health.cpuPercent <= healthLimits.cpuPercent;
  return { ...before, ...counts, queued: fleet.queued(), ...health, generatorIsHealthy: isHealthy };
}
