// One OpenAPI document from those of the services: their public paths, one kind of problem, one way to show a key.

type Json = Readonly<Record<string, unknown>>;

export type ServiceDocument = { readonly service: string; readonly document: Json };

const title = 'Chargestream operator API';
const description = [
  'One API for everything an operator does: what is registered, what stations report, commands, sessions, meter readings.',
  '',
  'Show a key with each call: `authorization: Bearer csk_…`. A key belongs to a tenant and has a role: `viewer` reads,',
  '`operator` also changes and commands, `platform` also manages keys and tenants and may act for another tenant with the',
  'header `x-tenant-id`. Lists come in pages: `limit` (1 to 1000), `cursor` (the `nextCursor` of the page before).',
  'Errors are problems (RFC 9457, `application/problem+json`); each violation names its path.',
].join('\n');

const methods: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'patch']);

const problemSchema = {
  type: 'object',
  required: ['type', 'status', 'title'],
  properties: {
    type: { type: 'string' },
    status: { type: 'integer' },
    title: { type: 'string' },
    detail: { type: 'string' },
    code: { type: 'string' },
    violations: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};
const problem = { $ref: '#/components/responses/Problem' };

/** Throws where two services answer the same operation: a mistake of ours that must not reach a client. */
export function mergedDocument(documents: readonly ServiceDocument[]): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { service, document } of documents) {
    for (const [path, operations] of Object.entries(objectOf(document['paths']))) {
      if (!path.startsWith('/v1/')) continue;
      for (const [method, operation] of Object.entries(objectOf(operations))) {
        if (!methods.has(method)) continue;
        const merged = (paths[path] ??= {});
        if (merged[method] !== undefined) throw new Error(`${service}: ${method} ${path} is answered twice`);
        merged[method] = operationOf(method, path, objectOf(operation));
      }
    }
  }
  return {
    openapi: '3.1.0',
    info: { title, version: '1', description, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    security: [{ key: [] }],
    tags: tagsOf(paths),
    paths: Object.fromEntries(
      sorted(Object.entries(paths)).map(([path, each]) => [path, Object.fromEntries(sorted(Object.entries(each)))]),
    ),
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An operator key, csk_…' } },
      responses: {
        Problem: {
          description: 'A problem',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      schemas: { Problem: problemSchema },
    },
  };
}

/**
 * Every refusal is the same problem, whatever a service's document says of its kinds; what the door may answer is added. A
 * status that a service describes by its number is an answer of its own kind (what is wrong with the lines of an import).
 */
function operationOf(method: string, path: string, operation: Json): Json {
  const responses = Object.fromEntries(
    Object.entries(objectOf(operation['responses'])).filter(([status]) => /^[1-5]\d\d$/.test(status)),
  );
  const { summary, description: about, tags, ...rest } = operation;
  return {
    operationId: operationIdOf(method, path),
    ...(summary === undefined ? {} : { summary }),
    ...(about === undefined ? {} : { description: about }),
    ...(tags === undefined ? {} : { tags }),
    ...rest,
    responses: { ...responses, '4XX': problem, '5XX': problem },
  };
}

/** `get /v1/stations/{stationId}/evses` is getStationsByStationIdEvses: what client generators name their functions. */
function operationIdOf(method: string, path: string): string {
  const words = path
    .slice('/v1/'.length)
    .split(/[/-]/)
    .map((word) => (word.startsWith('{') ? `by-${word.slice(1, -1)}` : word));
  const camel = words
    .flatMap((word) => word.split('-'))
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`);
  return `${method}${camel.join('')}`;
}

function tagsOf(paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>): { name: string }[] {
  const names = Object.values(paths).flatMap((operations) =>
    Object.values(operations).flatMap((operation) => {
      const { tags } = objectOf(operation);
      return Array.isArray(tags) ? tags.map(String) : [];
    }),
  );
  return [...new Set(names)].toSorted().map((name) => ({ name }));
}

function sorted<T>(entries: [string, T][]): [string, T][] {
  return entries.toSorted(([left], [right]) => (left < right ? -1 : 1));
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
