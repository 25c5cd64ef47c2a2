// The server that partners call: OCPI's envelope and codes around every answer, admission before every route.
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { Fault } from '#kit/fault';
import type { Logger } from '#kit/logger';
import { counter } from '#kit/metrics';
import type { PartnerCaller } from '../partners/tokens.ts';
import { admit } from './admission.ts';
import { answer, ocpiCodes } from './envelope.ts';
import { addListRoutes } from './lists.ts';
import { addLocationRoutes } from './locations.ts';
import type { PartnerApi, PartnerParts, Routing } from './parts.ts';
import { addRegistrationRoutes } from './registration.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of a route that a registration token opens, too, and that knows no parties. */
    module?: 'registration';
  }
}

const bodyBytesMax = 64 * 1024;
const requestTimeoutMs = 30_000;

const answers = counter('ocpi_answers_total', { help: 'Answers to partners', labels: ['route', 'status'] });

export function partnerServer(parts: PartnerParts, logger: Logger): PartnerApi {
  const loggerInstance: FastifyBaseLogger = logger;
  const api = fastify({
    loggerInstance,
    // A request's headers hold its token, so no request is logged as such.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyBytesMax,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 100 },
  });
  api.decorateRequest('partner', null as unknown as PartnerCaller);
  api.decorateRequest('routing', null as unknown as Routing);
  api.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply, parts.now()));
  api.setNotFoundHandler((_request, reply) =>
    answer(
      reply,
      { http: 404, code: ocpiCodes.clientFault, message: 'There is no such module or object' },
      parts.now(),
    ),
  );
  api.addHook('onRequest', async (request, reply) => (request.is404 ? undefined : admit(parts, request, reply)));
  api.addHook('onResponse', async (request, reply) => {
    answers.inc({ route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) });
  });
  addRegistrationRoutes(api, parts);
  addLocationRoutes(api, parts);
  addListRoutes(api, parts);
  return api;
}

function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply, at: number): FastifyReply {
  if (error instanceof Fault) {
    request.log.error({ err: error, code: error.code }, 'request of a partner failed');
    return answer(reply, { code: ocpiCodes.serverFault }, at);
  }
  if (error.statusCode !== undefined && error.statusCode < 500)
    return answer(reply, { http: 400, code: ocpiCodes.badParameters, message: 'The request cannot be read' }, at);
  request.log.error({ err: error }, 'request of a partner met a bug');
  return answer(reply, { code: ocpiCodes.serverFault }, at);
}
