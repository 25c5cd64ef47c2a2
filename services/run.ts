// Runs the named services in one process: `tsx services/run.ts registry stations sessions`.
import { Lifecycle, endWithProcess, type RunningService } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';

type Service = { start(environment: NodeJS.ProcessEnv): Promise<RunningService> };

const services: Readonly<Record<string, () => Promise<Service>>> = {
  gateway: () => import('#services/gateway/main'),
  registry: () => import('#services/registry/main'),
  stations: () => import('#services/stations/main'),
  sessions: () => import('#services/sessions/main'),
  alerts: () => import('#services/alerts/main'),
  analytics: () => import('#services/analytics/main'),
  billing: () => import('#services/billing/main'),
  ocpi: () => import('#services/ocpi/main'),
  operator: () => import('#services/operator/main'),
};

const closeTimeoutMs = 12_000;

const logger = createLogger('run');
const lifecycle = new Lifecycle(logger);
endWithProcess(lifecycle, logger, closeTimeoutMs);
for (const name of process.argv.slice(2)) {
  const load = services[name];
  if (load === undefined) throw new Error(`there is no service ${name}; there are ${Object.keys(services).join(', ')}`);
  const service = await load();
  lifecycle.add(name, await service.start(process.env));
  logger.info({ service: name }, 'service runs');
}
