-- Which stations and tenants there are, and where stations stand, folded from registry.changes.v1.

create table places (
  tenant_id   text not null,
  kind        text not null,
  id          text not null,
  row_version bigint not null,
  active      boolean not null,
  location_id text,
  vendor      text,
  model       text,
  primary key (tenant_id, kind, id)
);
