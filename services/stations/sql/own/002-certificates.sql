-- The register of the embedded certificate authority: what it decided, once, and what operators revoked.

-- One row per key: its certificate for itself, whose dates count.
create table certificate_authorities (
  key_fingerprint text primary key,
  certificate_pem text not null,
  created_at_ms bigint not null
);

create table signing_decisions (
  tenant_id text not null,
  station_id text not null,
  -- Of the request that was decided about.
  event_id text not null,
  decided_at_ms bigint not null,
  -- Null: a certificate was issued.
  refused text,
  -- Null until what follows from it stands in the log: the command, or the security event.
  told_at_ms bigint,
  primary key (tenant_id, event_id)
);
create index signing_decisions_untold on signing_decisions (decided_at_ms) where told_at_ms is null;
create index signing_decisions_of_station on signing_decisions (tenant_id, station_id, decided_at_ms);

create table issued_certificates (
  tenant_id text not null,
  station_id text not null,
  -- Hex, unique for the authority; made of the request, so that one request has one certificate.
  serial_number text not null unique,
  event_id text not null,
  certificate_type text not null,
  request_id bigint,
  common_name text not null,
  organisation text,
  chain_pem text not null,
  not_before_ms bigint not null,
  not_after_ms bigint not null,
  revoked_at_ms bigint,
  revoked_by text,
  -- When its station was last asked to have a new one signed.
  renewal_asked_at_ms bigint,
  primary key (tenant_id, serial_number)
);
create index issued_certificates_of_station on issued_certificates (tenant_id, station_id, not_after_ms);
create index issued_certificates_by_end on issued_certificates (not_after_ms);
create index issued_certificates_revoked on issued_certificates (serial_number) where revoked_at_ms is not null;
