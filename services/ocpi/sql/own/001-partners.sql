-- OCPI partners as operators wrote them, and the tokens between us. Times, actors and ids come with the statement.

-- A version is never used again: a partner that is deleted and registered anew has a greater one than any reader has seen.
create sequence partner_version as bigint;

create table partners (
  tenant_id         text not null,
  partner_id        text not null,
  name              text not null,
  parties           text[] not null,
  our_parties       text[] not null,
  hosts             text[] not null,
  accepts_raw_token boolean not null,
  blocked           boolean not null,
  state             text not null check (state in ('unregistered', 'registered')),
  version           bigint not null,
  created_at        timestamptz not null,
  created_by        text not null,
  updated_at        timestamptz not null,
  updated_by        text not null,
  primary key (tenant_id, partner_id)
);

-- A party is one partner's: two that claimed it would both see its drivers' sessions.
create table partner_parties (
  tenant_id  text not null,
  party_id   text not null check (party_id ~ '^[A-Z]{2}-[A-Z0-9]{3}$'),
  partner_id text not null,
  primary key (tenant_id, party_id),
  foreign key (tenant_id, partner_id) references partners on delete cascade
);

-- Where the partner's own interfaces are, and the token that they gave us, encrypted: we must show it to them.
create table partner_links (
  tenant_id    text not null,
  partner_id   text not null,
  versions_url text not null,
  endpoints    json not null,
  roles        json not null,
  their_token  bytea not null,
  exchanged_at timestamptz not null,
  primary key (tenant_id, partner_id),
  foreign key (tenant_id, partner_id) references partners on delete cascade
);

-- Tokens that we gave: found by their HMAC, encrypted because the credentials module answers them in clear.
create table partner_tokens (
  lookup     bytea primary key,
  tenant_id  text not null,
  partner_id text not null,
  -- registration: handed over out of band, good for versions and credentials alone.
  kind       text not null check (kind in ('registration', 'credentials')),
  ciphertext bytea not null,
  created_at timestamptz not null,
  -- Its partner has shown it: whatever it replaced is dead.
  used       boolean not null,
  -- Null: until it is replaced.
  ends_at    timestamptz,
  foreign key (tenant_id, partner_id) references partners on delete cascade
);
create index partner_tokens_of_partner on partner_tokens (tenant_id, partner_id);

grant usage on sequence partner_version to ocpi_api;
