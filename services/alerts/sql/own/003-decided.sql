-- How often was decided for the tenant: who decides on what stood before another's decision is refused, and tells nobody.

alter table seeded_tenants add column decided bigint not null default 0;
