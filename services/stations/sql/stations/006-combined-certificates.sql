-- 2.x: the station named no type, so one certificate is for its connection to us and for those of vehicles.
alter table signing_requests add column combined boolean not null default false;
