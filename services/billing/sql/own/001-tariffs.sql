-- What operators write: tariffs and where they apply, each with every version it had. Times and actors come with the statement.

-- One sequence for all rows: a version is never used again, so what is deleted and made anew still has a greater one.
create sequence billing_version as bigint;

create table tariffs (
  tenant_id  text not null,
  id         text not null,
  party_id   text not null,
  currency   text not null,
  -- As text: its bytes are what a CDR embeds and hashes.
  value_json text not null,
  version    bigint not null,
  created_at timestamptz not null,
  created_by text not null,
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (tenant_id, id)
);

-- Never changed, and kept when the tariff goes: a CDR names one of these.
create table tariffs_versions (
  tenant_id  text not null,
  id         text not null,
  version    bigint not null,
  operation  text not null check (operation in ('created', 'updated', 'deleted')),
  at_ms      bigint not null,
  actor      text not null,
  party_id   text not null,
  currency   text not null,
  -- Of a deletion: what was deleted.
  value_json text not null,
  primary key (tenant_id, id, version)
);

create table tariff_assignments (
  tenant_id   text not null,
  id          text not null,
  tariff_id   text not null,
  party_id    text,
  location_id text,
  station_id  text,
  evse_id     int,
  value_json  text not null,
  version     bigint not null,
  created_at  timestamptz not null,
  created_by  text not null,
  updated_at  timestamptz not null,
  updated_by  text not null,
  primary key (tenant_id, id),
  constraint assignment_tariff foreign key (tenant_id, tariff_id) references tariffs,
  constraint one_tariff_per_place unique nulls not distinct (tenant_id, party_id, location_id, station_id, evse_id)
);
create index on tariff_assignments (tenant_id, tariff_id);

create table tariff_assignments_versions (
  tenant_id   text not null,
  id          text not null,
  version     bigint not null,
  operation   text not null check (operation in ('created', 'updated', 'deleted')),
  at_ms       bigint not null,
  actor       text not null,
  tariff_id   text not null,
  party_id    text,
  location_id text,
  station_id  text,
  evse_id     int,
  value_json  text not null,
  primary key (tenant_id, id, version)
);
-- What was in force at a place is asked for with every session.
create index on tariff_assignments_versions (tenant_id, station_id);
create index on tariff_assignments_versions (tenant_id, location_id) where station_id is null;

grant usage on sequence billing_version to billing_api;
