-- Which command an operator's idempotency key stands for; rows older than the commands topic are pruned.

create table idempotency_keys (
  tenant_id text not null,
  command_id text not null,
  -- SHA-256 of intent, parameters (token by pseudonym) and expiry: the same key with another request is refused.
  request_hash bytea not null,
  created_at_ms bigint not null,
  -- Null until CommandRequested was acknowledged: who finds it null appends it again.
  requested_at_ms bigint,
  primary key (tenant_id, command_id)
);
create index idempotency_keys_by_age on idempotency_keys (created_at_ms);
