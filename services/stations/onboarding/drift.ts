// Drift: what the registry wants of stations against what they reported, for one or for a page of them.
import { asTenant, type Database } from '#kit/postgres';
import { compare, wantedIn, type Compared } from '../domain/configuration-drift.ts';
import { actualVariables } from './register.ts';
import type { Device, WantedSource } from './wanted.ts';

export type Drift = {
  readonly stationId: string;
  readonly templateId: string | null;
  readonly variables: readonly Compared[];
};

export type DriftParts = { readonly database: Database; readonly registry: WantedSource };

type Seen = Device & { readonly subprotocol: string | null };

/** Of a registered station; one that never connected is judged by what is wanted in any version. */
export async function driftOfStation(parts: DriftParts, tenantId: string, stationId: string): Promise<Drift> {
  const [seen] = await seenStations(parts.database, tenantId, 'station_id = $2', [stationId]);
  const device = seen ?? { stationId, vendor: null, model: null, firmwareVersion: null, subprotocol: null };
  const [drift] = await driftOf(parts, tenantId, [device]);
  return drift ?? { stationId, templateId: null, variables: [] };
}

/** Of stations that ever connected, in the order of their ids; one more than the limit where there is one. */
export async function driftOfPage(
  parts: DriftParts,
  tenantId: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<Drift[]> {
  const where = 'station_id > $2 order by station_id limit $3 + 1';
  return driftOf(parts, tenantId, await seenStations(parts.database, tenantId, where, [after, limit]));
}

async function driftOf({ database, registry }: DriftParts, tenantId: string, seen: readonly Seen[]): Promise<Drift[]> {
  if (seen.length === 0) return [];
  const devices = seen.map(({ subprotocol: _version, ...device }) => device);
  const wanted = new Map((await registry.wanted(tenantId, devices)).map((one) => [one.stationId, one]));
  const names = [...wanted.values()].flatMap(({ configuration }) => configuration.map(({ variable }) => variable));
  const actual = await actualVariables(database, tenantId, [...wanted.keys()], names);
  return seen.map(({ stationId, subprotocol }) => {
    const one = wanted.get(stationId);
    // Not registered any more: nothing is wanted of it. It stays in the page, whose cursor goes by its rows.
    if (one === undefined) return { stationId, templateId: null, variables: [] };
    const { templateId, configuration } = one;
    const relevant = subprotocol === null ? configuration : wantedIn(subprotocol, configuration);
    return { stationId, templateId, variables: compare(relevant, actual.get(stationId) ?? []) };
  });
}

function seenStations(database: Database, tenantId: string, where: string, values: unknown[]): Promise<Seen[]> {
  const select = `select station_id as "stationId", vendor, model, firmware_version as "firmwareVersion", subprotocol
    from stations where tenant_id = $1 and ${where}`;
  const run = async (client: { query: Database['pool']['query'] }): Promise<Seen[]> =>
    (await client.query<Seen>(select, [tenantId, ...values])).rows;
  return asTenant(database, tenantId, run, { schema: 'stations' });
}
