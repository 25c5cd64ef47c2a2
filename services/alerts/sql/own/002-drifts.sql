-- Stations whose configuration differs from what it shall be, and since when we know; of those it once was, since when it is not.

create table drifts (
  tenant_id  text not null,
  station_id text not null,
  differs    boolean not null,
  since      bigint not null,
  variables  int not null,
  primary key (tenant_id, station_id)
);
