// /v1/station-states and /v1/stations/{id}/…: what stations report, live.
import { problem, type HttpApi } from '#kit/http';
import type { Database } from '#kit/postgres';
import { listConnections, listStates, listVariables, readState, variableNameOf } from '../station-reads.ts';
import { beginOf, limitOf, pageOfRows, refuseCursor } from './page.ts';
import { pageOf, problems } from '#kit/http-schemas';
import { stationParams } from './schemas.ts';
import {
  connection,
  connectionFilters,
  stateFilters,
  stationState,
  variable,
  variableFilters,
} from './station-schemas.ts';
import { connectionOf, stateOf, stateOfUnseen, variableOf } from './station-views.ts';

const tags = ['station states'];

export type StationApiParts = {
  readonly database: Database;
  /** Whether the registry knows the station. */
  isRegistered(tenantId: string, stationId: string): boolean;
};

export function addStationRoutes(api: HttpApi, parts: StationApiParts): void {
  addStates(api, parts);
  addConnections(api, parts);
  addVariables(api, parts);
}

function addStates(api: HttpApi, { database, isRegistered }: StationApiParts): void {
  api.get(
    '/v1/station-states',
    {
      schema: {
        tags,
        summary: 'List the live state of stations that ever connected',
        querystring: stateFilters,
        response: { 200: pageOf(stationState), ...problems },
      },
    },
    async ({ caller, query }, reply) => {
      const begin = beginOf(query, ['']);
      if (begin === undefined) return refuseCursor(reply);
      const page = { after: String(begin?.[0] ?? ''), limit: limitOf(query) };
      const rows = await listStates(database, caller.tenantId, query, page);
      return reply.send(pageOfRows(rows, page.limit, { sortKey: (row) => [row.station_id], present: stateOf }));
    },
  );
  api.get(
    '/v1/stations/:stationId/state',
    {
      schema: {
        tags,
        summary: "Read a station's live state",
        params: stationParams,
        response: { 200: stationState, ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { stationId } }, reply) => {
      const row = await readState(database, tenantId, stationId);
      if (row !== undefined) return reply.send(stateOf(row));
      if (!isRegistered(tenantId, stationId)) return noStation(reply, stationId);
      return reply.send(stateOfUnseen(stationId));
    },
  );
}

function addConnections(api: HttpApi, { database, isRegistered }: StationApiParts): void {
  api.get(
    '/v1/stations/:stationId/connections',
    {
      schema: {
        tags,
        summary: "List a station's last 100 connections, the newest first",
        params: stationParams,
        querystring: connectionFilters,
        response: { 200: pageOf(connection), ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { stationId }, query }, reply) => {
      const begin = beginOf(query, [0]);
      if (begin === undefined) return refuseCursor(reply);
      const before = begin === null ? null : Number(begin[0]);
      const page = { before, limit: limitOf(query), endCause: query.endCause ?? null };
      const rows = await listConnections(database, tenantId, stationId, page);
      if (rows.length === 0 && !isRegistered(tenantId, stationId)) return noStation(reply, stationId);
      return reply.send(
        pageOfRows(rows, page.limit, { sortKey: (row) => [row.connection_epoch], present: connectionOf }),
      );
    },
  );
}

function addVariables(api: HttpApi, { database, isRegistered }: StationApiParts): void {
  api.get(
    '/v1/stations/:stationId/variables',
    {
      schema: {
        tags,
        summary: "List a station's variables (1.6 configuration keys) as last reported",
        params: stationParams,
        querystring: variableFilters,
        response: { 200: pageOf(variable), ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { stationId }, query }, reply) => {
      const after = beginOf(query, ['', '', 0, 0, '', '', '']);
      if (after === undefined) return refuseCursor(reply);
      const page = { after, limit: limitOf(query) };
      const rows = await listVariables(database, { tenantId, stationId }, query, page);
      if (rows.length === 0 && !isRegistered(tenantId, stationId)) return noStation(reply, stationId);
      return reply.send(pageOfRows(rows, page.limit, { sortKey: variableNameOf, present: variableOf }));
    },
  );
}

function noStation(reply: Parameters<typeof problem>[0], stationId: string) {
  return problem(reply, { status: 404, title: 'No such station', detail: `${stationId} is not registered` });
}
