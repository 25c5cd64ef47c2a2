-- What stations asked to have signed; whether it was is in the authority's own register, which no fold touches.
create table signing_requests (
  tenant_id text not null,
  station_id text not null,
  event_id text not null,
  log_offset bigint not null,
  recorded_at_ms bigint not null,
  csr_pem text not null,
  certificate_type text not null,
  request_id bigint,
  primary key (tenant_id, station_id, event_id)
);
create index signing_requests_by_age on signing_requests (tenant_id, station_id, log_offset);
create index signing_requests_by_time on signing_requests (recorded_at_ms);
