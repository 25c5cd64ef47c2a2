// The HTTP API of alerts: all routes over its parts; made without a server for the API document.
import { mayCall } from '#contracts/roles';
import { createHttp, problem, type HttpApi, type HttpOptions } from '#kit/http';
import { addProjectionRoutes } from '#kit/projection/routes';
import type { RunningProjection } from '#kit/projection/runner';
import { addAlertRoutes } from './api/alerts.ts';
import { addOutageRoutes } from './api/outages.ts';
import type { AlertParts } from './api/parts.ts';
import { addWebhookRoutes } from './api/webhooks.ts';
import { addWrittenRoutes } from './api/written.ts';

export type HttpParts = AlertParts & { readonly folds: readonly RunningProjection[] };

export function alertsHttp(parts: HttpParts, options: Omit<HttpOptions, 'service'>): HttpApi {
  const api = createHttp({ ...options, service: 'alerts' });
  // The door asks the same; asked again here, a mistake there lets nobody change what operators are told.
  api.addHook('onRequest', async ({ caller, method, url }, reply) => {
    const path = url.split('?', 1)[0] ?? '';
    if (path.startsWith('/v1/') && !mayCall(caller.role, method, path))
      return problem(reply, { status: 403, title: 'The role of this key does not allow it' });
  });
  addAlertsRoutes(api, parts);
  return api;
}

/** All routes; the API document is made of them without parts. */
export function addAlertsRoutes(api: HttpApi, parts: HttpParts): void {
  addWrittenRoutes(api, parts);
  addWebhookRoutes(api, parts);
  addAlertRoutes(api, parts);
  addOutageRoutes(api, parts);
  addProjectionRoutes(api, parts.folds);
}
