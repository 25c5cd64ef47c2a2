// /v1/stations/{id}/<subject>: what a station tells beside its live state, one document per subject.
import type { Static, TSchema } from 'typebox';
import { problem, type HttpApi } from '#kit/http';
import { problems } from '#kit/http-schemas';
import type { Database } from '#kit/postgres';
import { isHeardOf, readDetail, type StationPlace } from '../detail-reads.ts';
import * as schemas from './detail-schemas.ts';
import * as views from './detail-views.ts';
import { stationParams } from './schemas.ts';

export type DetailApiParts = {
  readonly database: Database;
  /** Whether the registry knows the station. */
  isRegistered(tenantId: string, stationId: string): boolean;
};

const { inventoryOf, listOf } = schemas;

export function addDetailRoutes(api: HttpApi, parts: DetailApiParts): void {
  addInventories(api, parts);
  addJobs(api, parts);
  addLatest(api, parts);
}

function addInventories(api: HttpApi, parts: DetailApiParts): void {
  const { database } = parts;
  addDetail(api, parts, {
    path: 'monitors',
    summary: "List a station's variable monitors, and which are alarmed",
    schema: inventoryOf(schemas.monitor),
    async read(place) {
      const alarms = await readDetail(database, place, 'alarms');
      return views.inventoryView(await readDetail(database, place, 'monitors'), views.monitorView(alarms));
    },
  });
  addDetail(api, parts, {
    path: 'certificates',
    summary: 'List the certificates in a station',
    schema: listOf(schemas.certificate),
    read: async (place) => ({
      items: ((await readDetail(database, place, 'certificates'))?.entries ?? []).map(views.certificateView),
    }),
  });
  addDetail(api, parts, {
    path: 'charging-profiles',
    summary: 'List the charging profiles in a station',
    schema: inventoryOf(schemas.chargingProfile),
    read: async (place) =>
      views.inventoryView(await readDetail(database, place, 'chargingProfiles'), views.profileView),
  });
  addDetail(api, parts, {
    path: 'display-messages',
    summary: "List the messages on a station's display",
    schema: inventoryOf(schemas.displayMessage),
    read: async (place) => views.inventoryView(await readDetail(database, place, 'displayMessages'), views.messageView),
  });
}

function addJobs(api: HttpApi, parts: DetailApiParts): void {
  const { database } = parts;
  addDetail(api, parts, {
    path: 'firmware-jobs',
    summary: "List a station's last 20 firmware jobs, the newest first",
    schema: listOf(schemas.firmwareJob),
    read: async (place) => ({
      items: ((await readDetail(database, place, 'firmwareJobs')) ?? []).map(views.firmwareJobView).toReversed(),
    }),
  });
  addDetail(api, parts, {
    path: 'log-jobs',
    summary: "List a station's last 20 uploads of logs, the newest first",
    schema: listOf(schemas.logJob),
    read: async (place) => ({
      items: ((await readDetail(database, place, 'logJobs')) ?? []).map(views.logJobView).toReversed(),
    }),
  });
}

function addLatest(api: HttpApi, parts: DetailApiParts): void {
  const { database } = parts;
  addDetail(api, parts, {
    path: 'reservations',
    summary: "List a station's active reservations and the last that ended",
    schema: listOf(schemas.reservation),
    read: async (place) => ({
      items: ((await readDetail(database, place, 'reservations')) ?? []).map(views.reservationView),
    }),
  });
  addDetail(api, parts, {
    path: 'composite-schedules',
    summary: 'List the composite schedules that a station told last, one per EVSE',
    schema: listOf(schemas.compositeSchedule),
    read: async (place) => ({
      items: ((await readDetail(database, place, 'compositeSchedules')) ?? []).map(views.compositeView),
    }),
  });
  addDetail(api, parts, {
    path: 'charging-limits',
    summary: 'List the limits that a station has from elsewhere',
    schema: listOf(schemas.chargingLimit),
    read: async (place) => ({
      items: ((await readDetail(database, place, 'chargingLimits')) ?? [])
        .filter(({ cleared }) => !cleared)
        .map(views.limitView),
    }),
  });
}

type Detail<S extends TSchema> = {
  readonly path: string;
  readonly summary: string;
  readonly schema: S;
  read(place: StationPlace): Promise<Static<S>>;
};

/** A station that told nothing has nothing of it; one that nobody registered and that told nothing is none. */
function addDetail<S extends TSchema>(
  api: HttpApi,
  { isRegistered, database }: DetailApiParts,
  detail: Detail<S>,
): void {
  api.get<{ Params: { stationId: string } }>(
    `/v1/stations/:stationId/${detail.path}`,
    {
      schema: {
        tags: ['station details'],
        summary: detail.summary,
        params: stationParams,
        response: { 200: detail.schema, ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { stationId } }, reply) => {
      const place = { tenantId, stationId };
      if (!isRegistered(tenantId, stationId) && !(await isHeardOf(database, place))) {
        return problem(reply, { status: 404, title: 'No such station', detail: `${stationId} is not registered` });
      }
      return reply.send(await detail.read(place));
    },
  );
}
