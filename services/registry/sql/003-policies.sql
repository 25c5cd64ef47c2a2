-- What a tenant wants of its gateways, what they must know of a station, and how a token may be used.
alter table tenants
  add column organisation       text,
  add column unknown_stations   text not null default 'refuse' check (unknown_stations in ('refuse', 'hold')),
  add column tokens_unavailable text not null default 'refuse' check (tokens_unavailable in ('refuse', 'accept')),
  add column free_vending       boolean not null default false,
  add column autocharge         boolean not null default false,
  add column frames_recorded    boolean not null default true;

alter table stations
  add column serial_number            text,
  add column frames_recorded          boolean not null default true,
  add column allows_profile_downgrade boolean not null default false;

alter table tokens
  add column concurrent_sessions_max int check (concurrent_sessions_max > 0),
  add column whitelist               text not null default 'ALWAYS'
    check (whitelist in ('ALWAYS', 'ALLOWED', 'ALLOWED_OFFLINE', 'NEVER')),
  add column language                text,
  add column charging_priority       int check (charging_priority between -9 and 9);
