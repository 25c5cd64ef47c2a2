-- A link knows which bytes its station has, in any order; an upload whose line broke is kept apart from whole ones.

alter table file_links drop column delivered_bytes;
-- What went out, as domain/delivered.ts says: spans [first, end) that arrived, spans of lines that broke, all bytes ever.
alter table file_links add column delivered jsonb not null default '{"whole": [], "broken": [], "sentBytes": 0}';

-- truncated: what came of a station's upload before its line broke.
alter table files drop constraint files_kind_check;
alter table files add constraint files_kind_check check (kind in ('firmware', 'upload', 'truncated'));
create index files_by_kind on files (tenant_id, kind);
