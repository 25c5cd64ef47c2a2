// The API's document as it is checked in, and a page to browse it.
import { readFileSync } from 'node:fs';
import { fastifySwaggerUi as swaggerUi, type FastifySwaggerUiOptions } from '@fastify/swagger-ui';
import type { HttpApi } from '#kit/http';

const documentUrl = new URL('../../contracts/operator-api.json', import.meta.url);
/** The page's own scripts and styles come from here; nothing is fetched from elsewhere. */
const pagePolicy =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

export function readDocument(): Record<string, unknown> {
  return JSON.parse(readFileSync(documentUrl, 'utf8')) as Record<string, unknown>;
}

export function addDocs(api: HttpApi, document: Record<string, unknown>): void {
  const options: FastifySwaggerUiOptions = {
    routePrefix: '/docs',
    staticCSP: pagePolicy,
    transformSpecificationClone: false,
    transformSpecification: () => document,
    uiConfig: { docExpansion: 'none', persistAuthorization: true, tagsSorter: 'alpha' },
  };
  // Called, not registered: as a plugin it asks for a registered @fastify/swagger, whose document it would not use here.
  void api.register((scope, _options, done) => {
    Promise.resolve(swaggerUi(scope, options, done)).then(() => done(), done);
  });
}
