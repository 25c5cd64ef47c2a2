-- Whether stations are told what a transaction costs; of a station null: as its tenant wants.
alter table tenants add column costs_shown boolean not null default false;
alter table stations add column costs_shown boolean;
