// The three parts as containers, where a Docker engine answers and the embedded ones cannot be had.
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { GenericContainer, getContainerRuntimeClient, Wait, type StartedTestContainer } from 'testcontainers';
import { analystUser, clickHouseReady, type ClickHouseOptions } from '#infra/local/clickhouse';
import { kafkaReady, type KafkaPorts } from '#infra/local/kafka';
import { type Part, PartAbsent, type PartName, type PartPlace } from '#infra/local/part';
import { postgresReady, type PostgresOptions } from '#infra/local/postgres';

const startTimeoutMs = 180_000;
const closeTimeoutMs = 8_000;

/** Kafka in its official image. */
export async function startKafkaContainer(place: PartPlace, { port, controllerPort }: KafkaPorts): Promise<Part> {
  await assertEngine();
  const container = await new GenericContainer('apache/kafka:4.3.1')
    .withExposedPorts({ container: port, host: port })
    .withBindMounts(keptIn(place, 'kafka', '/var/lib/kafka/data'))
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_LOG_DIRS: '/var/lib/kafka/data',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: `1@127.0.0.1:${controllerPort}`,
      KAFKA_LISTENERS: `PLAINTEXT://0.0.0.0:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
      KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '1',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    })
    .withStartupTimeout(startTimeoutMs)
    .start();
  const url = `127.0.0.1:${port}`;
  return readyPart('kafka', url, container, () => kafkaReady(url));
}

/** PostgreSQL in its official image. */
export async function startPostgresContainer(place: PartPlace, { port, password }: PostgresOptions): Promise<Part> {
  await assertEngine();
  const container = await new GenericContainer('postgres:18')
    .withExposedPorts({ container: 5432, host: port })
    .withBindMounts(keptIn(place, 'postgres', '/var/lib/postgresql'))
    .withEnvironment({ POSTGRES_PASSWORD: password })
    .withCommand(['postgres', '-c', 'max_connections=200'])
    .withWaitStrategy(Wait.forListeningPorts())
    .withStartupTimeout(startTimeoutMs)
    .start();
  const url = `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
  return readyPart('postgres', url, container, () => postgresReady(url));
}

/** ClickHouse in its official image, with the analyst who may only read. */
export async function startClickHouseContainer(
  place: PartPlace,
  { port, password, analystPassword }: ClickHouseOptions,
): Promise<Part> {
  await assertEngine();
  const analyst = { password: analystPassword, profile: 'readonly', networks: { ip: '::/0' }, quota: 'default' };
  const container = await new GenericContainer('clickhouse/clickhouse-server')
    .withExposedPorts({ container: 8123, host: port })
    .withBindMounts(keptIn(place, 'clickhouse', '/var/lib/clickhouse'))
    .withEnvironment({
      CLICKHOUSE_USER: 'default',
      CLICKHOUSE_PASSWORD: password,
      CLICKHOUSE_DEFAULT_ACCESS_MANAGEMENT: '1',
    })
    .withCopyContentToContainer([
      {
        content: JSON.stringify({ users: { [analystUser]: analyst } }),
        target: '/etc/clickhouse-server/users.d/analyst.yaml',
      },
    ])
    .withStartupTimeout(startTimeoutMs)
    .start();
  const base = `127.0.0.1:${port}`;
  const url = `http://default:${encodeURIComponent(password)}@${base}`;
  return readyPart('clickhouse', url, container, () => clickHouseReady(`http://${base}`));
}

// Beside the directory of the embedded part, whose files have another owner and, for Kafka, another cluster id. Open to
// all, since each image has a user of its own.
function keptIn(place: PartPlace, name: PartName, target: string): { source: string; target: string }[] {
  if (place.throwAway) return [];
  const source = join(place.dataDir, `${name}-container`);
  mkdirSync(source, { recursive: true });
  chmodSync(source, 0o777);
  return [{ source, target }];
}

async function readyPart(
  name: PartName,
  url: string,
  container: StartedTestContainer,
  ready: () => Promise<void>,
): Promise<Part> {
  const close = async (): Promise<void> => {
    await container.stop({ timeout: closeTimeoutMs });
  };
  try {
    await ready();
  } catch (error) {
    await close();
    throw error;
  }
  return { name, url, source: 'container', failed: new Promise(() => {}), close };
}

async function assertEngine(): Promise<void> {
  try {
    await getContainerRuntimeClient();
  } catch {
    throw new PartAbsent('no Docker engine answers');
  }
}
