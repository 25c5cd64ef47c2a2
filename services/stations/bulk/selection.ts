// Which stations a job is for: registered ones, by id, place, or what they told of themselves; resolved once.
import { asTenant, type Database } from '#kit/postgres';
import type { RegisteredStations } from '../registered-stations.ts';

/** Every condition that is given holds. */
export type Selection = {
  readonly stationIds?: readonly string[];
  readonly locationId?: string;
  readonly vendor?: string;
  readonly model?: string;
  readonly firmwareVersion?: string;
  readonly all?: boolean;
};

export type Selected = {
  readonly stationIds: readonly string[];
  /** Of those that were named, the ones that nobody registered. */
  readonly unknown: readonly string[];
};

export type SelectionParts = {
  readonly database: Database;
  readonly registered: Pick<RegisteredStations, 'isRegistered' | 'registeredIn'>;
};

export async function select(
  { database, registered }: SelectionParts,
  tenantId: string,
  selection: Selection,
): Promise<Selected> {
  const { stationIds: named, locationId } = selection;
  const placed = registered.registeredIn(tenantId, locationId, named === undefined ? undefined : new Set(named));
  const unknown = (named ?? []).filter((stationId) => !registered.isRegistered(tenantId, stationId));
  const asked = [selection.vendor, selection.model, selection.firmwareVersion];
  if (asked.every((condition) => condition === undefined)) return { stationIds: placed, unknown };
  const told = new Set(await toldSo(database, tenantId, asked));
  return { stationIds: placed.filter((stationId) => told.has(stationId)), unknown };
}

/** Stations whose last boot told so. */
function toldSo(database: Database, tenantId: string, asked: readonly (string | undefined)[]): Promise<string[]> {
  return asTenant(
    database,
    tenantId,
    async (client) => {
      const { rows } = await client.query<{ stationId: string }>(
        `select station_id as "stationId" from stations
         where tenant_id = $1 and ($2::text is null or vendor = $2) and ($3::text is null or model = $3)
           and ($4::text is null or firmware_version = $4)`,
        [tenantId, ...asked.map((condition) => condition ?? null)],
      );
      return rows.map(({ stationId }) => stationId);
    },
    { schema: 'stations' },
  );
}

/** What stations told of their firmware; those that never booted are not in it. */
export async function versionsOf(
  database: Database,
  tenantId: string,
  stationIds: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  const rows = await database.query<{ stationId: string; version: string | null }>(
    `select station_id as "stationId", firmware_version as version from stations.stations
     where tenant_id = $1 and station_id = any($2::text[])`,
    [tenantId, stationIds],
  );
  return new Map(rows.map(({ stationId, version }) => [stationId, version]));
}
