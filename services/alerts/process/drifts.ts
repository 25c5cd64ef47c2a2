// Which stations' configuration differs, as the stations service compares it; since when is kept here, so that a restart knows.
import Type from 'typebox';
import { Value } from 'typebox/value';
import { transaction, type Database } from '#kit/postgres';
import { rowsJson } from '#kit/projection/table-rows';

export type Drifting = { readonly stationId: string; readonly variables: number };

export type DriftSource = {
  /** All stations of the tenant that differ. Rejects where the stations service does not answer. */
  differing(tenantId: string): Promise<readonly Drifting[]>;
};

export type DriftSourceOptions = { readonly url: string; readonly internalToken: string; readonly timeoutMs: number };

const page = Type.Object({
  items: Type.Array(
    Type.Object({ stationId: Type.String(), variables: Type.Array(Type.Object({ state: Type.String() })) }),
  ),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
});
const pageItems = 500;

export function driftsOf({ url, internalToken, timeoutMs }: DriftSourceOptions): DriftSource {
  return {
    async differing(tenantId) {
      const found: Drifting[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const more: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const response = await fetch(`${url}/v1/configuration-drift?state=different&limit=${pageItems}${more}`, {
          headers: {
            authorization: `Bearer ${internalToken}`,
            'x-tenant-id': tenantId,
            'x-actor': 'alerts',
            'x-role': 'viewer',
          },
          signal: AbortSignal.timeout(timeoutMs),
        });
        if (!response.ok) throw new Error(`the stations service answers ${response.status}`);
        const { items, nextCursor } = Value.Parse(page, await response.json());
        for (const { stationId, variables } of items)
          found.push({ stationId, variables: variables.filter(({ state }) => state === 'different').length });
        cursor = nextCursor;
      }
      return found;
    },
  };
}

/** Asks, then notes what began or ended: since when is the first time that it was seen so. Those that are news. */
export async function refreshDrifts(
  database: Database,
  source: DriftSource,
  tenantId: string,
  nowMs: number,
): Promise<readonly string[]> {
  const rows = rowsJson(await source.differing(tenantId));
  type Row = { readonly station_id: string };
  return transaction(database, async (client) => {
    const { rows: begun } = await client.query<Row>(
      `insert into drifts (tenant_id, station_id, differs, since, variables)
       select $1, "stationId", true, $2, variables from json_to_recordset($3::json) as row ("stationId" text, variables int)
       on conflict (tenant_id, station_id) do update set differs = true, variables = excluded.variables,
         since = case when drifts.differs then drifts.since else excluded.since end
       where not drifts.differs or drifts.variables <> excluded.variables
       returning station_id`,
      [tenantId, nowMs, rows],
    );
    const { rows: ended } = await client.query<Row>(
      `update drifts set differs = false, since = $2 where tenant_id = $1 and differs and station_id not in
         (select "stationId" from json_to_recordset($3::json) as row ("stationId" text))
       returning station_id`,
      [tenantId, nowMs, rows],
    );
    return [...begun, ...ended].map(({ station_id }) => station_id);
  });
}
