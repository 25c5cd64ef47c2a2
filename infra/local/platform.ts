// The whole platform on this machine, in the order in which one thing needs the other.
import { programsOf, type Programs, urlsOf } from '#infra/local/programs';
import { type Run, say } from '#infra/local/run-until-ended';
import { loadSecrets } from '#infra/local/secrets';
import { dirs, readPorts, servicePorts } from '#infra/local/settings';
import { startStackParts, takePlace } from '#infra/local/stack-parts';
import { StatusLine } from '#infra/local/status-line';
import { Supervisor } from '#infra/local/supervisor';
import { demoPartnerHeader } from '#infra/local/demo-partner';
import { welcome } from '#infra/local/welcome';

export type Platform = {
  readonly supervisor: Supervisor;
  readonly programs: Programs;
  readonly statusLine: StatusLine;
};

/** Starts everything; what it starts is ended by the run: fleet, services, gateway, then the parts. */
export async function startPlatform(run: Run): Promise<Platform> {
  const startedMs = performance.now();
  const seconds = (): number => (performance.now() - startedMs) / 1_000;
  const ports = readPorts(process.env);
  const urls = urlsOf(ports);
  await takePlace(run, { dirs, ports, morePorts: servicePorts(ports) });

  say('Starting Kafka, Postgres and ClickHouse …');
  const secrets = loadSecrets(dirs.secretsFile);
  const parts = await startStackParts(run, { dirs, ports, secrets });
  run.signal.throwIfAborted();

  const statusLine = new StatusLine(process.stdout);
  const supervisor = new Supervisor({ logDir: dirs.logs, pidDir: dirs.pids, say: (line) => statusLine.say(line) });
  run.onEnd('programs', () => supervisor.close());
  const programs = programsOf(ports, dirs.secretsFile, parts.environment);

  say('Starting the services and the gateway …');
  await supervisor.start(programs.services);
  await supervisor.start(programs.gateway);
  await Promise.all([supervisor.ready('services'), supervisor.ready('gateway')]);
  run.signal.throwIfAborted();
  say(`  ready after ${seconds().toFixed(1)} s`);

  await supervisor.runToEnd(programs.seed);
  run.signal.throwIfAborted();
  await supervisor.start(programs.fleet);
  const { KAFKA_BROKERS: kafka = '', DATABASE_URL: postgres = '', CLICKHOUSE_URL: clickhouse = '' } = parts.environment;
  const partnerHeader = demoPartnerHeader(dirs.secretsFile);
  say(welcome({ urls, kafka, postgres, clickhouse, secrets, seconds: seconds(), partnerHeader }));
  run.onEnd('status line', async () => {
    statusLine.leave();
    say('Ending fleet, gateway, services and parts …');
  });
  void statusLine.follow([`${urls.gatewayAdmin}/metrics`, `${urls.sessions}/metrics`], run.signal);
  return { supervisor, programs, statusLine };
}
