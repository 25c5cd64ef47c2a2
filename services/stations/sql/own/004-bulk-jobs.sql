-- Commands to many stations, and firmware campaigns: what operators asked for, and how far each station has come. No fold: a
-- process decides here, and its decisions are the rows.

create table bulk_jobs (
  tenant_id text not null,
  job_id text not null,
  kind text not null check (kind in ('commands', 'firmware')),
  -- What was asked for, whole; it never changes, but for the next column.
  terms jsonb not null,
  -- The parameters without drivers' tokens, where they hold some: they replace those in the terms once the job is over.
  shown_parameters jsonb,
  state text not null check (state in ('running', 'paused', 'done', 'stopped', 'cancelled')),
  -- Why it stopped, or who paused or cancelled it.
  why text,
  wave int not null default 0,
  wave_started_at_ms bigint not null,
  -- The pace: no station is asked before.
  next_ask_at_ms bigint not null,
  created_at_ms bigint not null,
  created_by text not null,
  ended_at_ms bigint,
  primary key (tenant_id, job_id)
);
create index bulk_jobs_by_age on bulk_jobs (tenant_id, kind, created_at_ms, job_id);
create index bulk_jobs_running on bulk_jobs (created_at_ms) where state = 'running';

-- The stations of a job, as selected when it was made.
create table bulk_stations (
  tenant_id text not null,
  job_id text not null,
  station_id text not null,
  position int not null,
  wave int not null,
  -- waiting; asking: decided, its command may be in the log; asked: it is; installing: it was accepted, and the boot is awaited;
  -- succeeded, failed, skipped, cancelled: over.
  state text not null default 'waiting',
  -- A word that is counted: of the command, or why the station was skipped.
  outcome text,
  detail text,
  command_id text,
  asked_at_ms bigint,
  -- Not looked at before.
  look_at_ms bigint not null default 0,
  ended_at_ms bigint,
  primary key (tenant_id, job_id, station_id)
);
create index bulk_stations_waiting on bulk_stations (tenant_id, job_id, wave, position) where state = 'waiting';
create index bulk_stations_open on bulk_stations (state, look_at_ms) where state in ('asking', 'asked', 'installing');
create index bulk_stations_of_job on bulk_stations (tenant_id, job_id, position);
