// Writes contracts/operator-api.json: each service's routes are built without a server, their documents merged into one.
import { writeFileSync } from 'node:fs';
import { createHttp, type HttpApi } from '#kit/http';
import { createLogger } from '#kit/logger';
import { addProjectionRoutes } from '#kit/projection/routes';
import { addEnergyRoute } from '#services/analytics/api/energy';
import { addFrameRoute } from '#services/analytics/api/frames';
import { addReadingRoutes } from '#services/analytics/api/readings';
import { addPartnerRoutes } from '#services/ocpi/api/partners';
import { addAlertsRoutes } from '#services/alerts/http';
import { addBillingRoutes } from '#services/billing/http';
import { addLiveRoute } from '#services/operator/live-route';
import { mergedDocument } from '#services/operator/domain/merge-documents';
import { addRegistryRoutes } from '#services/registry/http';
import { addSessionRoutes } from '#services/sessions/api/sessions';
import { addSummaryRoute } from '#services/sessions/api/summary';
import { addStationsRoutes } from '#services/stations/http';

export const operatorApiUrl = new URL('../contracts/operator-api.json', import.meta.url);

/** Stands for the parts of a service: routes look at them when they are called, and here nobody calls. */
const untouched = {} as never;

const services: Readonly<Record<string, (api: HttpApi) => void>> = {
  operator: (api) => addLiveRoute(api, untouched, untouched),
  registry: (api) => addRegistryRoutes(api, { store: {} } as never),
  stations(api) {
    const parts = {
      states: {},
      certificates: {},
      files: {},
      onboarding: {},
      kept: {},
      imports: {},
      commands: {},
      bulk: {},
    };
    addStationsRoutes(api, { ...parts, projections: ['stations', 'commands'].map(namedProjection) } as never);
  },
  sessions(api) {
    addSessionRoutes(api, untouched);
    addSummaryRoute(api, untouched);
    addProjectionRoutes(api, [namedProjection('sessions')]);
  },
  ocpi(api) {
    addPartnerRoutes(api, { database: {} } as never);
    addProjectionRoutes(api, ['ocpi_registry', 'ocpi_evse_status', 'ocpi_sessions', 'ocpi_cdrs'].map(namedProjection));
  },
  billing(api) {
    const folds = ['billing_sessions', 'billing_places', 'cdrs'].map(namedProjection);
    addBillingRoutes(api, { store: {}, folds } as never);
  },
  alerts(api) {
    const folds = ['alerts_stations', 'alerts_places', 'alerts_sessions'].map(namedProjection);
    addAlertsRoutes(api, { folds } as never);
  },
  analytics(api) {
    addReadingRoutes(api, untouched);
    addEnergyRoute(api, untouched);
    addFrameRoute(api, untouched);
  },
};

/** The document as text, the same on any machine. */
export async function operatorApi(): Promise<string> {
  const documents = await Promise.all(
    Object.entries(services).map(async ([service, addRoutes]) => {
      const logger = createLogger(service, 'silent');
      const api = createHttp({ service, logger, internalToken: undefined, notReady: () => undefined });
      addRoutes(api);
      await api.ready();
      const document = JSON.parse(JSON.stringify(api.swagger())) as Record<string, unknown>;
      await api.close();
      return { service, document };
    }),
  );
  return `${JSON.stringify(mergedDocument(documents), undefined, 1)}\n`;
}

function namedProjection(name: string): never {
  return { status: () => ({ name }) } as never;
}

if (process.argv[1]?.endsWith('services/generate-api.ts') === true) {
  writeFileSync(operatorApiUrl, await operatorApi());
  process.stdout.write('contracts: the operator API stands in operator-api.json\n');
}
