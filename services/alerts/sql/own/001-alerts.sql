-- What operators wrote about alerts, the alerts themselves, and what webhooks were told. Times of alerts are ms since epoch.

-- A version is never used again: a rule that is deleted and written anew has a greater one than anybody has seen.
create sequence alerting_version as bigint;

create table resources (
  tenant_id  text not null,
  kind       text not null check (kind in ('rule', 'window', 'webhook')),
  id         text not null,
  value      json not null,
  version    bigint not null,
  created_at timestamptz not null,
  created_by text not null,
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (tenant_id, kind, id)
);

-- Sealed, never shown again.
create table webhook_secrets (
  tenant_id  text not null,
  webhook_id text not null,
  sealed     bytea not null,
  primary key (tenant_id, webhook_id)
);

-- Tenants that were given the default rules; what they deleted does not come back.
create table seeded_tenants (
  tenant_id text primary key
);

create table alerts (
  tenant_id       text not null,
  alert_id        uuid not null,
  rule_id         text not null,
  kind            text not null,
  severity        text not null,
  subject         text not null,
  station_id      text,
  location_id     text,
  evse_id         int,
  connector_id    int,
  state           text not null check (state in ('open', 'acknowledged', 'closed')),
  since           bigint not null,
  opened_at       bigint not null,
  acknowledged_at bigint,
  acknowledged_by text,
  note            text,
  closed_at       bigint,
  close_reason    text,
  group_id        uuid,
  suppressed_by   text,
  told            boolean not null,
  detail          json not null,
  primary key (tenant_id, alert_id)
);
-- Two that decide at the same moment open one.
create unique index alerts_standing on alerts (tenant_id, rule_id, subject) where state <> 'closed';
create index alerts_by_time on alerts (tenant_id, opened_at desc, alert_id desc);
create index alerts_of_group on alerts (tenant_id, group_id) where group_id is not null;

-- The ledger of deliveries; its id is the receiver's idempotency key.
create table deliveries (
  tenant_id    text not null,
  delivery_id  uuid not null,
  webhook_id   text not null,
  alert_id     uuid,
  event        text not null,
  body         text not null,
  state        text not null check (state in ('pending', 'delivered', 'dead')),
  attempts     int not null,
  created_at   bigint not null,
  next_at      bigint not null,
  delivered_at bigint,
  last_status  int,
  last_error   text,
  primary key (tenant_id, delivery_id)
);
create index deliveries_due on deliveries (next_at) where state = 'pending';
create index deliveries_by_time on deliveries (tenant_id, webhook_id, created_at desc, delivery_id desc);

grant usage on sequence alerting_version to alerts_api;
