-- Stations that knocked under an identity that nobody registered, where the tenant wants to hear of such.
create table held_stations (
  tenant_id     text not null references tenants,
  station_id    text not null,
  address       text not null,
  subprotocols  text not null,
  first_seen_at timestamptz not null,
  last_seen_at  timestamptz not null,
  -- Of which gateways told: at most one a minute and gateway.
  knocks        bigint not null,
  primary key (tenant_id, station_id)
);
create index on held_stations (tenant_id, last_seen_at);
