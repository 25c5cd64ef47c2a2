-- What operators wrote, as partners may see it, folded from registry.changes.v1. `json` keeps a value's text, so that an
-- unchanged value is known by it.

create table objects (
  tenant_id       text not null,
  kind            text not null,
  id              text not null,
  row_version     bigint not null,
  created_at_ms   bigint not null,
  created_offset  bigint not null,
  last_updated_ms bigint not null,
  deleted         boolean not null,
  value           json not null,
  primary key (tenant_id, kind, id)
);

-- What locations and stations were: since when, and until the next row. The first row of each begins at 0.
create table history (
  tenant_id   text not null,
  kind        text not null,
  id          text not null,
  since_ms    bigint not null,
  row_version bigint not null,
  value       json not null,
  primary key (tenant_id, kind, id, row_version)
);
create index history_by_time on history (tenant_id, kind, id, since_ms, row_version);

-- EVSEs by the location where they stand or stood.
create table evses (
  tenant_id       text not null,
  location_id     text not null,
  station_id      text not null,
  evse_id         int not null,
  uid             text not null,
  removed         boolean not null,
  enabled         boolean not null,
  last_updated_ms bigint not null,
  public_id       text,
  label           text,
  connectors      json not null,
  primary key (tenant_id, location_id, station_id, evse_id)
);
create index evses_of_station on evses (tenant_id, station_id);
create index evses_by_uid on evses (tenant_id, uid);

-- Who issued a token, since when; kept when the token is erased, so that its sessions stay its partner's.
create table token_issuers (
  tenant_id   text not null,
  token_ref   text not null,
  since_ms    bigint not null,
  row_version bigint not null,
  issuer      text,
  primary key (tenant_id, token_ref, row_version)
);
create index token_issuers_by_issuer on token_issuers (tenant_id, issuer) where issuer is not null;
