// Which stations were let in: configured as they shall be, or accepted by an operator.
import type { PoolClient } from 'pg';
import type { Writing } from './table.ts';

export type Acceptance = { readonly acceptedAt: string; readonly acceptedBy: string };

export async function onboardedOf(
  client: PoolClient,
  tenantId: string,
  stationIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await client.query<{ station_id: string }>(
    'select station_id from onboarded_stations where tenant_id = $1 and station_id = any($2)',
    [tenantId, stationIds],
  );
  return new Set(rows.map((row) => row.station_id));
}

export async function acceptanceOf(
  client: PoolClient,
  tenantId: string,
  stationId: string,
): Promise<Acceptance | undefined> {
  const { rows } = await client.query<{ onboarded_at: Date; onboarded_by: string }>(
    'select onboarded_at, onboarded_by from onboarded_stations where tenant_id = $1 and station_id = $2',
    [tenantId, stationId],
  );
  const [row] = rows;
  return row && { acceptedAt: row.onboarded_at.toISOString(), acceptedBy: row.onboarded_by };
}

/** False where it was so already. */
export async function setOnboarded(
  client: PoolClient,
  { tenantId, actor, at }: Writing,
  stationId: string,
  isOnboarded: boolean,
): Promise<boolean> {
  const { rowCount } = isOnboarded
    ? await client.query('insert into onboarded_stations values ($1, $2, $3, $4) on conflict do nothing', [
        tenantId,
        stationId,
        new Date(at),
        actor,
      ])
    : await client.query('delete from onboarded_stations where tenant_id = $1 and station_id = $2', [
        tenantId,
        stationId,
      ]);
  return (rowCount ?? 0) > 0;
}
