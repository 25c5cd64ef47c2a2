// The registry's HTTP API: all routes over one store; made without a server for tests and for the API document.
import { mayCall } from '#contracts/roles';
import { createHttp, problem, type HttpApi, type HttpOptions } from '#kit/http';
import { addAcceptanceRoutes } from './api/acceptance.ts';
import { addCredentialRoutes } from './api/credentials.ts';
import { addEvseRoutes } from './api/evses.ts';
import { addHeldStationRoutes } from './api/held-stations.ts';
import { addImportRoutes } from './api/imports.ts';
import { addInternalStationRoutes } from './api/internal-stations.ts';
import { addInternalRoutes } from './api/internal.ts';
import { addKeyRoutes } from './api/keys.ts';
import { addLocationRoutes } from './api/locations.ts';
import { addPartyRoutes } from './api/parties.ts';
import type { RegistryParts } from './api/parts.ts';
import { addRotationRoutes } from './api/rotations.ts';
import { addStationRoutes } from './api/stations.ts';
import { addTemplateRoutes } from './api/templates.ts';
import { addTenantRoutes } from './api/tenants.ts';
import { addTokenRoutes } from './api/tokens.ts';

export type RegistryHttp = Omit<HttpOptions, 'service'>;

export function registryHttp(parts: RegistryParts, options: RegistryHttp): HttpApi {
  const api = createHttp({ ...options, service: 'registry' });
  api.addHook('onRequest', async ({ caller, method, url }, reply) => {
    const path = url.split('?', 1)[0] ?? '';
    // The door asks the same; asked again here, a mistake there does not hand out keys.
    if (path.startsWith('/v1/') && !mayCall(caller.role, method, path))
      return problem(reply, { status: 403, title: 'The role of this key does not allow it' });
  });
  addRegistryRoutes(api, parts);
  return api;
}

/** All routes; the API document is made of them without parts. */
export function addRegistryRoutes(api: HttpApi, parts: RegistryParts): void {
  addTenantRoutes(api, parts.store);
  addPartyRoutes(api, parts.store);
  addLocationRoutes(api, parts.store, parts.newId);
  addStationRoutes(api, parts);
  addEvseRoutes(api, parts.store);
  addAcceptanceRoutes(api, parts.store);
  addTemplateRoutes(api, parts.store);
  addCredentialRoutes(api, parts);
  addRotationRoutes(api, parts);
  addTokenRoutes(api, parts);
  addHeldStationRoutes(api, parts);
  addImportRoutes(api, parts);
  addKeyRoutes(api, parts);
  addInternalRoutes(api, parts.store);
  addInternalStationRoutes(api, parts);
}
