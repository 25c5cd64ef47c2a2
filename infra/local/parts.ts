// Starts the parts that are asked for, all at once, and ends them together.
import { startEmbeddedClickHouse } from '#infra/local/clickhouse';
import { type KafkaPorts, startEmbeddedKafka } from '#infra/local/kafka';
import { obtainPart, type Part, type PartName, type PartPlace } from '#infra/local/part';
import { startEmbeddedPostgres } from '#infra/local/postgres';
import type { Secrets } from '#infra/local/secrets';
import type { Environment } from '#kit/env';

export type PartPorts = {
  readonly kafka: number;
  readonly kafkaController: number;
  /** A second door of Kafka, for who reaches it through a proxy. */
  readonly kafkaLinked?: KafkaPorts['linked'];
  readonly postgres: number;
  readonly clickhouse: number;
};

export type PartsOptions = {
  readonly needs: readonly PartName[];
  readonly place: PartPlace;
  readonly ports: PartPorts;
  readonly secrets: Pick<Secrets, 'postgresPassword' | 'clickhousePassword' | 'analystPassword'>;
  /** KAFKA_BROKERS, DATABASE_URL, CLICKHOUSE_URL name parts that run already. */
  readonly environment: Environment;
  /** Hears of each part as it comes up. */
  readonly onUp?: (part: Part, seconds: number) => void;
};

export type Parts = {
  readonly list: readonly Part[];
  /** KAFKA_BROKERS, DATABASE_URL and CLICKHOUSE_URL of those that were asked for. */
  readonly environment: Readonly<Record<string, string>>;
  /** Resolves with a sentence when any of them ends unasked. */
  readonly failed: Promise<string>;
  close(): Promise<void>;
};

export const partVariables = {
  kafka: 'KAFKA_BROKERS',
  postgres: 'DATABASE_URL',
  clickhouse: 'CLICKHOUSE_URL',
} as const;

/** Starts the parts; when one fails to start, the others are ended before the fault is thrown. */
export async function startParts(options: PartsOptions): Promise<Parts> {
  const startedMs = performance.now();
  const starts = [...new Set(options.needs)].map(async (name) => {
    const part = await startPart(name, options);
    options.onUp?.(part, (performance.now() - startedMs) / 1_000);
    return part;
  });
  const outcomes = await Promise.allSettled(starts);
  const list = outcomes.filter((outcome) => outcome.status === 'fulfilled').map((outcome) => outcome.value);
  const close = async (): Promise<void> => {
    await Promise.all(list.map((part) => part.close()));
  };
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) {
    await close();
    throw failure.reason;
  }
  return {
    list,
    environment: Object.fromEntries(list.map((part) => [partVariables[part.name], part.url])),
    failed: Promise.race([new Promise<string>(() => {}), ...list.map((part) => part.failed)]),
    close,
  };
}

function startPart(name: PartName, options: PartsOptions): Promise<Part> {
  const { place, ports, secrets } = options;
  const variable = partVariables[name];
  const given = options.environment[variable];
  const kafkaPorts = { port: ports.kafka, controllerPort: ports.kafkaController, linked: ports.kafkaLinked };
  const postgresOptions = { port: ports.postgres, password: secrets.postgresPassword };
  const clickHouseOptions = {
    port: ports.clickhouse,
    password: secrets.clickhousePassword,
    analystPassword: secrets.analystPassword,
  };
  // testcontainers takes a while to load, so it is loaded where the other ways have failed.
  switch (name) {
    case 'kafka':
      return obtainPart({
        name,
        variable,
        given,
        embedded: () => startEmbeddedKafka(place, kafkaPorts),
        container: async () => (await import('#infra/local/containers')).startKafkaContainer(place, kafkaPorts),
      });
    case 'postgres':
      return obtainPart({
        name,
        variable,
        given,
        embedded: () => startEmbeddedPostgres(place, postgresOptions),
        container: async () => (await import('#infra/local/containers')).startPostgresContainer(place, postgresOptions),
      });
    case 'clickhouse':
      return obtainPart({
        name,
        variable,
        given,
        embedded: () => startEmbeddedClickHouse(place, clickHouseOptions),
        container: async () =>
          (await import('#infra/local/containers')).startClickHouseContainer(place, clickHouseOptions),
      });
  }
}
