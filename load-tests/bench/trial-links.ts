// The links of a trial: proxies before the three parts and before the gateways, for the processes that shall feel a bad network.
import type { PartName } from '#infra/local/part';
import { freePorts } from '#infra/local/ports';
import { Lifecycle } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';
import { type Link, openLink } from '#load-tests/faults/link';
import { Random } from '#load-tests/fleet/random';

export type TrialLinks = {
  readonly kafka: Link;
  readonly postgres: Link;
  readonly clickhouse: Link;
  /** Between the fleet and the gateways. */
  readonly ocpp: Link;
  /** The second door of Kafka: only there it tells its clients the port of the link. */
  readonly kafkaLinked: { readonly port: number; readonly advertisedPort: number };
  /** The variables of the parts, through the links. */
  environment(parts: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
  close(): Promise<void>;
};

/** Opens the links before anything stands behind them. */
export async function openTrialLinks(
  targets: Readonly<Record<Exclude<PartName, 'kafka'> | 'gateway', number>>,
  seed: string,
): Promise<TrialLinks> {
  const lifecycle = new Lifecycle(createLogger('links', 'warn'));
  const [doorPort = 0] = await freePorts(1);
  const open = async (name: string, targetPort: number): Promise<Link> =>
    lifecycle.add(name, await openLink({ targetPort, random: new Random(`${seed}/link/${name}`) }));
  const kafka = await open('kafka', doorPort);
  const postgres = await open('postgres', targets.postgres);
  const clickhouse = await open('clickhouse', targets.clickhouse);
  const ocpp = await open('ocpp', targets.gateway);
  return {
    kafka,
    postgres,
    clickhouse,
    ocpp,
    kafkaLinked: { port: doorPort, advertisedPort: kafka.port },
    environment: (parts) => ({
      KAFKA_BROKERS: `127.0.0.1:${kafka.port}`,
      DATABASE_URL: throughPort(parts['DATABASE_URL'], postgres.port),
      CLICKHOUSE_URL: throughPort(parts['CLICKHOUSE_URL'], clickhouse.port),
    }),
    close: () => lifecycle.close(),
  };
}

function throughPort(url: string | undefined, port: number): string {
  const changed = new URL(url ?? '');
  changed.port = String(port);
  return changed.href;
}
