-- The status of EVSEs as partners see it, folded from charging.events.v1.

create table stations (
  tenant_id     text not null,
  station_id    text not null,
  connected     boolean not null,
  first_epoch   bigint not null,
  last_epoch    bigint not null,
  opened_by     text not null,
  applied_epoch bigint not null,
  applied_seq   int not null,
  -- Status per connector as reported; EVSE 0 is the station, connector 0 the EVSE.
  connectors    json not null,
  primary key (tenant_id, station_id)
);

create table evses (
  tenant_id       text not null,
  station_id      text not null,
  evse_id         int not null,
  status          text not null,
  last_updated_ms bigint not null,
  primary key (tenant_id, station_id, evse_id)
);
