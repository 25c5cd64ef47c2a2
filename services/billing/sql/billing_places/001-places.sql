-- Where stations stood and whose locations were, through all times; folded from registry.changes. Times are ms since epoch.

create table station_places (
  tenant_id   text   not null,
  station_id  text   not null,
  row_version bigint not null,
  at_ms       bigint not null,
  location_id text,
  primary key (tenant_id, station_id, row_version)
);

create table location_places (
  tenant_id   text   not null,
  location_id text   not null,
  row_version bigint not null,
  at_ms       bigint not null,
  party_id    text,
  time_zone   text,
  primary key (tenant_id, location_id, row_version)
);
