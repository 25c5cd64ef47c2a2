-- Sessions of every station, folded from charging.events.v1. Times are ms since epoch by the station's clock unless said
-- otherwise; energy is in thousandths of a Wh. Every column comes from the event that changed the row.

create table sessions (
  tenant_id                     text     not null,
  session_id                    uuid     not null,
  station_id                    text     not null,
  -- Natural key of the start as reported; it separates its parts by U+0000, which text cannot hold.
  start_key                     bytea    not null,
  start_repeat                  bigint   not null,
  transaction_id                text     not null,
  reported_id                   uuid     not null,
  start_offset                  bigint   not null,
  applied_offset                bigint   not null,
  evse_id                       bigint,
  connector_id                  bigint,
  -- Whether facts without transactionId may belong to it: charging, its end not known to be lost.
  live                          boolean  not null,
  phase                         text     not null check (phase in ('charging', 'ended')),
  started_at_ms                 bigint   not null,
  ended_at_ms                   bigint,
  token_ref                     text,
  token_type                    text,
  authorization_status          text,
  charging_state                text,
  fact_at_ms                    bigint   not null,
  fact_seq_no                   bigint   not null,
  remote_start_id               bigint,
  reservation_id                bigint,
  ocpp_version                  text,
  stop_reason                   text,
  stopped_by_token_ref          text,
  meter_start_at_ms             bigint,
  meter_start_milli_wh          bigint,
  meter_start_rank              bigint,
  meter_last_at_ms              bigint,
  meter_last_milli_wh           bigint,
  meter_end_at_ms               bigint,
  meter_end_milli_wh            bigint,
  meter_stop_reported_milli_wh  bigint,
  meter_stop_milli_wh           bigint,
  energy_milli_wh               bigint check (energy_milli_wh >= 0),
  flags                         jsonb    not null,
  -- Time and context of the latest readings, eight bytes each, so that a repeated one is no news.
  reading_keys                  bytea    not null,
  -- Gateway's clock: recordedAt of the event that made the last emission; null while the session has not spoken.
  emitted_at_ms                 bigint,
  pending_readings              jsonb    not null,
  primary key (tenant_id, session_id)
  -- A running session's row is written with every batch: room on its page keeps the update in place and out of the indexes.
) with (fillfactor = 50);

-- What the fold asks for: live ones, those of a transactionId, and ends or starts that named none.
create index sessions_live on sessions (tenant_id, station_id) where live;
create index sessions_of_transaction on sessions (tenant_id, station_id, transaction_id, start_offset);
create index sessions_of_end on sessions (tenant_id, station_id, ended_at_ms);
create index sessions_nameless on sessions (tenant_id, station_id, start_key) where transaction_id in ('', '0', '-1');
-- What operators ask for: newest first.
create index sessions_newest on sessions (tenant_id, started_at_ms desc, session_id desc);
create index sessions_newest_of_station on sessions (tenant_id, station_id, started_at_ms desc, session_id desc);
create index sessions_newest_of_token on sessions (tenant_id, token_ref, started_at_ms desc, session_id desc);
create index sessions_charging on sessions (tenant_id, started_at_ms desc) where phase = 'charging';
create index sessions_ended on sessions (tenant_id, ended_at_ms);

-- How far each station's latest connection was applied: a repeated (epoch, seq) is dropped.
create table applied_connections (
  tenant_id         text   not null,
  station_id        text   not null,
  connection_epoch  bigint not null,
  seq               bigint not null,
  primary key (tenant_id, station_id)
) with (fillfactor = 50);
