-- Charging profiles that we keep are applied again after a boot: who booted lately is asked for.
create index boots_by_time on boots (recorded_at_ms);
