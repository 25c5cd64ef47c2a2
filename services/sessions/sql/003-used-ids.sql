-- Whether the station told a later fact under its transactionId: an end that names none is then the end of something else.
alter table sessions add column id_used boolean not null default false;
