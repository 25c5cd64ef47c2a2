// /v1/stations: what is registered of a station; a station made here answers with a password, once.
import Type, { type Static } from 'typebox';
import { locationId, stationIdPattern } from '#contracts/registry';
import type { HttpApi } from '#kit/http';
import {
  patchedStation,
  stationOf,
  stationViolations,
  type StationDefaults,
  type StationInput,
} from '../domain/station.ts';
import { passwordViolations } from '../domain/credential.ts';
import { repeated } from '../domain/violation.ts';
import { putStations } from '../store/bulk.ts';
import { stations as kind } from '../store/kinds.ts';
import { registrationDefaults } from '../store/templates.ts';
import { changeOne, removeOne } from '../store/write.ts';
import type { RegistryParts } from './parts.ts';
import { readOne } from './read.ts';
import { registerStation, sendRegistered, shownStation } from './register-station.ts';
import { beginsWith, equal, refuse, sendNothing, sendPage, sendRow } from './respond.ts';
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
    async ({ caller, body }, reply) => sendRegistered(reply, await registerStation(parts, caller, body)),
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
