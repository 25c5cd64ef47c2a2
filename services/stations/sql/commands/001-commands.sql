-- The life of commands, folded from charging.commands.v1: one row per command, the latest of each station. Times are ms since epoch.

create table commands (
  tenant_id text not null,
  station_id text not null,
  command_id text not null,
  intent text not null,
  lane text not null,
  -- The driver's token by its pseudonym only.
  parameters jsonb not null,
  requested_by text not null,
  requested_at_ms bigint not null,
  expires_at_ms bigint not null,
  connection_epoch bigint not null,
  requests int not null,
  log_offset bigint not null,
  state text not null,
  sent_epoch bigint,
  sent_gateway_id text,
  sent_action text,
  sent_at_ms bigint,
  last_sent_at_ms bigint,
  outcome text,
  detail text,
  -- The station's answer as it came, secrets redacted.
  answer_json text,
  completed_at_ms bigint,
  completed_by text,
  primary key (tenant_id, station_id, command_id)
);
create index commands_by_id on commands (tenant_id, command_id);
create index commands_by_time on commands (tenant_id, requested_at_ms, command_id);
-- A station's oldest commands are forgotten.
create index commands_by_offset on commands (tenant_id, station_id, log_offset);
