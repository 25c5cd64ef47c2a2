-- A gateway asks what a transaction costs, by the id that its station gave it.
create index sessions_by_transaction on sessions (tenant_id, station_id, transaction_id, started_at_ms desc);
