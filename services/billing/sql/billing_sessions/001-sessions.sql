-- What billing knows of sessions, folded from charging.sessions: the newest version of each. Times are ms since epoch.

create table sessions (
  tenant_id            text    not null,
  session_id           text    not null,
  station_id           text    not null,
  transaction_id       text    not null,
  -- The version: only a greater (generation, source_offset) applies.
  generation           int     not null,
  source_offset        bigint  not null,
  -- Where its newest record stands: what changed since a look is found by it.
  log_partition        int     not null,
  log_offset           bigint  not null,
  corrected            boolean not null,
  ended                boolean not null,
  evse_id              int,
  connector_id         int,
  started_at_ms        bigint  not null,
  ended_at_ms          bigint,
  token_ref            text,
  token_type           text,
  remote_start_id      bigint,
  meter_start_milli_wh bigint,
  meter_stop_milli_wh  bigint,
  energy_milli_wh      bigint,
  flags                jsonb   not null,
  changes              jsonb   not null,
  changes_lost         boolean not null,
  -- Null while nothing must be decided about it.
  session_hash         text,
  primary key (tenant_id, session_id)
) with (fillfactor = 70);
create index sessions_to_decide on sessions (log_partition, log_offset) where session_hash is not null;

-- Readings as they were told, one row per record that told any: they are added, never rewritten.
create table session_readings (
  tenant_id     text   not null,
  session_id    text   not null,
  generation    int    not null,
  source_offset bigint not null,
  readings      jsonb  not null,
  primary key (tenant_id, session_id, generation, source_offset)
);
