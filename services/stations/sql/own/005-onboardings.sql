-- How far the configuration of each pending station has come: one row per station, of its current or last attempt.
create table onboardings (
  tenant_id text not null,
  station_id text not null,
  started_at_ms bigint not null,
  configuration_hash text not null,
  phase text not null check (phase in ('configuring', 'rebooting', 'comparing', 'accepted', 'failed')),
  step int not null,
  since_ms bigint not null,
  reboot text not null check (reboot in ('no', 'wanted', 'done')),
  read_at_ms bigint,
  boots int not null,
  detail text,
  primary key (tenant_id, station_id)
);
