-- What operators want stations to hold: charging profiles by their owner, and the local list. Operators' writing and its
-- delivery, no fold: what a station has is what it reports.

create table charging_profiles (
  tenant_id text not null,
  station_id text not null,
  -- operator, site, ocpi: each has purposes, stack levels and numbers of its own.
  owner text not null,
  name text not null,
  -- As the station knows it.
  profile_id int not null,
  evse_id int not null,
  purpose text not null,
  stack_level int not null,
  profile json not null,
  valid_to_ms bigint,
  -- Grows with each change; what was asked of the station was for the version beside it.
  version int not null,
  removed boolean not null,
  updated_at_ms bigint not null,
  updated_by text not null,
  asked_version int not null default 0,
  -- Commands asked so far: names the next one, so that a crash asks once.
  attempts int not null default 0,
  asked_at_ms bigint,
  command_id text,
  -- Of that command; null: it is open.
  outcome text,
  detail text,
  sent_at_ms bigint,
  primary key (tenant_id, station_id, owner, name),
  unique (tenant_id, station_id, profile_id)
);
-- A station keeps one profile per place: a second one would silently replace the first.
create unique index charging_profiles_of_place on charging_profiles (tenant_id, station_id, evse_id, purpose, stack_level)
  where not removed;
create index charging_profiles_unasked on charging_profiles (tenant_id) where version > asked_version;
create index charging_profiles_open on charging_profiles (command_id) where outcome is null and command_id is not null;

create table local_lists (
  tenant_id text not null,
  station_id text not null,
  -- auto: only what differs, where the station has what we think it has. full: always the whole list.
  mode text not null check (mode in ('auto', 'full')),
  -- A group of the registry, whose tokens are looked up each time; null: the refs beside it.
  group_id text,
  token_refs json not null,
  revision int not null,
  updated_at_ms bigint not null,
  updated_by text not null,
  -- What the station acknowledged last: its version, and its entries without any plain uid.
  acknowledged_version int,
  acknowledged json,
  -- What was sent last, until the command is over.
  asked_revision int not null default 0,
  attempts int not null default 0,
  asked_at_ms bigint,
  asked_version int,
  asked json,
  asked_update text,
  command_id text,
  outcome text,
  detail text,
  sent_at_ms bigint,
  -- The station did not take a differential update: the whole list goes out.
  needs_full boolean not null default true,
  -- When its tokens were looked up last, and when its station was last asked for the version that it has.
  looked_up_at_ms bigint,
  checked_at_ms bigint,
  primary key (tenant_id, station_id)
);
create index local_lists_unasked on local_lists (tenant_id) where revision > asked_revision;
create index local_lists_open on local_lists (command_id) where outcome is null and command_id is not null;
