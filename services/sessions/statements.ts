// The SQL of the sessions projection; every key starts with the tenant, rows travel as one array per column.
import type { ColumnKind } from './column-arrays.ts';
import type { SessionRow } from './session-rows.ts';

export const selectApplied = `
  select a.* from applied_connections a join unnest($1::text[], $2::text[]) as k(tenant_id, station_id) using (tenant_id, station_id)`;

export const selectLive = `
  select s.* from sessions s join unnest($1::text[], $2::text[]) as k(tenant_id, station_id) using (tenant_id, station_id)
  where s.live`;

/** Of every startKey the latest: an earlier repeat of a key is never asked for again. */
export const selectOfTransactions = `
  select distinct on (s.tenant_id, s.station_id, s.transaction_id, s.start_key) s.*
  from sessions s
  join unnest($1::text[], $2::text[], $3::text[]) as k(tenant_id, station_id, transaction_id)
    using (tenant_id, station_id, transaction_id)
  order by s.tenant_id, s.station_id, s.transaction_id, s.start_key, s.start_offset desc`;

/** What a fact without transactionId may repeat: an end at that instant, or a session that has its key. */
export const selectNameless = `
  select s.* from sessions s
  join unnest($1::text[], $2::text[], $3::bigint[]) as k(tenant_id, station_id, ended_at_ms)
    using (tenant_id, station_id, ended_at_ms)
  union all
  select * from (
    select distinct on (s.tenant_id, s.station_id, s.start_key) s.*
    from sessions s
    join unnest($1::text[], $2::text[], $4::bytea[]) as k(tenant_id, station_id, start_key)
      using (tenant_id, station_id, start_key)
    where s.transaction_id in ('', '0', '-1')
    order by s.tenant_id, s.station_id, s.start_key, s.start_offset desc
  ) as keyed`;

/** Columns of a session in the order of the statement's parameters. */
export const sessionColumns = {
  tenant_id: 'text',
  session_id: 'uuid',
  station_id: 'text',
  start_key: 'bytea',
  start_repeat: 'bigint',
  transaction_id: 'text',
  id_used: 'boolean',
  reported_id: 'uuid',
  start_offset: 'bigint',
  applied_offset: 'bigint',
  evse_id: 'bigint',
  connector_id: 'bigint',
  live: 'boolean',
  phase: 'text',
  started_at_ms: 'bigint',
  ended_at_ms: 'bigint',
  token_ref: 'text',
  token_type: 'text',
  authorization_status: 'text',
  charging_state: 'text',
  fact_at_ms: 'bigint',
  fact_seq_no: 'bigint',
  remote_start_id: 'bigint',
  reservation_id: 'bigint',
  ocpp_version: 'text',
  stop_reason: 'text',
  stopped_by_token_ref: 'text',
  meter_start_at_ms: 'bigint',
  meter_start_milli_wh: 'bigint',
  meter_start_rank: 'bigint',
  meter_last_at_ms: 'bigint',
  meter_last_milli_wh: 'bigint',
  meter_last_power_milli_w: 'bigint',
  meter_end_at_ms: 'bigint',
  meter_end_milli_wh: 'bigint',
  meter_stop_reported_milli_wh: 'bigint',
  meter_stop_milli_wh: 'bigint',
  energy_milli_wh: 'bigint',
  flags: 'jsonb',
  reading_keys: 'bytea',
  emitted_at_ms: 'bigint',
  pending_readings: 'jsonb',
} as const satisfies Record<keyof SessionRow, ColumnKind>;

/** A session keeps its identity, its station and the transaction it belongs to; all else may change. */
const fixed: ReadonlySet<string> = new Set([
  'tenant_id',
  'session_id',
  'station_id',
  'start_repeat',
  'transaction_id',
  'reported_id',
]);

export const sessionColumnNames = Object.keys(sessionColumns) as (keyof SessionRow)[];

/** Takes each column as an array. */
export const upsertSessions = `
  insert into sessions (${sessionColumnNames.join(', ')})
  select * from unnest(${Object.values(sessionColumns)
    .map((kind, index) => `$${index + 1}::${kind}[]`)
    .join(', ')})
  on conflict (tenant_id, session_id) do update set
    ${sessionColumnNames
      .filter((name) => !fixed.has(name))
      .map((name) => `${name} = excluded.${name}`)
      .join(', ')}`;

export const upsertApplied = `
  insert into applied_connections (tenant_id, station_id, connection_epoch, seq)
  select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
  on conflict (tenant_id, station_id) do update set connection_epoch = excluded.connection_epoch, seq = excluded.seq`;
