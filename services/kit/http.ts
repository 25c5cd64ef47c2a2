// Every HTTP API of ours: fastify with TypeBox, problem+json errors, health, readiness, metrics, OpenAPI.
import { timingSafeEqual } from 'node:crypto';
import swagger from '@fastify/swagger';
import { TypeBoxValidatorCompiler, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifySchemaValidationError,
} from 'fastify';
import { Fault } from '#kit/fault';
import type { Logger } from '#kit/logger';
import { metricsRegistry } from '#kit/metrics';

/** Who calls, as the operator door established it: every change carries its actor. */
export type Caller = { readonly tenantId: string; readonly actor: string; readonly role: Role };
export type Role = 'platform' | 'operator' | 'viewer';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
  }
}

export type HttpOptions = {
  /** Service name, title of its OpenAPI document. */
  readonly service: string;
  readonly logger: Logger;
  /** Bearer token that our own services show each other; undefined leaves the API open (the operator door has its own check). */
  readonly internalToken: string | undefined;
  /** Answers /ready: undefined when ready, else why not. */
  readonly notReady: () => string | undefined;
  /** Answered at /openapi.json instead of the document of these routes. */
  readonly document?: object;
};

export type HttpApi = ReturnType<typeof createHttp>;

const bodyBytesMax = 1024 * 1024;
const openPaths: ReadonlySet<string> = new Set(['/health', '/ready', '/metrics', '/openapi.json']);

/** Builds the API; routes are added with their TypeBox schemas, then listen() starts it. */
export function createHttp(options: HttpOptions) {
  const logger: FastifyBaseLogger = options.logger;
  const bare = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyBytesMax,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 300 },
  });
  // Called, not registered: a registered plugin loads later and would not see the routes that were added before.
  swagger(bare, { openapi: { openapi: '3.1.0', info: infoOf(options.service) } }, () => {});
  const api = bare.withTypeProvider<TypeBoxTypeProvider>().setValidatorCompiler(TypeBoxValidatorCompiler);
  api.setErrorHandler(answerError);
  api.setNotFoundHandler((request, reply) =>
    problem(reply, { status: 404, title: 'No such resource', detail: `${request.method} ${request.url}` }),
  );
  api.decorateRequest('caller', null as unknown as Caller);
  const { internalToken } = options;
  if (internalToken !== undefined) {
    api.addHook('onRequest', async (request, reply) => {
      if (openPaths.has(request.url)) return;
      const caller = internalCallerOf(request, internalToken);
      if (caller === undefined) return problem(reply, { status: 401, title: 'Not a service of this platform' });
      request.caller = caller;
    });
  }
  void api.register(async (inner) => addOwnRoutes(inner, options));
  return api;
}

/** Listens and returns the URL. Port 0 takes a free one. */
export async function listen(api: { listen: FastifyInstance['listen'] }, host: string, port: number): Promise<string> {
  return api.listen({ host, port });
}

/** A problem (RFC 9457) as answer. `violations` name each fault of the input by its path. */
export type Problem = {
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  readonly code?: string;
  readonly violations?: readonly { readonly path: string; readonly message: string }[];
};

/** Answers with application/problem+json. */
export function problem(reply: FastifyReply, { status, ...rest }: Problem): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send({ type: 'about:blank', status, ...rest });
}

/** An opaque cursor for keyset paging: the sort key of the last item, base64url. */
export function encodeCursor(sortKey: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(sortKey)).toString('base64url');
}

/** The sort key of a cursor; undefined where it is none of ours. */
export function decodeCursor(cursor: string): readonly (string | number)[] | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const sound = Array.isArray(parsed) && parsed.every((part) => typeof part === 'string' || typeof part === 'number');
    return sound ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function infoOf(service: string): { title: string; version: string } {
  return { title: `Chargestream ${service}`, version: '1' };
}

async function addOwnRoutes(api: FastifyInstance, options: HttpOptions): Promise<void> {
  const hidden = { schema: { hide: true } } as const;
  api.get('/health', hidden, async () => ({ status: 'alive', service: options.service }));
  api.get('/ready', hidden, async (_request, reply) => {
    const why = options.notReady();
    return why === undefined ? { status: 'ready' } : problem(reply, { status: 503, title: 'Not ready', detail: why });
  });
  api.get('/metrics', hidden, async (_request, reply) =>
    reply.type(metricsRegistry.contentType).send(await metricsRegistry.metrics()),
  );
  api.get('/openapi.json', hidden, async () => options.document ?? api.swagger());
}

function internalCallerOf(request: FastifyRequest, internalToken: string): Caller | undefined {
  const shown = Buffer.from(request.headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${internalToken}`);
  if (shown.length !== expected.length || !timingSafeEqual(shown, expected)) return undefined;
  const { 'x-tenant-id': tenantId, 'x-actor': actor, 'x-role': role } = request.headers;
  return {
    tenantId: typeof tenantId === 'string' ? tenantId : '',
    actor: typeof actor === 'string' ? actor : 'service',
    role: role === 'platform' || role === 'operator' ? role : 'viewer',
  };
}

function answerError(error: FastifyError | Fault | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof Fault) {
    request.log.error({ err: error, code: error.code }, 'request failed');
    return problem(reply, { status: error.status, title: error.message, code: error.code, detail: error.detail });
  }
  if ('validation' in error && Array.isArray(error.validation)) {
    const context = error.validationContext ?? 'body';
    const violations = told(error.validation).flatMap((violation) => violationsOf(context, violation));
    return problem(reply, { status: 400, title: 'The request is not valid', violations });
  }
  if (isUnstorable(error)) {
    request.log.warn({ err: error }, 'request holds what no column can');
    return problem(reply, {
      status: 400,
      title: 'The request is not valid',
      detail: 'a value in it is none of its kind',
    });
  }
  if ('statusCode' in error && error.statusCode !== undefined && error.statusCode < 500) {
    return problem(reply, { status: error.statusCode, title: error.message, code: error.code });
  }
  request.log.error({ err: error }, 'request met a bug');
  return problem(reply, { status: 500, title: 'Something went wrong on our side' });
}

/** A data exception of Postgres (SQLSTATE class 22): a NUL, a cursor that holds no id, a number out of range; none of it is a fault of ours. */
function isUnstorable(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && /^22[0-9A-Z]{3}$/.test(error.code);
}

type Violation = NonNullable<Problem['violations']>[number];

/** Of a value that may be null or else must fit, only what does not fit is worth a word. */
function told(faults: readonly FastifySchemaValidationError[]): readonly FastifySchemaValidationError[] {
  const isEcho = ({ keyword, params }: FastifySchemaValidationError): boolean =>
    keyword === 'anyOf' || (keyword === 'type' && params['type'] === 'null');
  const said = new Set(faults.filter((fault) => !isEcho(fault)).map(({ instancePath }) => instancePath));
  return faults.filter((fault) => !isEcho(fault) || !said.has(fault.instancePath));
}

/** Each fault under the path of what is wrong or missing. A property that is not known is named twice by the validator. */
function violationsOf(
  context: string,
  { keyword, instancePath, message, params }: FastifySchemaValidationError,
): Violation[] {
  const path = `${context}${instancePath}`;
  const { requiredProperties } = params;
  if (keyword === 'required' && Array.isArray(requiredProperties))
    return requiredProperties.map((property) => ({ path: `${path}/${String(property)}`, message: 'is missing' }));
  if (keyword === 'additionalProperties') return [];
  return [{ path, message: keyword === 'boolean' ? 'is not known here' : (message ?? 'is not valid') }];
}
