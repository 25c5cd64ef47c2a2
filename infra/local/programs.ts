// The programs of `npm start` beside the parts: one gateway, the other services in one process, the seed, the fleet.
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
    sessions: http(ports.sessions),
    analytics: http(ports.analytics),
    operator: http(ports.operator),
  };
}

export type Urls = ReturnType<typeof urlsOf>;

/** The programs with the environment they share. partsEnvironment names the three parts. */
export function programsOf(
  ports: Ports,
  secretsFile: string,
  partsEnvironment: Readonly<Record<string, string>>,
): Programs {
  const urls = urlsOf(ports);
  const env = { ...partsEnvironment, ...serviceEnvironment(ports, urls), SECRETS_FILE: secretsFile };
  const ready = (...bases: string[]): string[] => bases.map((base) => `${base}/ready`);
  return {
    gateway: { name: 'gateway', args: ['services/run.ts', 'gateway'], env, readyUrls: ready(urls.gatewayAdmin) },
    services: {
      name: 'services',
      args: ['services/run.ts', 'registry', 'stations', 'sessions', 'analytics', 'operator'],
      env,
      readyUrls: ready(urls.registry, urls.stations, urls.sessions, urls.analytics, urls.operator),
    },
    seed: { name: 'seed', args: ['infra/local/seed.ts'], env, readyUrls: [] },
    fleet: { name: 'fleet', args: ['load-tests/fleet/main.ts', ...demoFleetArgs(urls.ocpp)], env, readyUrls: [] },
  };
}

function serviceEnvironment(ports: Ports, urls: Urls): Record<string, string> {
  return {
    HOST: host,
    GATEWAY_PORT: String(ports.gateway),
    GATEWAY_ADMIN_PORT: String(ports.gatewayAdmin),
    REGISTRY_PORT: String(ports.registry),
    STATIONS_PORT: String(ports.stations),
    SESSIONS_PORT: String(ports.sessions),
    ANALYTICS_PORT: String(ports.analytics),
    OPERATOR_PORT: String(ports.operator),
    GATEWAY_URL: urls.gatewayAdmin,
    OCPP_URL: urls.ocpp,
    REGISTRY_URL: urls.registry,
    STATIONS_URL: urls.stations,
    SESSIONS_URL: urls.sessions,
    ANALYTICS_URL: urls.analytics,
    OPERATOR_URL: urls.operator,
  };
}
