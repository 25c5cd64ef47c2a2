-- By which event a station changed last, so that a look finds what changed since the one before; and what occupies EVSEs of 2.x.

alter table stations
  add column partition_no int not null default -1,
  add column last_offset bigint not null default -1,
  add column transactions json not null default '[]';
create index stations_by_change on stations (partition_no, last_offset);
