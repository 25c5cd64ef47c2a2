-- What stations of a kind have in common, what each shall be configured as, and which of them were let in.
create table templates (
  tenant_id            text not null references tenants,
  template_id          text not null,
  vendor               text,
  model                text,
  firmware_prefix      text,
  heartbeat_seconds    int check (heartbeat_seconds > 0),
  boot_policy          text check (boot_policy in ('accept', 'pending', 'reject')),
  default_subprotocol  text,
  accepts_without_boot boolean,
  evses                jsonb,
  configuration        jsonb not null,
  version              bigint not null,
  created_at           timestamptz not null,
  created_by           text not null,
  updated_at           timestamptz not null,
  updated_by           text not null,
  primary key (tenant_id, template_id)
);

alter table tenants
  add column boot_policy text not null default 'accept' check (boot_policy in ('accept', 'pending', 'reject'));

alter table stations
  add column accepts_without_boot boolean not null default false,
  add column template_id          text,
  add column configuration        jsonb not null default '[]',
  add constraint station_template foreign key (tenant_id, template_id) references templates;
create index on stations (tenant_id, template_id);

-- A row: the station was configured as it shall be, or an operator accepted it. A registration anew begins without.
create table onboarded_stations (
  tenant_id    text not null,
  station_id   text not null,
  onboarded_at timestamptz not null,
  onboarded_by text not null,
  primary key (tenant_id, station_id),
  foreign key (tenant_id, station_id) references stations on delete cascade
);
