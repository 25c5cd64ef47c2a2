-- What came of a command beyond its answer, decided by a process of this service: a session that a start became, or none.
alter table commands add column result text;
alter table commands add column result_session_id text;
alter table commands add column result_transaction_id text;
alter table commands add column resulted_at_ms bigint;
