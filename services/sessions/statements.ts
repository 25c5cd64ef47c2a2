// The SQL of the sessions projection; every key starts with the tenant, rows travel as one JSON parameter.

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

const columns = `
  tenant_id session_id station_id start_key start_repeat transaction_id reported_id start_offset applied_offset evse_id
  connector_id live phase started_at_ms ended_at_ms token_ref token_type authorization_status charging_state fact_at_ms
  fact_seq_no remote_start_id reservation_id ocpp_version stop_reason stopped_by_token_ref meter_start_at_ms
  meter_start_milli_wh meter_start_rank meter_last_at_ms meter_last_milli_wh meter_end_at_ms meter_end_milli_wh
  meter_stop_reported_milli_wh meter_stop_milli_wh energy_milli_wh flags reading_keys emitted_at_ms pending_readings`
  .trim()
  .split(/\s+/);

/** A session keeps its identity, its station and the transaction it belongs to; all else may change. */
const fixed: ReadonlySet<string> = new Set([
  'tenant_id',
  'session_id',
  'station_id',
  'start_repeat',
  'transaction_id',
  'reported_id',
]);

export const upsertSessions = `
  insert into sessions (${columns.join(', ')})
  select ${columns.join(', ')} from json_populate_recordset(null::sessions, $1::json)
  on conflict (tenant_id, session_id) do update set
    ${columns
      .filter((column) => !fixed.has(column))
      .map((column) => `${column} = excluded.${column}`)
      .join(', ')}`;

export const upsertApplied = `
  insert into applied_connections (tenant_id, station_id, connection_epoch, seq)
  select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
  on conflict (tenant_id, station_id) do update set connection_epoch = excluded.connection_epoch, seq = excluded.seq`;
