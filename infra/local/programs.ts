// The programs of `npm start` beside the parts: one gateway, the other services in one process, the seed, the fleet.
import { dirname, join } from 'node:path';
import { demoFleetArgs } from '#infra/local/demo-fleet';
import type { Ports } from '#infra/local/settings';
import type { Program } from '#infra/local/supervisor';

export type Programs = {
  readonly gateway: Program;
  readonly services: Program;
  readonly seed: Program;
  readonly fleet: Program;
};

const host = '127.0.0.1';

/** Where people and services find things. */
export function urlsOf(ports: Ports) {
  const http = (port: number): string => `http://${host}:${port}`;
  return {
    ocpp: `ws://${host}:${ports.gateway}/ocpp`,
    gatewayAdmin: http(ports.gatewayAdmin),
    registry: http(ports.registry),
    stations: http(ports.stations),
    stationFiles: http(ports.stationFiles),
    sessions: http(ports.sessions),
    analytics: http(ports.analytics),
    billing: http(ports.billing),
    ocpi: http(ports.ocpi),
    ocpiPartners: http(ports.ocpiPartners),
    alerts: http(ports.alerts),
    operator: http(ports.operator),
  };
}

/** All services but the gateway, in the order in which one needs the other. */
export const serviceNames = [
  'registry',
  'stations',
  'sessions',
  'billing',
  'ocpi',
  'alerts',
  'analytics',
  'operator',
] as const;

export type Urls = ReturnType<typeof urlsOf>;

/** The programs with the environment they share. partsEnvironment names the three parts. */
export function programsOf(
  ports: Ports,
  secretsFile: string,
  partsEnvironment: Readonly<Record<string, string>>,
): Programs {
  const urls = urlsOf(ports);
  const env = {
    ...partsEnvironment,
    ...serviceEnvironment(ports, urls),
    SECRETS_FILE: secretsFile,
    STATION_FILES_DIR: filesDirOf(secretsFile),
  };
  const ready = (...bases: string[]): string[] => bases.map((base) => `${base}/ready`);
  return {
    gateway: { name: 'gateway', args: ['services/run.ts', 'gateway'], env, readyUrls: ready(urls.gatewayAdmin) },
    services: {
      name: 'services',
      args: ['services/run.ts', ...serviceNames],
      env,
      readyUrls: ready(...serviceNames.map((name) => urls[name])),
    },
    seed: { name: 'seed', args: ['infra/local/seed.ts'], env, readyUrls: [] },
    fleet: { name: 'fleet', args: ['load-tests/fleet/main.ts', ...demoFleetArgs(urls.ocpp)], env, readyUrls: [] },
  };
}

/** Beside the secrets: what is thrown away with a run, or kept with its data. */
function filesDirOf(secretsFile: string): string {
  return join(dirname(secretsFile), 'files');
}

function serviceEnvironment(ports: Ports, urls: Urls): Record<string, string> {
  return {
    HOST: host,
    GATEWAY_PORT: String(ports.gateway),
    GATEWAY_ADMIN_PORT: String(ports.gatewayAdmin),
    REGISTRY_PORT: String(ports.registry),
    STATIONS_PORT: String(ports.stations),
    STATION_FILES_PORT: String(ports.stationFiles),
    SESSIONS_PORT: String(ports.sessions),
    ANALYTICS_PORT: String(ports.analytics),
    BILLING_PORT: String(ports.billing),
    OCPI_PORT: String(ports.ocpi),
    OCPI_PARTNERS_PORT: String(ports.ocpiPartners),
    ALERTS_PORT: String(ports.alerts),
    OPERATOR_PORT: String(ports.operator),
    GATEWAY_URL: urls.gatewayAdmin,
    OCPP_URL: urls.ocpp,
    REGISTRY_URL: urls.registry,
    STATIONS_URL: urls.stations,
    SESSIONS_URL: urls.sessions,
    ANALYTICS_URL: urls.analytics,
    BILLING_URL: urls.billing,
    OCPI_URL: urls.ocpi,
    OCPI_PARTNERS_URL: urls.ocpiPartners,
    ALERTS_URL: urls.alerts,
    OPERATOR_URL: urls.operator,
  };
}
