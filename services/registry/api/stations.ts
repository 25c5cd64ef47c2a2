// /v1/stations: what is registered of a station; a station made here answers with a password, once.
import Type, { type Static } from 'typebox';
import { locationId, stationIdPattern, type StationValue } from '#contracts/registry';
import type { HttpApi } from '#kit/http';
import {
  patchedStation,
  stationOf,
  stationViolations,
  stationWarnings,
  type StationDefaults,
  type StationInput,
} from '../domain/station.ts';
import { passwordViolations } from '../domain/credential.ts';
import { repeated } from '../domain/violation.ts';
import { putStations } from '../store/bulk.ts';
import { insertCredentials, toldCredential } from '../store/credentials.ts';
import { stations as kind } from '../store/kinds.ts';
import { invalid } from '../store/refusal.ts';
import type { Row } from '../store/table.ts';
import { registrationDefaults } from '../store/templates.ts';
import { changeOne, insertOne, removeOne, writeAs } from '../store/write.ts';
import type { RegistryParts } from './parts.ts';
import { credentialOf, type Shown } from './new-credential.ts';
import { readOne } from './read.ts';
import { beginsWith, equal, flat, refuse, sendNothing, sendPage, sendRow } from './respond.ts';
import { pageOf, paging, problems, strict } from '#kit/http-schemas';
import { expectedOf, ifMatch, nothing } from '#kit/http-versions';
import {
  bulkResult,
  station,
  stationInput,
  stationPatch,
  stationsInput,
  stationWithPassword,
} from './station-schemas.ts';

const tags = ['stations'];
const params = Type.Object({ stationId: Type.String({ pattern: stationIdPattern }) });
const filters = Type.Object(
  {
    ...paging,
    locationId: Type.Optional(locationId),
    enabled: Type.Optional(Type.Boolean()),
    vendor: Type.Optional(Type.String({ maxLength: 50 })),
    model: Type.Optional(Type.String({ maxLength: 50 })),
    prefix: Type.Optional(Type.String({ maxLength: 48, description: 'Ids that begin with it' })),
  },
  strict,
);
const bulkBytesMax = 8 * 1024 * 1024;

export const shownStation = (row: Row<StationValue>) => ({ ...flat(row), warnings: stationWarnings(row.value) });

export function addStationRoutes(api: HttpApi, parts: RegistryParts): void {
  addReading(api, parts);
  addCreating(api, parts);
  addChanging(api, parts);
}

function addReading(api: HttpApi, { store }: RegistryParts): void {
  api.get(
    '/v1/stations',
    {
      schema: { tags, summary: 'List stations', querystring: filters, response: { 200: pageOf(station), ...problems } },
    },
    async ({ caller, query }, reply) => {
      const where = [
        equal('location_id', query.locationId),
        equal('enabled', query.enabled),
        equal('vendor', query.vendor),
        equal('model', query.model),
        beginsWith('station_id', query.prefix),
      ];
      return sendPage(reply, { store, caller }, query, { kind, where, present: shownStation });
    },
  );
  api.get(
    '/v1/stations/:stationId',
    { schema: { tags, summary: 'Read a station', params, response: { 200: station, ...problems } } },
    async ({ caller, params: { stationId } }, reply) =>
      sendRow(reply, await readOne(store, caller, kind, stationId), shownStation),
  );
}

