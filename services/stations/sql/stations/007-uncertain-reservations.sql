-- Of reservations: the boot since which an active one is in doubt; who sends such ones to their stations again asks for them.
alter table station_details add column uncertain_since_ms bigint;
create index station_details_uncertain on station_details (tenant_id, station_id) where uncertain_since_ms is not null;
