// Writes the table of the projection alerts_sessions; only the newest counts, so there is nothing to read.
import type { PoolClient } from 'pg';
import { writeRows } from '#kit/projection/table-rows';
import type { Success } from '../domain/success-fold.ts';

const upsertSuccesses = `
  insert into successes (tenant_id, station_id, partition_no, at_ms, last_offset)
  select tenant_id, station_id, partition_no, max(at_ms), max(last_offset)
    from json_to_recordset($1::json)
      as row (tenant_id text, station_id text, partition_no int, at_ms bigint, last_offset bigint)
   group by tenant_id, station_id, partition_no
  on conflict (tenant_id, station_id, partition_no)
  do update set at_ms = greatest(successes.at_ms, excluded.at_ms),
    last_offset = greatest(successes.last_offset, excluded.last_offset)`;

export async function loadNoSuccess(): Promise<Map<string, Success>> {
  return new Map();
}

export async function saveSuccesses(client: PoolClient, changed: ReadonlyMap<string, Success>): Promise<void> {
  const rows = [...changed.values()]
    .filter(({ at }) => at > 0)
    .map(
      ({
        tenantId: tenant_id,
        stationId: station_id,
        partition: partition_no,
        at: at_ms,
        lastOffset: last_offset,
      }) => ({
        tenant_id,
        station_id,
        partition_no,
        at_ms,
        last_offset,
      }),
    );
  await writeRows(client, upsertSuccesses, rows);
}
