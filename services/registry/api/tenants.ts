// /v1/tenants: who shares this installation; for keys of the role platform.
import Type from 'typebox';
import { tenantIdPattern, tenantValue } from '#contracts/registry';
import { decodeCursor, encodeCursor, type HttpApi } from '#kit/http';
import { tenantOf } from '../domain/tenant.ts';
import { changeTenant, createTenant, findTenant, listTenants } from '../store/tenants.ts';
import type { Store } from '../store/write.ts';
import { flat, sendRow } from './respond.ts';
import { pageLimits, pageOf, paging, problems, strict } from '#kit/http-schemas';
import { expectedOf, ifMatch, resourceOf, versionField } from '#kit/http-versions';

const tags = ['tenants'];
const tenant = resourceOf(tenantValue);
const params = Type.Object({ tenantId: Type.String({ pattern: tenantIdPattern }) });
const { tenantId: _identity, ...fields } = Type.Partial(tenantValue).properties;
const input = Type.Object({ ...fields, ...Type.Pick(tenantValue, ['tenantId', 'name']).properties }, strict);
const patch = Type.Object({ ...fields, ...versionField }, strict);

export function addTenantRoutes(api: HttpApi, store: Store): void {
  api.get(
    '/v1/tenants',
    {
      schema: {
        tags,
        summary: 'List tenants',
        querystring: Type.Object(paging, strict),
        response: { 200: pageOf(tenant), ...problems },
      },
    },
    async ({ query: { cursor, limit = pageLimits.byDefault } }, reply) => {
      const after = cursor === undefined ? '' : String(decodeCursor(cursor)?.[0] ?? '');
      const rows = await listTenants(store, after, limit + 1);
      const items = rows.slice(0, limit).map(flat);
      const last = items.at(-1);
      return reply.send({
        items,
        nextCursor: rows.length > limit && last !== undefined ? encodeCursor([last.tenantId]) : null,
      });
    },
  );
  api.post(
    '/v1/tenants',
    { schema: { tags, summary: 'Create a tenant', body: input, response: { 201: tenant, ...problems } } },
    async ({ caller: { actor }, body }, reply) =>
      sendRow(reply, await createTenant(store, { actor, at: store.now() }, tenantOf(body)), flat, 201),
  );
  api.get(
    '/v1/tenants/:tenantId',
    { schema: { tags, summary: 'Read a tenant', params, response: { 200: tenant, ...problems } } },
    async ({ params: { tenantId } }, reply) => sendRow(reply, await findTenant(store, tenantId), flat),
  );
  api.patch(
    '/v1/tenants/:tenantId',
    {
      schema: {
        tags,
        summary: 'Change a tenant: its name, its policies',
        params,
        headers: ifMatch,
        body: patch,
        response: { 200: tenant, ...problems },
      },
    },
    async ({ caller: { actor }, params: { tenantId }, headers, body: { version, ...changed } }, reply) => {
      const expected = expectedOf(headers, { version });
      const by = { actor, at: store.now() };
      return sendRow(reply, await changeTenant(store, by, { tenantId, patch: changed }, expected), flat);
    },
  );
}
