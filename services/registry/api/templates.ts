// /v1/templates: what stations of a vendor, model or firmware have in common.
import Type from 'typebox';
import { templateValue, type TemplateValue } from '#contracts/registry';
import type { HttpApi } from '#kit/http';
import { pageOf, paging, problems, strict } from '#kit/http-schemas';
import { expectedOf, ifMatch, nothing, resourceOf } from '#kit/http-versions';
import { templateOf, templateViolations } from '../domain/template.ts';
import { invalid } from '../store/refusal.ts';
import { templates as kind } from '../store/kinds.ts';
import { upsertRows, findRow } from '../store/table.ts';
import { lockExpected, removeOne, writeAs, type Store } from '../store/write.ts';
import { readOne } from './read.ts';
import { equal, flat, refuse, sendNothing, sendPage, sendRow } from './respond.ts';
import { evseInput } from './station-schemas.ts';

const tags = ['templates'];
const template = resourceOf(templateValue);
const { templateId } = templateValue.properties;
const params = Type.Object({ templateId });
const input = Type.Object(
  {
    ...Type.Partial(Type.Omit(templateValue, ['templateId', 'evses'])).properties,
    evses: Type.Optional(Type.Union([Type.Array(evseInput, { maxItems: 100 }), Type.Null()])),
  },
  strict,
);

export function addTemplateRoutes(api: HttpApi, store: Store): void {
  addReading(api, store);
  api.put(
    '/v1/templates/:templateId',
    {
      schema: {
        tags,
        summary:
          'Make or replace a template. Stations have its first fields from their registration on; its configuration is live',
        params,
        headers: ifMatch,
        body: input,
        response: { 200: template, ...problems },
      },
    },
    async ({ caller, params: { templateId: id }, headers, body }, reply) => {
      const value: TemplateValue = templateOf(id, body);
      const violations = templateViolations(value);
      if (violations.length > 0) return refuse(reply, invalid(violations));
      const outcome = await writeAs(store, caller, async (client, writing) => {
        const expected = expectedOf(headers);
        if (expected.header !== undefined) await lockExpected(client, kind, writing.tenantId, { id, expected });
        const [written] = await upsertRows(client, kind.table, writing, { values: [value] });
        if (written !== undefined) {
          const operation = written.created ? 'created' : 'updated';
          const touched = { id, version: written.version, operation, value } as const;
          await store.enqueue(client, await kind.changes(client, writing, [touched]));
        }
        const row = await findRow(client, kind.table, writing.tenantId, id);
        if (row === undefined) throw new Error(`template ${id} is gone within its own transaction`);
        return row;
      });
      return sendRow(reply, outcome, flat);
    },
  );
  api.delete(
    '/v1/templates/:templateId',
    {
      schema: {
        tags,
        summary: 'Delete a template that no station names',
        params,
        headers: ifMatch,
        response: { 204: nothing, ...problems },
      },
    },
    async ({ caller, params: { templateId: id }, headers }, reply) =>
      sendNothing(reply, await removeOne(store, caller, { kind, id, expected: expectedOf(headers) })),
  );
}

function addReading(api: HttpApi, store: Store): void {
  const querystring = Type.Object({ ...paging, vendor: Type.Optional(Type.String({ maxLength: 50 })) }, strict);
  api.get(
    '/v1/templates',
    { schema: { tags, summary: 'List templates', querystring, response: { 200: pageOf(template), ...problems } } },
    async ({ caller, query }, reply) => {
      const where = [equal('vendor', query.vendor)];
      return sendPage(reply, { store, caller }, query, { kind, where, present: flat });
    },
  );
  api.get(
    '/v1/templates/:templateId',
    { schema: { tags, summary: 'Read a template', params, response: { 200: template, ...problems } } },
    async ({ caller, params: { templateId: id } }, reply) =>
      sendRow(reply, await readOne(store, caller, kind, id), flat),
  );
}
