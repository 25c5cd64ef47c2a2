-- What was decided about sessions, folded from charging.cdrs. Times are ms since epoch.

-- One row per session that anything was decided about.
create table bills (
  tenant_id          text   not null,
  session_id         text   not null,
  standing           text   not null check (standing in ('held', 'released', 'issued', 'written-off')),
  -- What of the session was looked at last.
  session_hash       text   not null,
  session_generation int    not null,
  session_offset     bigint not null,
  cdr_id             text,
  released_by        text,
  released_review_id text,
  primary key (tenant_id, session_id)
);
create index bills_released on bills (tenant_id, session_id) where standing = 'released';

create table cdrs (
  tenant_id       text    not null,
  cdr_id          text    not null,
  session_id      text    not null,
  issued_at_ms    bigint  not null,
  party_id        text,
  location_id     text,
  station_id      text    not null,
  token_ref       text,
  started_at_ms   bigint  not null,
  ended_at_ms     bigint  not null,
  energy_milli_wh bigint  not null,
  currency        text    not null,
  total_excl_vat  numeric not null,
  total_vat       numeric not null,
  total_incl_vat  numeric not null,
  tariff_id       text    not null,
  tariff_version  bigint  not null,
  -- CdrIssued as it came.
  record          jsonb   not null,
  primary key (tenant_id, cdr_id),
  unique (tenant_id, session_id)
);
create index cdrs_newest on cdrs (tenant_id, issued_at_ms desc, cdr_id desc);
create index cdrs_of_station on cdrs (tenant_id, station_id, issued_at_ms desc, cdr_id desc);
create index cdrs_of_location on cdrs (tenant_id, location_id, issued_at_ms desc, cdr_id desc);
create index cdrs_of_token on cdrs (tenant_id, token_ref, issued_at_ms desc, cdr_id desc);

create table reviews (
  tenant_id      text   not null,
  review_id      text   not null,
  session_id     text   not null,
  station_id     text,
  reason         text   not null,
  detail         text,
  cdr_id         text,
  session_hash   text   not null,
  opened_at_ms   bigint not null,
  resolution     text,
  note           text,
  resolved_by    text,
  resolved_at_ms bigint,
  primary key (tenant_id, review_id)
);
create index reviews_of_session on reviews (tenant_id, session_id);
create index reviews_newest on reviews (tenant_id, opened_at_ms desc, review_id desc);
create index reviews_open on reviews (tenant_id, opened_at_ms desc, review_id desc) where resolution is null;
