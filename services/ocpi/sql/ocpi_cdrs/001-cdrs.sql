-- CDRs as they were issued, folded from charging.cdrs.v1: one per session, never changed.

create table cdrs (
  tenant_id         text not null,
  session_id        text not null,
  cdr_id            text not null,
  created_at_ms     bigint not null,
  created_partition int not null,
  created_offset    bigint not null,
  issued_at_ms      bigint not null,
  party_id          text,
  location_id       text,
  station_id        text not null,
  started_at_ms     bigint not null,
  token_ref         text,
  -- CdrIssued without the readings that only the price was made of.
  content           json not null,
  primary key (tenant_id, session_id)
);
create index cdrs_of_token on cdrs (tenant_id, token_ref, issued_at_ms);
-- The order of every list, which a Link leads through.
create index cdrs_by_created on cdrs (tenant_id, created_at_ms, created_partition, created_offset);
