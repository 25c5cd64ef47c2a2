-- What operators write. Times, actors and ids come with the statement; only the row version is made here.

-- One sequence for all rows: a version is never used again, so a station that is deleted and registered anew still
-- has a greater version than any reader has seen.
create sequence registry_version as bigint;

create table tenants (
  tenant_id  text primary key check (tenant_id ~ '^[a-z0-9-]{1,32}$'),
  name       text not null,
  version    bigint not null,
  created_at timestamptz not null,
  created_by text not null,
  updated_at timestamptz not null,
  updated_by text not null
);

create table parties (
  tenant_id  text not null references tenants,
  party_id   text not null check (party_id ~ '^[A-Z]{2}-[A-Z0-9]{3}$'),
  name       text not null,
  version    bigint not null,
  created_at timestamptz not null,
  created_by text not null,
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (tenant_id, party_id)
);

create table locations (
  tenant_id   text not null references tenants,
  location_id text not null,
  party_id    text not null,
  name        text not null,
  country     text not null check (country ~ '^[A-Z]{2}$'),
  time_zone   text not null,
  address     text,
  city        text,
  postal_code text,
  coordinates jsonb,
  version     bigint not null,
  created_at  timestamptz not null,
  created_by  text not null,
  updated_at  timestamptz not null,
  updated_by  text not null,
  primary key (tenant_id, location_id),
  constraint location_party foreign key (tenant_id, party_id) references parties
);
create index on locations (tenant_id, party_id);

create table stations (
  tenant_id           text not null references tenants,
  station_id          text not null check (length(station_id) between 1 and 48 and position(':' in station_id) = 0),
  location_id         text,
  vendor              text,
  model               text,
  enabled             boolean not null,
  security_profile    int not null check (security_profile between 0 and 3),
  heartbeat_seconds   int not null check (heartbeat_seconds > 0),
  boot_policy         text not null check (boot_policy in ('accept', 'pending', 'reject')),
  default_subprotocol text,
  evses               jsonb not null,
  version             bigint not null,
  created_at          timestamptz not null,
  created_by          text not null,
  updated_at          timestamptz not null,
  updated_by          text not null,
  primary key (tenant_id, station_id),
  constraint station_location foreign key (tenant_id, location_id) references locations
);
create index on stations (tenant_id, location_id);

-- An EVSE's public id belongs to one EVSE of the tenant.
create table public_evses (
  tenant_id  text not null,
  public_id  text not null,
  station_id text not null,
  evse_id    int not null,
  primary key (tenant_id, public_id),
  foreign key (tenant_id, station_id) references stations on delete cascade
);
create index on public_evses (tenant_id, station_id);

create table credentials (
  tenant_id     text not null,
  station_id    text not null,
  credential_id text not null,
  scheme        text not null check (scheme in ('hmac-sha256', 'scrypt')),
  salt          bytea not null,
  hash          bytea not null,
  valid_from    timestamptz not null,
  valid_until   timestamptz,
  created_by    text not null,
  primary key (tenant_id, station_id, credential_id),
  foreign key (tenant_id, station_id) references stations on delete cascade
);
create index on credentials (valid_until) where valid_until is not null;

-- The only place where a card's number and its holder's label stand; a row that goes takes them with it.
create table tokens (
  tenant_id    text not null references tenants,
  token_ref    text not null,
  uid          text not null,
  type         text not null,
  status       text not null,
  expires_at   timestamptz,
  group_id     text,
  group_ref    text,
  label        text,
  location_ids text[] not null,
  version      bigint not null,
  created_at   timestamptz not null,
  created_by   text not null,
  updated_at   timestamptz not null,
  updated_by   text not null,
  primary key (tenant_id, token_ref)
);
create index on tokens (tenant_id, group_ref);
create index on tokens using gin (location_ids);

-- Operator keys are 256 random bits, so a plain SHA-256 is as good as any slow hash.
create table keys (
  tenant_id  text not null references tenants,
  key_id     text not null,
  hash       text not null unique,
  role       text not null check (role in ('platform', 'operator', 'viewer')),
  label      text not null,
  revoked_at timestamptz,
  version    bigint not null,
  created_at timestamptz not null,
  created_by text not null,
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (tenant_id, key_id)
);

grant usage on sequence registry_version to registry_api;
