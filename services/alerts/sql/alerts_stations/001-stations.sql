-- What alerts ask of stations, folded from charging.events.v1. Times are ms since epoch.

create table stations (
  tenant_id           text not null,
  station_id          text not null,
  connected           boolean not null,
  connectivity_since  bigint not null,
  connectivity_offset bigint not null,
  first_seen_at       bigint not null,
  first_epoch         bigint not null,
  last_epoch          bigint not null,
  opened_by           text not null,
  applied_epoch       bigint not null,
  applied_seq         int not null,
  vendor              text,
  model               text,
  connectors          json not null,
  starts              json not null,
  certificates        json not null,
  outages             json not null,
  has_outages         boolean not null,
  primary key (tenant_id, station_id)
);
create index stations_with_outages on stations (tenant_id, station_id) where has_outages;