function addCreating(api: HttpApi, parts: RegistryParts): void {
  const { store } = parts;
  api.post(
    '/v1/stations',
    {
      schema: {
        tags,
        summary: 'Register a station; without a password in the request one is generated and shown here, once',
        body: stationInput,
        response: { 201: stationWithPassword, ...problems },
      },
    },
    async ({ caller, body }, reply) => {
      const { password, generated = false, acceptsUnauthenticated = false, ...input } = body;
      const defaults = await registrationDefaults(store.database, caller.tenantId);
      const value = stationOf(input, defaults(input));
      const chosen = typeof password === 'string' ? passwordViolations(password, generated) : [];
      const violations = [...stationViolations(value, acceptsUnauthenticated), ...chosen];
      if (violations.length > 0) return refuse(reply, invalid(violations));
      // Made before the transaction: a slow hash must not hold its locks.
      const made: Shown | undefined =
        password === null ? undefined : await credentialOf(parts, { stationId: value.stationId, password, generated });
      const outcome = await writeAs(store, caller, async (client, writing) => {
        const { row, touched } = await insertOne(client, writing, kind, { value, violations });
        if (made !== undefined) await insertCredentials(client, writing, [made.added]);
        const told = made === undefined ? [] : [toldCredential(writing, made.change, touched.version)];
        await store.enqueue(client, [...(await kind.changes(client, writing, [touched])), ...told]);
        return row;
      });
      const present = (row: Row<StationValue>) => ({ ...shownStation(row), password: made?.generatedPassword ?? null });
      return sendRow(reply, outcome, present, 201);
    },
  );
  api.put(
    '/v1/stations',
    {
      bodyLimit: bulkBytesMax,
      schema: {
        tags,
        summary: 'Register or replace up to 1000 stations; doing it again changes nothing',
        body: stationsInput,
        response: { 200: bulkResult, ...problems },
      },
    },
    async ({ caller, body }, reply) => {
      const { wanted, violations } = readBulk(body, await registrationDefaults(store.database, caller.tenantId));
      const outcome = await putStations(store, caller, wanted, { violations, newId: parts.newId });
      return outcome.kind === 'refused' ? refuse(reply, outcome) : reply.send(outcome.result);
    },
  );
}

function addChanging(api: HttpApi, { store }: RegistryParts): void {
  api.patch(
    '/v1/stations/:stationId',
    {
      schema: {
        tags,
        summary: 'Change fields of a station; evses, where given, replace all of them',
        params,
        headers: ifMatch,
        body: stationPatch,
        response: { 200: station, ...problems },
      },
    },
    async ({ caller, params: { stationId: id }, headers, body }, reply) => {
      const { version, acceptsUnauthenticated, ...patch } = body;
      const outcome = await changeOne(store, caller, {
        kind,
        id,
        expected: expectedOf(headers, { version }),
        decide: (current) => {
          const value = patchedStation(current, patch);
          // Who has opted in once need not say it again with every other change.
          const optedIn = acceptsUnauthenticated ?? current.securityProfile === 0;
          return { value, violations: stationViolations(value, optedIn) };
        },
      });
      return sendRow(reply, outcome, shownStation);
    },
  );
  api.delete(
    '/v1/stations/:stationId',
    {
      schema: {
        tags,
        summary: 'Remove a station; its history in the log and in sessions stays',
        params,
        headers: ifMatch,
        response: { 204: nothing, ...problems },
      },
    },
    async ({ caller, params: { stationId: id }, headers }, reply) =>
      sendNothing(reply, await removeOne(store, caller, { kind, id, expected: expectedOf(headers) })),
  );
}

function readBulk({ stations }: Static<typeof stationsInput>, defaultsOf: (input: StationInput) => StationDefaults) {
  const wanted = stations.map(({ credential, acceptsUnauthenticated: _optIn, ...input }) => ({
    value: stationOf(input, defaultsOf(input)),
    password: credential?.password,
  }));
  const faults = stations.flatMap(({ acceptsUnauthenticated = false }, index) => {
    const { value, password } = wanted[index] ?? {};
    const own = value === undefined ? [] : stationViolations(value, acceptsUnauthenticated);
    const weak = password === undefined ? [] : passwordViolations(password, true);
    return [
      ...own.map(({ path, message }) => ({ path: `stations/${index}/${path}`, message })),
      ...weak.map(({ path, message }) => ({ path: `stations/${index}/credential/${path}`, message })),
    ];
  });
  const doubled = repeated(stations.map(({ stationId }) => stationId)).map((index) => ({
    path: `stations/${index}/stationId`,
    message: 'occurs twice',
  }));
  return { wanted, violations: [...faults, ...doubled] };
}
