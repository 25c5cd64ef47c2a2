-- Whose token it is: the OCPI party that issued it (null: our own), and the contract behind it, which stays here.
alter table tokens add column issuer text check (issuer ~ '^[A-Z]{2}-[A-Z0-9]{3}$');
alter table tokens add column contract_id text;
