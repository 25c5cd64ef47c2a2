-- Files of operators (firmware) and of stations (logs), and the links by which a station moves one, once. Bytes are on disk.

create table files (
  tenant_id text not null,
  -- Chosen by operators for firmware; of uploads the id of their command.
  file_id text not null,
  kind text not null check (kind in ('firmware', 'upload')),
  -- Whose upload it is.
  station_id text,
  name text not null,
  bytes bigint not null,
  sha256 text not null,
  md5 text not null,
  -- Name on disk.
  stored_as text not null,
  created_at_ms bigint not null,
  created_by text not null,
  -- Uploads are dropped then; null: kept until somebody deletes it.
  expires_at_ms bigint,
  primary key (tenant_id, file_id)
);
create unique index files_stored on files (stored_as);
create index files_of_station on files (tenant_id, station_id, created_at_ms) where station_id is not null;
create index files_by_end on files (expires_at_ms) where expires_at_ms is not null;

create table file_links (
  tenant_id text not null,
  -- Hex of its SHA-256: the token itself stands in its command alone.
  token_sha256 text not null,
  station_id text not null,
  command_id text not null,
  kind text not null check (kind in ('download', 'upload')),
  -- Null of an upload.
  file_id text,
  created_at_ms bigint not null,
  expires_at_ms bigint not null,
  -- So much from the start of the file has left us: a download is complete when its last byte has.
  delivered_bytes bigint not null default 0,
  used_at_ms bigint,
  primary key (tenant_id, token_sha256)
);
create unique index file_links_by_token on file_links (token_sha256);
create index file_links_by_end on file_links (expires_at_ms);
create index file_links_of_file on file_links (tenant_id, file_id) where used_at_ms is null;
