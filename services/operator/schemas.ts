// A read-only schema registry in Confluent's REST dialect over the lock file, for kcat, Connect and ClickHouse.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readLock, type LockedSchema } from '#contracts/lock';
import { fingerprint, type AvroSchema } from '#contracts/schema-files';

/** Path under which the dialect is served. */
export const schemaRegistryPath = '/schema-registry';

const contentType = 'application/vnd.schemaregistry.v1+json';
const lock = readLock();

/** Adds the routes. Subjects are record names (RecordNameStrategy): `chargestream.TransactionStarted`. */
export function addSchemaRoutes(api: FastifyInstance): void {
  const hide = { schema: { hide: true } } as const;
  const at = (path: string): string => `${schemaRegistryPath}${path}`;
  api.get<{ Params: { id: string } }>(at('/schemas/ids/:id'), hide, async ({ params }, reply) => {
    const found = lock.find(({ id }) => String(id) === params.id);
    return found === undefined
      ? refuse(reply, 404, 40403, 'Schema not found')
      : answer(reply, { schema: JSON.stringify(found.schema) });
  });
  api.get(at('/schemas/types'), hide, async (_request, reply) => answer(reply, ['AVRO']));
  api.get(at('/subjects'), hide, async (_request, reply) => answer(reply, [...new Set(lock.map(subjectOf))]));
  api.get<{ Params: { subject: string } }>(at('/subjects/:subject/versions'), hide, async ({ params }, reply) => {
    const versions = versionsOf(params.subject);
    return versions.length === 0
      ? noSubject(reply)
      : answer(
          reply,
          versions.map(({ version }) => version),
        );
  });
  api.get<{ Params: { subject: string; version: string } }>(
    at('/subjects/:subject/versions/:version'),
    hide,
    async ({ params }, reply) => {
      const versions = versionsOf(params.subject);
      if (versions.length === 0) return noSubject(reply);
      const found =
        params.version === 'latest'
          ? versions.at(-1)
          : versions.find(({ version }) => String(version) === params.version);
      return found === undefined ? refuse(reply, 404, 40402, 'Version not found') : answer(reply, described(found));
    },
  );
  // Lookup, and what clients send that register by themselves: a known schema has its id, a new one is refused.
  for (const path of ['/subjects/:subject', '/subjects/:subject/versions']) {
    api.post<{ Params: { subject: string }; Body: unknown }>(at(path), hide, async ({ params, body }, reply) => {
      const versions = versionsOf(params.subject);
      if (versions.length === 0) return noSubject(reply);
      const print = printOf(body);
      const found = versions.find((entry) => entry.fingerprint === print);
      if (found !== undefined) return answer(reply, described(found));
      return refuse(
        reply,
        path.endsWith('versions') ? 405 : 404,
        40403,
        'Schemas come from the lock file; this one is not in it',
      );
    });
  }
}

function versionsOf(subject: string): readonly LockedSchema[] {
  return lock.filter((entry) => subjectOf(entry) === subject);
}

function subjectOf({ schema }: LockedSchema): string {
  return `${schema.namespace ?? ''}.${schema.name}`;
}

function described(entry: LockedSchema): object {
  return { subject: subjectOf(entry), id: entry.id, version: entry.version, schema: JSON.stringify(entry.schema) };
}

function printOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('schema' in body) || typeof body.schema !== 'string')
    return undefined;
  try {
    return fingerprint(JSON.parse(body.schema) as AvroSchema);
  } catch {
    return undefined;
  }
}

function noSubject(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, 40401, 'Subject not found');
}

function refuse(reply: FastifyReply, status: number, code: number, message: string): FastifyReply {
  return reply
    .code(status)
    .type(contentType)
    .send(JSON.stringify({ error_code: code, message }));
}

function answer(reply: FastifyReply, body: unknown): FastifyReply {
  return reply.type(contentType).send(JSON.stringify(body));
}
