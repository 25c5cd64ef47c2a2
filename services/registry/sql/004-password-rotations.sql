-- A generated password on its way to its station: sealed, and dropped as soon as its fate is known.
create table password_rotations (
  tenant_id     text not null,
  station_id    text not null,
  credential_id text not null,
  sealed        bytea,
  -- pending: its command is on its way. unknown: the station may have taken it; its next connect tells.
  state         text not null check (state in ('pending', 'unknown', 'accepted', 'rejected')),
  detail        text,
  command_id    text,
  requested_at  timestamptz not null,
  requested_by  text not null,
  settled_at    timestamptz,
  primary key (tenant_id, station_id, credential_id),
  foreign key (tenant_id, station_id) references stations on delete cascade
);
create index on password_rotations (state) where state = 'pending';
create unique index one_rotation_at_a_time on password_rotations (tenant_id, station_id) where state = 'pending';
