// The routes that rules, windows and webhooks share: list, create, read, replace, delete, each change from a version.
import type { FastifyReply } from 'fastify';
import type { PoolClient } from 'pg';
import Type, { type TObject, type TProperties } from 'typebox';
import { plainIdPattern } from '#contracts/registry';
import { decodeCursor, encodeCursor, problem, type Caller, type HttpApi } from '#kit/http';
import { pageLimits, pageOf, paging, problems, strict } from '#kit/http-schemas';
import { expectedOf, ifMatch, nothing, resourceOf, versionField } from '#kit/http-versions';
import { asTenant } from '#kit/postgres';
import type { Violation } from '../domain/checks.ts';
import {
  findResource,
  insertResource,
  listResources,
  removeResource,
  replaceResource,
  type By,
  type Outcome,
  type Resource,
  type ResourceKind,
} from '../store/resources.ts';
import type { AlertParts } from './parts.ts';

export type ResourceRoutes<V extends object> = {
  readonly path: string;
  readonly kind: ResourceKind;
  /** In the words of a summary. */
  readonly noun: string;
  readonly idName: string & keyof V;
  readonly schema: TObject;
  violations(value: V): readonly Violation[];
  /** In the same transaction; what it returns is answered once, beside the value. */
  readonly onCreated?: { readonly schema: TProperties; run(client: PoolClient, by: By, id: string): Promise<object> };
  readonly onReplaced?: (client: PoolClient, by: By, id: string) => Promise<void>;
  readonly onRemoved?: (client: PoolClient, tenantId: string, id: string) => Promise<void>;
};

const params = Type.Object({ id: Type.String({ pattern: plainIdPattern }) });
const query = Type.Object(paging, strict);

export function byOf({ tenantId, actor }: Caller, now: () => number): By {
  return { tenantId, actor, at: now() };
}

export function refuseInvalid(reply: FastifyReply, violations: readonly Violation[]): FastifyReply {
  return problem(reply, { status: 400, title: 'The request is not valid', violations });
}

export function addResourceRoutes<V extends object>(api: HttpApi, parts: AlertParts, routes: ResourceRoutes<V>): void {
  addReading(api, parts, routes);
  addCreating(api, parts, routes);
  addReplacing(api, parts, routes);
  addRemoving(api, parts, routes);
}

function addReading<V extends object>(api: HttpApi, { database }: AlertParts, routes: ResourceRoutes<V>): void {
  const { path, kind, noun, idName, schema } = routes;
  const shown = resourceOf(schema);
  const tags = ['alerts'];
  api.get(
    path,
    { schema: { tags, summary: `List ${noun}s`, querystring: query, response: { 200: pageOf(shown), ...problems } } },
    async ({ caller, query: { limit = pageLimits.byDefault, cursor } }, reply) => {
      const [after = ''] = cursor === undefined ? [] : (decodeCursor(cursor) ?? []);
      const listing = { kind, after: String(after), limit: limit + 1 };
      const rows = await listResources<V>(database, caller.tenantId, listing);
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const nextCursor = rows.length > limit && last !== undefined ? encodeCursor([String(last.value[idName])]) : null;
      return reply.send({ items: items.map(flat), nextCursor } as never);
    },
  );
  api.get(
    `${path}/:id`,
    { schema: { tags, summary: `Read a ${noun}`, params, response: { 200: shown, ...problems } } },
    async ({ caller, params: { id } }, reply) => {
      const found = await findResource<V>(database, caller.tenantId, { kind, id });
      return found === undefined
        ? problem(reply, { status: 404, title: `There is no such ${kind}`, detail: id })
        : send(reply, found, 200);
    },
  );
}

function addCreating<V extends object>(api: HttpApi, { database, now }: AlertParts, routes: ResourceRoutes<V>): void {
  const { path, kind, noun, idName, schema, violations, onCreated } = routes;
  const shown = resourceOf(schema);
  const answer = onCreated === undefined ? shown : Type.Object({ ...shown.properties, ...onCreated.schema });
  api.post(
    path,
    { schema: { tags: ['alerts'], summary: `Create a ${noun}`, body: schema, response: { 201: answer, ...problems } } },
    async ({ caller, body }, reply) => {
      const value = body as V;
      const faults = violations(value);
      if (faults.length > 0) return refuseInvalid(reply, faults);
      const by = byOf(caller, now);
      const id = String(value[idName]);
      const { outcome, more } = await asTenant(database, by.tenantId, async (client) => {
        const written = await insertResource(client, by, { kind, id, value });
        const isDone = written.kind === 'done' && onCreated !== undefined;
        return { outcome: written, more: isDone ? await onCreated.run(client, by, id) : {} };
      });
      return outcome.kind === 'refused' ? problem(reply, outcome) : send(reply, outcome.result, 201, more);
    },
  );
}

function addReplacing<V extends object>(api: HttpApi, { database, now }: AlertParts, routes: ResourceRoutes<V>): void {
  const { path, kind, noun, idName, schema, violations, onReplaced } = routes;
  const { [idName]: _id, ...fields } = schema.properties;
  const body = Type.Object({ ...fields, ...versionField }, strict);
  const response = { 200: resourceOf(schema), ...problems };
  api.put(
    `${path}/:id`,
    { schema: { tags: ['alerts'], summary: `Replace a ${noun}`, params, headers: ifMatch, body, response } },
    async ({ caller, params: { id }, headers, body: given }, reply) => {
      const { version, ...rest } = given as { version?: number };
      const value = { [idName]: id, ...rest } as V;
      const faults = violations(value);
      if (faults.length > 0) return refuseInvalid(reply, faults);
      const by = byOf(caller, now);
      const expected = expectedOf(headers, version === undefined ? {} : { version });
      const outcome = await asTenant(database, by.tenantId, async (client) => {
        const replaced = await replaceResource(client, by, { kind, id, value }, expected);
        if (replaced.kind === 'done') await onReplaced?.(client, by, id);
        return replaced;
      });
      return outcome.kind === 'refused' ? problem(reply, outcome) : send(reply, outcome.result, 200);
    },
  );
}

function addRemoving<V extends object>(api: HttpApi, { database }: AlertParts, routes: ResourceRoutes<V>): void {
  const { path, kind, noun, onRemoved } = routes;
  const response = { 204: nothing, ...problems };
  api.delete(
    `${path}/:id`,
    { schema: { tags: ['alerts'], summary: `Delete a ${noun}`, params, headers: ifMatch, response } },
    async ({ caller: { tenantId }, params: { id }, headers }, reply) => {
      const outcome: Outcome<unknown> = await asTenant(database, tenantId, async (client) => {
        const removed = await removeResource(client, tenantId, { kind, id }, expectedOf(headers));
        if (removed.kind === 'done') await onRemoved?.(client, tenantId, id);
        return removed;
      });
      return outcome.kind === 'refused' ? problem(reply, outcome) : sendNothing(reply);
    },
  );
}

function sendNothing(reply: FastifyReply): FastifyReply {
  return reply.code(204).send();
}

function flat<V extends object>({ value, audit }: Resource<V>): object {
  return { ...value, ...audit };
}

function send<V extends object>(
  reply: FastifyReply,
  resource: Resource<V>,
  status: 200 | 201,
  more: object = {},
): FastifyReply {
  return reply
    .code(status)
    .header('etag', `"${resource.audit.version}"`)
    .send({ ...flat(resource), ...more });
}
