// The settings of the local platform: its ports, each movable by a variable, and where its data lie.
import { join } from 'node:path';
import { dataDir } from '#infra/local/paths';
import type { NamedPort } from '#infra/local/ports';
import { type ConfigOf, type Environment, integer, readConfig } from '#kit/env';

const port = (variable: string, byDefault: number) => integer(variable, byDefault, 1, 65_535);

const portSettings = {
  kafka: port('KAFKA_PORT', 9_092),
  kafkaController: port('KAFKA_CONTROLLER_PORT', 9_093),
  postgres: port('POSTGRES_PORT', 5_432),
  clickhouse: port('CLICKHOUSE_PORT', 8_123),
  gateway: port('GATEWAY_PORT', 9_000),
  gatewayAdmin: port('GATEWAY_ADMIN_PORT', 9_100),
  registry: port('REGISTRY_PORT', 8_101),
  stations: port('STATIONS_PORT', 8_102),
  /** Where stations read firmware and upload logs. */
  stationFiles: port('STATION_FILES_PORT', 8_202),
  sessions: port('SESSIONS_PORT', 8_103),
  analytics: port('ANALYTICS_PORT', 8_104),
  billing: port('BILLING_PORT', 8_105),
  ocpi: port('OCPI_PORT', 8_106),
  /** What OCPI partners call. */
  ocpiPartners: port('OCPI_PARTNERS_PORT', 8_206),
  alerts: port('ALERTS_PORT', 8_107),
  operator: port('OPERATOR_PORT', 8_080),
};

export type Ports = ConfigOf<typeof portSettings>;

/** The variables that move them. */
export const portVariables = Object.values(portSettings).map(({ name }) => name);

/** Where everything of a run lies. */
export type Dirs = {
  readonly data: string;
  readonly logs: string;
  readonly pids: string;
  readonly secretsFile: string;
};

export const dirs: Dirs = {
  data: dataDir,
  logs: join(dataDir, 'logs'),
  pids: join(dataDir, 'pids'),
  secretsFile: join(dataDir, 'secrets.json'),
};

/** Throws Fault CONFIG_INVALID that names every faulty variable. */
export function readPorts(environment: Environment): Ports {
  return readConfig(portSettings, environment);
}

/** The ports of the parts that we start ourselves; a part that is given has its own. */
export function partPorts(ports: Ports, environment: Environment): NamedPort[] {
  const isGiven = (variable: string): boolean => (environment[variable] ?? '') !== '';
  return [
    ...(isGiven('KAFKA_BROKERS')
      ? []
      : [named('Kafka', ports, 'kafka'), named('Kafka controller', ports, 'kafkaController')]),
    ...(isGiven('DATABASE_URL') ? [] : [named('Postgres', ports, 'postgres')]),
    ...(isGiven('CLICKHOUSE_URL') ? [] : [named('ClickHouse', ports, 'clickhouse')]),
  ];
}

/** The ports of our own services. */
export function servicePorts(ports: Ports): NamedPort[] {
  return [
    named('OCPP', ports, 'gateway'),
    named('gateway admin', ports, 'gatewayAdmin'),
    named('registry', ports, 'registry'),
    named('stations', ports, 'stations'),
    named('station files', ports, 'stationFiles'),
    named('sessions', ports, 'sessions'),
    named('analytics', ports, 'analytics'),
    named('billing', ports, 'billing'),
    named('ocpi', ports, 'ocpi'),
    named('OCPI partners', ports, 'ocpiPartners'),
    named('alerts', ports, 'alerts'),
    named('operator API', ports, 'operator'),
  ];
}

function named(name: string, ports: Ports, key: keyof Ports): NamedPort {
  return { name, port: ports[key], variable: portSettings[key].name };
}
