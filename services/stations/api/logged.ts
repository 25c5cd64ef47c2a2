// /v1/stations/{id}/{boots,security-events,device-events}, /v1/security-events, /v1/quirks: facts that stations tell one by one.
import { problem, type HttpApi } from '#kit/http';
import { pageOf, problems } from '#kit/http-schemas';
import { isHeardOf, listBoots, listDeviceEvents, listSecurityEvents, type StationPlace } from '../detail-reads.ts';
import { listQuirks, quirkNameOf } from '../quirk-reads.ts';
import type { DetailApiParts } from './details.ts';
import * as schemas from './logged-schemas.ts';
import { bootView, deviceEventView, quirkView, securityEventView } from './logged-views.ts';
import { beginOf, limitOf, pageOfRows, refuseCursor, type PageQuery, type SortKey } from './page.ts';
import { stationParams } from './schemas.ts';

const tags = ['station details'];
const likeSecurityEvent = [0, '', 0];

export function addLoggedRoutes(api: HttpApi, parts: DetailApiParts): void {
  addBoots(api, parts);
  addDeviceEvents(api, parts);
  addSecurityEvents(api, parts);
  addQuirks(api, parts);
}

function addBoots(api: HttpApi, parts: DetailApiParts): void {
  const schema = {
    tags,
    summary: "List a station's last 20 boots, the newest first",
    params: stationParams,
    querystring: schemas.pageFilters,
    response: { 200: pageOf(schemas.bootEntry), ...problems },
  };
  api.get('/v1/stations/:stationId/boots', { schema }, async ({ caller, params, query }, reply) => {
    const place = { tenantId: caller.tenantId, stationId: params.stationId };
    const before = beginOf(query, [0]);
    if (before === undefined) return refuseCursor(reply);
    const page = { before: numbersOf(before), limit: limitOf(query) };
    const rows = await listBoots(parts.database, place, page);
    if (rows.length === 0 && !(await isKnown(parts, place))) return noStation(reply, place);
    return reply.send(pageOfRows(rows, page.limit, { sortKey: (row) => [row.log_offset], present: bootView }));
  });
}

function addDeviceEvents(api: HttpApi, parts: DetailApiParts): void {
  const schema = {
    tags,
    summary: "List a station's last 200 device events (2.x NotifyEvent), the newest first",
    params: stationParams,
    querystring: schemas.pageFilters,
    response: { 200: pageOf(schemas.deviceEvent), ...problems },
  };
  api.get('/v1/stations/:stationId/device-events', { schema }, async ({ caller, params, query }, reply) => {
    const place = { tenantId: caller.tenantId, stationId: params.stationId };
    const before = beginOf(query, [0, 0]);
    if (before === undefined) return refuseCursor(reply);
    const page = { before: numbersOf(before), limit: limitOf(query) };
    const rows = await listDeviceEvents(parts.database, place, page);
    if (rows.length === 0 && !(await isKnown(parts, place))) return noStation(reply, place);
    const sortKey = (row: (typeof rows)[number]): SortKey => [row.log_offset, row.number];
    return reply.send(pageOfRows(rows, page.limit, { sortKey, present: deviceEventView }));
  });
}

function addSecurityEvents(api: HttpApi, parts: DetailApiParts): void {
  const response = { 200: pageOf(schemas.securityEvent), ...problems };
  const list = async (tenantId: string, query: PageQuery & { stationId?: string; kind?: string; source?: string }) => {
    const begin = beginOf(query, likeSecurityEvent);
    if (begin === undefined) return undefined;
    const before = begin === null ? null : ([Number(begin[0]), String(begin[1]), Number(begin[2])] as const);
    const limit = limitOf(query);
    const rows = await listSecurityEvents(parts.database, tenantId, query, { before, limit });
    const sortKey = (row: (typeof rows)[number]): SortKey => [row.recorded_at_ms, row.station_id, row.log_offset];
    return pageOfRows(rows, limit, { sortKey, present: securityEventView });
  };
  const ofAll = {
    tags,
    summary: 'List the security events of all stations, the newest first; the last 200 of each are kept',
    querystring: schemas.tenantSecurityEventFilters,
    response,
  };
  api.get('/v1/security-events', { schema: ofAll }, async ({ caller, query }, reply) => {
    const page = await list(caller.tenantId, query);
    return page === undefined ? refuseCursor(reply) : reply.send(page);
  });
  const ofOne = {
    tags,
    summary: "List a station's last 200 security events, the newest first",
    params: stationParams,
    querystring: schemas.securityEventFilters,
    response,
  };
  api.get('/v1/stations/:stationId/security-events', { schema: ofOne }, async ({ caller, params, query }, reply) => {
    const place = { tenantId: caller.tenantId, stationId: params.stationId };
    const page = await list(place.tenantId, { ...query, stationId: place.stationId });
    if (page === undefined) return refuseCursor(reply);
    if (page.items.length === 0 && !(await isKnown(parts, place))) return noStation(reply, place);
    return reply.send(page);
  });
}

function addQuirks(api: HttpApi, { database }: DetailApiParts): void {
  const schema = {
    tags,
    summary: 'Count the quirks of messages that broke their schema, by vendor, model, firmware, action and quirk',
    querystring: schemas.quirkFilters,
    response: { 200: pageOf(schemas.quirk), ...problems },
  };
  api.get('/v1/quirks', { schema }, async ({ caller, query }, reply) => {
    const begin = beginOf(query, ['', '', '', '', '']);
    if (begin === undefined) return refuseCursor(reply);
    const page = { after: begin?.map(String) ?? null, limit: limitOf(query) };
    const rows = await listQuirks(database, caller.tenantId, query, page);
    return reply.send(pageOfRows(rows, page.limit, { sortKey: quirkNameOf, present: quirkView }));
  });
}

async function isKnown({ database, isRegistered }: DetailApiParts, place: StationPlace): Promise<boolean> {
  return isRegistered(place.tenantId, place.stationId) || isHeardOf(database, place);
}

function noStation(reply: Parameters<typeof problem>[0], { stationId }: StationPlace) {
  return problem(reply, { status: 404, title: 'No such station', detail: `${stationId} is not registered` });
}

function numbersOf(key: SortKey | null): readonly number[] | null {
  return key === null ? null : key.map(Number);
}
