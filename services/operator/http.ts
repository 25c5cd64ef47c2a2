// The operator door's HTTP API: who may pass, what is answered here, and where the rest goes.
import { createHttp, type HttpApi } from '#kit/http';
import type { Logger } from '#kit/logger';
import { admit, type AdmissionParts } from './admission.ts';
import { addDocs } from './docs.ts';
import type { Live } from './live.ts';
import { addLiveRoute } from './live-route.ts';
import { addSchemaRoutes } from './schemas.ts';
import { addProxy, pathOf, type ProxyOptions } from './proxy.ts';

export type OperatorParts = {
  readonly logger: Logger;
  readonly admission: AdmissionParts;
  readonly live: Live;
  readonly proxy: ProxyOptions;
  /** Answered at /openapi.json and shown at /docs. */
  readonly document: Record<string, unknown>;
};

/** No cross-origin header is ever sent: a browser page of somebody else cannot call this API. */
const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;

export function operatorHttp({ logger, admission, live, proxy, document }: OperatorParts): HttpApi {
  const options = { service: 'operator', logger, internalToken: undefined, notReady: () => undefined, document };
  const api = createHttp(options);
  api.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    if (!pathOf(request).startsWith('/v1/')) return;
    reply.header('cache-control', 'no-store').header('content-security-policy', "default-src 'none'");
    return admit(admission, request, reply);
  });
  addLiveRoute(api, live, admission.keys);
  addDocs(api, document);
  addSchemaRoutes(api);
  addProxy(api, proxy);
  return api;
}
