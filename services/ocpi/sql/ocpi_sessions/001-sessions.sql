-- What partners are told of sessions, folded from charging.sessions.v1. Whose it is and where it was is joined when read.

create table sessions (
  tenant_id         text not null,
  session_id        text not null,
  generation        int not null,
  source_offset     bigint not null,
  created_at_ms     bigint not null,
  created_partition int not null,
  created_offset    bigint not null,
  last_updated_ms   bigint not null,
  station_id        text not null,
  evse_id           int,
  connector_id      int,
  started_at_ms     bigint not null,
  ended_at_ms       bigint,
  phase             text not null check (phase in ('charging', 'ended', 'withdrawn')),
  token_ref         text,
  token_type        text,
  remote_start_id   bigint,
  energy_milli_wh   bigint not null,
  primary key (tenant_id, session_id)
);
-- A partner's sessions are those of its tokens.
create index sessions_of_token on sessions (tenant_id, token_ref, last_updated_ms);
-- The order of every list, which a Link leads through.
create index sessions_by_created on sessions (tenant_id, created_at_ms, created_partition, created_offset);
