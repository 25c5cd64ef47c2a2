// /v1/held-stations: who knocked without being registered; an operator approves or dismisses. Nobody is let in before.
import Type from 'typebox';
import { stationIdPattern, tenantIdPattern } from '#contracts/registry';
import { decodeCursor, encodeCursor, type HttpApi } from '#kit/http';
import { pageLimits, pageOf, paging, problems, strict } from '#kit/http-schemas';
import { nothing } from '#kit/http-versions';
import { isHeld, listHeld, noteKnock, releaseHeld } from '../store/held.ts';
import { notFound } from '../store/refusal.ts';
import type { RegistryParts } from './parts.ts';
import { registerStation, sendRegistered } from './register-station.ts';
import { refuse } from './respond.ts';
import { stationInput, stationWithPassword } from './station-schemas.ts';

const tags = ['onboarding'];
const stationId = Type.String({ pattern: stationIdPattern });
const params = Type.Object({ stationId });
const held = Type.Object({
  stationId: Type.String(),
  address: Type.String({ description: 'Where it knocked from last' }),
  subprotocols: Type.String({ description: 'What it offered last' }),
  firstSeenAt: Type.String(),
  lastSeenAt: Type.String(),
  knocks: Type.Integer({ description: 'At most one a minute and gateway is counted' }),
});
const { stationId: _named, ...fields } = stationInput.properties;

export function addHeldStationRoutes(api: HttpApi, parts: RegistryParts): void {
  addListing(api, parts);
  addDeciding(api, parts);
  const body = Type.Object(
    {
      tenantId: Type.String({ pattern: tenantIdPattern }),
      stationId,
      address: Type.String({ maxLength: 64 }),
      subprotocols: Type.String(),
    },
    strict,
  );
  api.post(
    '/internal/stations/held',
    { schema: { hide: true, body, response: { 204: nothing, ...problems } } },
    async ({ body: { subprotocols, ...knock } }, reply) => {
      await noteKnock(parts.store, { ...knock, subprotocols: subprotocols.slice(0, subprotocolsMax) });
      return reply.code(204).send(null);
    },
  );
}

/** What a stranger sends is kept, but not all of it. */
const subprotocolsMax = 100;

function addListing(api: HttpApi, { store }: RegistryParts): void {
  api.get(
    '/v1/held-stations',
    {
      schema: {
        tags,
        summary: 'List stations that knock without being registered, where the tenant holds them',
        querystring: Type.Object(paging, strict),
        response: { 200: pageOf(held), ...problems },
      },
    },
    async ({ caller: { tenantId }, query: { cursor, limit = pageLimits.byDefault } }, reply) => {
      const after = cursor === undefined ? '' : String(decodeCursor(cursor)?.[0] ?? '');
      const rows = await listHeld(store.database, tenantId, after, limit);
      const items = rows.slice(0, limit).map((row) => ({
        ...row,
        firstSeenAt: row.firstSeenAt.toISOString(),
        lastSeenAt: row.lastSeenAt.toISOString(),
      }));
      const last = items.at(-1);
      const nextCursor = rows.length > limit && last !== undefined ? encodeCursor([last.stationId]) : null;
      return reply.send({ items, nextCursor });
    },
  );
}

function addDeciding(api: HttpApi, parts: RegistryParts): void {
  const { store } = parts;
  api.post(
    '/v1/held-stations/:stationId/approve',
    {
      schema: {
        tags,
        summary: 'Register a held station; without a password in the request one is generated and shown here, once',
        params,
        body: Type.Object(fields, strict),
        response: { 201: stationWithPassword, ...problems },
      },
    },
    async ({ caller, params: { stationId: id }, body }, reply) => {
      if (!(await isHeld(store.database, caller.tenantId, id))) return refuse(reply, notFound('held station', id));
      const outcome = await registerStation(parts, caller, { ...body, stationId: id });
      // A crash before leaves a row that no list shows, since its station is registered.
      if (outcome.kind === 'done') await releaseHeld(store.database, caller.tenantId, id);
      return sendRegistered(reply, outcome);
    },
  );
  api.delete(
    '/v1/held-stations/:stationId',
    {
      schema: {
        tags,
        summary: 'Dismiss a held station; it is held again when it knocks again',
        params,
        response: { 204: nothing, ...problems },
      },
    },
    async ({ caller, params: { stationId: id } }, reply) =>
      (await releaseHeld(store.database, caller.tenantId, id))
        ? reply.code(204).send(null)
        : refuse(reply, notFound('held station', id)),
  );
}
