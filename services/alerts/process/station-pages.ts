// Reads the stations of a tenant, all or some, page by page as rules see them: folded state, place, and when sessions gave energy.
import type { Database } from '#kit/postgres';
import type { Station } from '../domain/judge.ts';
import { watchOf, type WatchRow } from '../tables/watches.ts';

type StationRow = WatchRow & {
  readonly location_id: string | null;
  readonly registered_vendor: string | null;
  readonly registered_model: string | null;
  readonly succeeded_at: number;
  readonly drift: Station['drift'];
};

const pageRows = 1_000;

const columns = `
  s.*, p.location_id, p.vendor as registered_vendor, p.model as registered_model,
  coalesce((select max(at_ms) from alerts_sessions.successes u
             where u.tenant_id = s.tenant_id and u.station_id = s.station_id), 0) as succeeded_at,
  case when d.station_id is not null
    then json_build_object('differs', d.differs, 'since', d.since, 'variables', d.variables) end as drift`;
const tables = `
  alerts_stations.stations s
  join alerts_places.places p on p.tenant_id = s.tenant_id and p.kind = 'station' and p.id = s.station_id and p.active
  left join alerts_own.drifts d on d.tenant_id = s.tenant_id and d.station_id = s.station_id`;

/** Registered and enabled ones that were ever heard of, in the order of their ids. */
export async function* stationPages(database: Database, tenantId: string): AsyncGenerator<readonly Station[]> {
  const sites = await newestBySite(database, tenantId, null);
  for (let after: string | undefined = ''; after !== undefined;) {
    const rows: StationRow[] = await database.query<StationRow>(
      `select ${columns} from ${tables} where s.tenant_id = $1 and s.station_id > $2 order by s.station_id limit $3`,
      [tenantId, after, pageRows],
    );
    yield rows.map((row) => stationOf(row, sites));
    after = rows.length < pageRows ? undefined : rows.at(-1)?.station_id;
  }
}

/** Of these the same; one that is missing is watched no more. */
export async function* stationsNamed(
  database: Database,
  tenantId: string,
  stationIds: readonly string[],
): AsyncGenerator<readonly Station[]> {
  for (let from = 0; from < stationIds.length; from += pageRows) {
    const rows = await database.query<StationRow>(
      `select ${columns} from ${tables} where s.tenant_id = $1 and s.station_id = any($2)`,
      [tenantId, stationIds.slice(from, from + pageRows)],
    );
    const locationIds = [...new Set(rows.flatMap(({ location_id }) => location_id ?? []))];
    const sites = await newestBySite(database, tenantId, locationIds);
    yield rows.map((row) => stationOf(row, sites));
  }
}

/** The two stations of a location that charged last: whichever asks, the newest of the others is among them. */
type Newest = readonly { readonly stationId: string; readonly at: number }[];
type Sites = ReadonlyMap<string, Newest>;

/** @param locationIds null: all. */
async function newestBySite(
  database: Database,
  tenantId: string,
  locationIds: readonly string[] | null,
): Promise<Sites> {
  if (locationIds?.length === 0) return new Map();
  const rows = await database.query<{ location_id: string; station_id: string; at: number }>(
    `select location_id, station_id, at from (
       select p.location_id, u.station_id, max(u.at_ms) as at,
              row_number() over (partition by p.location_id order by max(u.at_ms) desc, u.station_id) as place
         from alerts_places.places p
         join alerts_sessions.successes u on p.tenant_id = u.tenant_id and p.id = u.station_id
        where p.tenant_id = $1 and p.kind = 'station' and p.active and p.location_id is not null
          and ($2::text[] is null or p.location_id = any($2))
        group by p.location_id, u.station_id) as ranked
      where place <= 2 order by location_id, place`,
    [tenantId, locationIds],
  );
  const sites = new Map<string, Newest>();
  for (const { location_id, station_id: stationId, at } of rows)
    sites.set(location_id, [...(sites.get(location_id) ?? []), { stationId, at }]);
  return sites;
}

function stationOf(row: StationRow, sites: Sites): Station {
  const newest = (row.location_id === null ? undefined : sites.get(row.location_id)) ?? [];
  return {
    watch: watchOf(row),
    locationId: row.location_id,
    vendor: row.vendor ?? row.registered_vendor,
    model: row.model ?? row.registered_model,
    succeededAt: row.succeeded_at,
    othersSucceededAt: newest.find(({ stationId }) => stationId !== row.station_id)?.at ?? 0,
    drift: row.drift,
  };
}
