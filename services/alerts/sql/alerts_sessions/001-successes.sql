-- When a station last gave energy, by partition of charging.sessions.v1: a row depends on that partition alone.

create table successes (
  tenant_id    text not null,
  station_id   text not null,
  partition_no int not null,
  at_ms        bigint not null,
  primary key (tenant_id, station_id, partition_no)
);
