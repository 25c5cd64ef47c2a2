-- What stations report, folded from charging.events.v1. Times are ms since epoch; names of a station's own words are its own.

create table stations (
  tenant_id text not null,
  station_id text not null,
  connected boolean not null,
  -- Of the last connection; null where the log holds none. Both epochs differ where its StationConnected was appended twice.
  first_epoch bigint,
  last_epoch bigint,
  opened_by text,
  connected_at_ms bigint,
  gateway_id text,
  subprotocol text,
  security_profile int,
  remote_address text,
  disconnected_at_ms bigint,
  disconnect_cause text,
  close_code int,
  applied_epoch bigint not null,
  applied_seq int not null,
  last_seen_at_ms bigint not null,
  booted_at_ms bigint,
  boot_status text,
  boot_reason text,
  boot_interval_seconds int,
  vendor text,
  model text,
  serial_number text,
  box_serial_number text,
  firmware_version text,
  iccid text,
  imsi text,
  meter_type text,
  meter_serial_number text,
  primary key (tenant_id, station_id)
);
-- The lease timer asks for the connections of a gateway that is gone.
create index stations_of_gateway on stations (gateway_id) where connected;

create table connectors (
  tenant_id text not null,
  station_id text not null,
  -- 0: the station itself (connector 0), or an EVSE itself.
  evse_id int not null,
  connector_id int not null,
  status text not null,
  status_at_ms bigint not null,
  recorded_at_ms bigint not null,
  error_code text,
  info text,
  vendor_id text,
  vendor_error_code text,
  primary key (tenant_id, station_id, evse_id, connector_id)
);
create index connectors_by_status on connectors (tenant_id, status, station_id);

create table connections (
  tenant_id text not null,
  station_id text not null,
  connection_epoch bigint not null,
  connected_at_ms bigint not null,
  gateway_id text not null,
  subprotocol text not null,
  security_profile int not null,
  remote_address text,
  ended_at_ms bigint,
  end_cause text,
  close_code int,
  primary key (tenant_id, station_id, connection_epoch)
);

create table variables (
  tenant_id text not null,
  station_id text not null,
  -- '' and 0 stand for none, so that they can be part of the key.
  component text not null,
  component_instance text not null,
  evse_id int not null,
  connector_id int not null,
  variable text not null,
  variable_instance text not null,
  attribute text not null,
  value text,
  mutability text,
  persistent boolean,
  constant boolean,
  data_type text,
  unit text,
  min_limit text,
  max_limit text,
  values_list text,
  supports_monitoring boolean,
  reported_at_ms bigint not null,
  -- Only a report of the same or a newer connection, later in the log, replaces the value.
  epoch bigint not null,
  log_offset bigint not null,
  primary key (tenant_id, station_id, component, component_instance, evse_id, connector_id, variable, variable_instance, attribute)
);
