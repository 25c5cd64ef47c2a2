-- By which event a place changed last, so that a look finds what changed since the one before;
-- tenants by themselves, and who stands at a location.

alter table places
  add column partition_no int not null default -1,
  add column last_offset bigint not null default -1;
create index places_by_change on places (partition_no, last_offset);
create index places_of_tenants on places (id) where kind = 'tenant';
create index places_by_location on places (tenant_id, location_id) where kind = 'station';
