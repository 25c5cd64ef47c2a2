-- 2.x: one certificate for the station's connection to us and for those of vehicles; it is sent without a type.
alter table issued_certificates add column combined boolean not null default false;
