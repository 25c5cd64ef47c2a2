// /v1/stations/{id}/acceptance: whether a station whose boot policy is pending was let in; and what it shall be configured as.
import Type from 'typebox';
import { stationIdPattern, tenantIdPattern } from '#contracts/registry';
import { wantedVariable } from '#contracts/treatment';
import type { HttpApi } from '#kit/http';
import { nullable, problems, strict } from '#kit/http-schemas';
import { nothing } from '#kit/http-versions';
import { asTenant } from '#kit/postgres';
import { templateFor, wantedOf } from '../domain/template.ts';
import { acceptStation } from '../store/acceptance.ts';
import { stations } from '../store/kinds.ts';
import { acceptanceOf, onboardedOf, type Acceptance } from '../store/onboarded.ts';
import { notFound, Refused } from '../store/refusal.ts';
import { findRow, rowsOf } from '../store/table.ts';
import { templatesOf } from '../store/templates.ts';
import { writeAs, type Store } from '../store/write.ts';
import { refuse } from './respond.ts';

const tags = ['onboarding'];
const stationId = Type.String({ pattern: stationIdPattern });
const params = Type.Object({ stationId });
const acceptance = Type.Object({
  stationId: Type.String(),
  accepted: Type.Boolean({ description: 'Its boots are answered Accepted though its boot policy is pending' }),
  acceptedAt: nullable(Type.String()),
  acceptedBy: nullable(Type.String({ description: 'onboarding: it was configured as it shall be' })),
});
const stationsPerCallMax = 1_000;

export function addAcceptanceRoutes(api: HttpApi, store: Store): void {
  addAcceptance(api, store);
  addInternal(api, store);
}

function addAcceptance(api: HttpApi, store: Store): void {
  const path = '/v1/stations/:stationId/acceptance';
  api.get(
    path,
    { schema: { tags, summary: 'Was a pending station let in?', params, response: { 200: acceptance, ...problems } } },
    async ({ caller, params: { stationId: id } }, reply) => {
      const outcome = await writeAs(store, caller, async (client, { tenantId }) => {
        if ((await findRow(client, stations.table, tenantId, id)) === undefined)
          throw new Refused(notFound('station', id));
        return acceptanceOf(client, tenantId, id);
      });
      return outcome.kind === 'refused' ? refuse(reply, outcome) : reply.send(shown(id, outcome.result));
    },
  );
  api.put(
    path,
    {
      schema: {
        tags,
        summary: 'Let a pending station in from its next boot on, or (false) have it configured anew',
        params,
        body: Type.Object({ accepted: Type.Boolean() }, strict),
        response: { 200: acceptance, ...problems },
      },
    },
    async ({ caller, params: { stationId: id }, body: { accepted } }, reply) => {
      const outcome = await acceptStation(store, caller, id, accepted);
      return outcome.kind === 'refused' ? refuse(reply, outcome) : reply.send(shown(id, outcome.result));
    },
  );
}

/** For the stations service: it knows what stations said of themselves, and whether they are as they shall be. */
function addInternal(api: HttpApi, store: Store): void {
  const { database } = store;
  const tenantId = Type.String({ pattern: tenantIdPattern });
  api.post(
    '/internal/stations/onboarded',
    {
      schema: {
        hide: true,
        body: Type.Object({ tenantId, stationId }, strict),
        response: { 204: nothing, ...problems },
      },
    },
    async ({ body }, reply) => {
      const caller = { tenantId: body.tenantId, actor: 'onboarding', role: 'operator' } as const;
      const outcome = await acceptStation(store, caller, body.stationId, true);
      return outcome.kind === 'refused' ? refuse(reply, outcome) : reply.code(204).send(null);
    },
  );
  const said = nullable(Type.String());
  const device = Type.Object({ stationId, vendor: said, model: said, firmwareVersion: said }, strict);
  const asked = Type.Object({ tenantId, stations: Type.Array(device, { maxItems: stationsPerCallMax }) }, strict);
  const item = Type.Object({
    stationId,
    bootPolicy: Type.String(),
    onboarded: Type.Boolean(),
    templateId: nullable(Type.String()),
    configuration: Type.Array(wantedVariable),
  });
  api.post(
    '/internal/stations/wanted',
    { schema: { hide: true, body: asked, response: { 200: Type.Object({ items: Type.Array(item) }), ...problems } } },
    async ({ body }) => {
      const templates = await templatesOf(database, body.tenantId);
      const told = new Map(body.stations.map((one) => [one.stationId, one]));
      const { rows, onboarded } = await asTenant(database, body.tenantId, async (client) => ({
        rows: await rowsOf(client, stations.table, body.tenantId, [...told.keys()]),
        onboarded: await onboardedOf(client, body.tenantId, [...told.keys()]),
      }));
      const items = rows.map(({ value }) => {
        const booted = told.get(value.stationId);
        const template = templateFor(templates, {
          templateId: value.templateId,
          vendor: booted?.vendor ?? value.vendor,
          model: booted?.model ?? value.model,
          firmwareVersion: booted?.firmwareVersion ?? null,
        });
        return {
          stationId: value.stationId,
          bootPolicy: value.bootPolicy,
          onboarded: onboarded.has(value.stationId),
          templateId: template?.templateId ?? null,
          configuration: wantedOf(template, value),
        };
      });
      return { items };
    },
  );
}

function shown(id: string, told: Acceptance | undefined) {
  const { acceptedAt = null, acceptedBy = null } = told ?? {};
  return { stationId: id, accepted: told !== undefined, acceptedAt, acceptedBy };
}
