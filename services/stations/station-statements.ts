// The SQL of the stations projection; each write takes its rows as one JSON parameter.
import { upsert } from '#kit/projection/table-rows';

export const selectStations = `
  select * from stations
  where (tenant_id, station_id) in (select * from unnest($1::text[], $2::text[]))`;

const stationColumns = [
  'connected boolean',
  'first_epoch bigint',
  'last_epoch bigint',
  'opened_by text',
  'connected_at_ms bigint',
  'gateway_id text',
  'subprotocol text',
  'security_profile int',
  'remote_address text',
  'disconnected_at_ms bigint',
  'disconnect_cause text',
  'close_code int',
  'applied_epoch bigint',
  'applied_seq int',
  'last_seen_at_ms bigint',
  'clock_samples json',
  'booted_at_ms bigint',
  'boot_status text',
  'boot_reason text',
  'boot_interval_seconds int',
  'vendor text',
  'model text',
  'serial_number text',
  'box_serial_number text',
  'firmware_version text',
  'iccid text',
  'imsi text',
  'meter_type text',
  'meter_serial_number text',
];

export const upsertStations = upsert('stations', ['tenant_id text', 'station_id text'], stationColumns);

export const insertConnections = `
  insert into connections
    (tenant_id, station_id, connection_epoch, connected_at_ms, gateway_id, subprotocol, security_profile, remote_address)
  select * from jsonb_to_recordset($1::jsonb) as row (tenant_id text, station_id text, connection_epoch bigint,
    connected_at_ms bigint, gateway_id text, subprotocol text, security_profile int, remote_address text)
  on conflict do nothing`;

export const closeConnections = `
  update connections set ended_at_ms = row.ended_at_ms, end_cause = row.end_cause, close_code = row.close_code
  from jsonb_to_recordset($1::jsonb) as row (tenant_id text, station_id text, connection_epoch bigint,
    ended_at_ms bigint, end_cause text, close_code int)
  where connections.tenant_id = row.tenant_id and connections.station_id = row.station_id
    and connections.connection_epoch = row.connection_epoch and connections.ended_at_ms is null`;

/** $3: how many a station keeps. */
export const pruneConnections = `
  delete from connections using (
    select named.tenant_id, named.station_id, (
      select connection_epoch from connections as kept
      where kept.tenant_id = named.tenant_id and kept.station_id = named.station_id
      order by connection_epoch desc offset $3::int limit 1) as epoch
    from unnest($1::text[], $2::text[]) as named (tenant_id, station_id)) as oldest
  where connections.tenant_id = oldest.tenant_id and connections.station_id = oldest.station_id
    and connections.connection_epoch <= oldest.epoch`;

export const upsertConnectors = upsert(
  'connectors',
  ['tenant_id text', 'station_id text', 'evse_id int', 'connector_id int'],
  [
    'status text',
    'status_at_ms bigint',
    'recorded_at_ms bigint',
    'error_code text',
    'info text',
    'vendor_id text',
    'vendor_error_code text',
  ],
);

export const upsertVariables = `${upsert(
  'variables',
  [
    'tenant_id text',
    'station_id text',
    'component text',
    'component_instance text',
    'evse_id int',
    'connector_id int',
    'variable text',
    'variable_instance text',
    'attribute text',
  ],
  [
    'value text',
    'mutability text',
    'persistent boolean',
    'constant boolean',
    'data_type text',
    'unit text',
    'min_limit text',
    'max_limit text',
    'values_list text',
    'supports_monitoring boolean',
    'reported_at_ms bigint',
    'epoch bigint',
    'log_offset bigint',
  ],
)}
  where (excluded.epoch, excluded.log_offset) > (variables.epoch, variables.log_offset)`;

/** What an inventory did not name: told before it was asked for, by its connection or an older one. */
export const deleteVariables = `
  delete from variables using json_to_recordset($1::json) as row (tenant_id text, station_id text, epoch bigint,
    log_offset bigint)
  where variables.tenant_id = row.tenant_id and variables.station_id = row.station_id
    and variables.epoch <= row.epoch and variables.log_offset < row.log_offset`;
