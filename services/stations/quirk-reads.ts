// What the API reads of quirks: counts over a tenant's stations by what they say they are, and those of one station with frames.
import type { Database } from '#kit/postgres';
import { readRows } from './detail-reads.ts';

export type QuirkRow = {
  readonly vendor: string;
  readonly model: string;
  readonly firmware_version: string;
  readonly action: string;
  readonly quirk: string;
  readonly count: number;
  readonly stations: number;
  readonly first_at_ms: number;
  readonly last_at_ms: number;
  readonly last_station_id: string;
  readonly last_frame: string | null;
};

export type QuirkFilter = {
  readonly stationId?: string;
  readonly vendor?: string;
  readonly model?: string;
  readonly firmwareVersion?: string;
  readonly action?: string;
  readonly quirk?: string;
};

/** The columns that name a row, in the order of the list; what a station did not tell is ''. */
export function quirkNameOf({ vendor, model, firmware_version, action, quirk }: QuirkRow): string[] {
  return [vendor, model, firmware_version, action, quirk];
}

/** One more than the limit where there is one. */
export function listQuirks(
  database: Database,
  tenantId: string,
  filter: QuirkFilter,
  page: { readonly after: readonly string[] | null; readonly limit: number },
): Promise<QuirkRow[]> {
  const { stationId, vendor, model, firmwareVersion, action, quirk } = filter;
  const filters = [stationId, vendor, model, firmwareVersion, action, quirk].map((each) => each ?? null);
  return readRows<QuirkRow>(
    database,
    tenantId,
    // The frame is fetched for the rows of the page alone: gathering those of all stations would take gigabytes.
    `with named as (
       select station_id, action, quirk, count, first_at_ms, last_at_ms, coalesce(vendor, '') as vendor,
         coalesce(model, '') as model, coalesce(firmware_version, '') as firmware_version
       from quirks left join stations using (tenant_id, station_id)
       where tenant_id = $1 and ($2::text is null or station_id = $2) and ($6::text is null or action = $6)
         and ($7::text is null or quirk = $7)),
     counted as (
       select vendor, model, firmware_version, action, quirk, sum(count)::bigint as count,
         count(*) as stations, min(first_at_ms) as first_at_ms, max(last_at_ms) as last_at_ms,
         (array_agg(station_id order by last_at_ms desc, station_id))[1] as last_station_id
       from named
       where ($3::text is null or vendor = $3) and ($4::text is null or model = $4)
         and ($5::text is null or firmware_version = $5)
         and ($8::boolean or (vendor, model, firmware_version, action, quirk) > ($9::text, $10::text, $11::text, $12::text, $13::text))
       group by vendor, model, firmware_version, action, quirk
       order by vendor, model, firmware_version, action, quirk limit $14 + 1)
     select counted.*, (
       select last_frame from quirks where tenant_id = $1 and station_id = counted.last_station_id
         and action = counted.action and quirk = counted.quirk) as last_frame
     from counted order by vendor, model, firmware_version, action, quirk`,
    [tenantId, ...filters, page.after === null, ...(page.after ?? ['', '', '', '', '']), page.limit],
  );
}
