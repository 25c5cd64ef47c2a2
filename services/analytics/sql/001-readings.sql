-- Meter readings: one wide row per instant and context, fixed point, idempotent by key.
-- No index on reported_id: it is looked up through session_map, which names the station too, and costs a fifth of an insert.
-- ORDER BY: analysts ask by tenant, then station, then time; a session is a short run of neighbouring rows.
-- Day partitions keep FINAL cheap (0 % merged, about 10 % with fresh parts) and let retention drop whole parts.
-- No TTL: it would go by the station's clock, and take what a clock of some years ago reported as soon as it is inserted.
-- mask (which columns are present) and context are in the key, so that two partial messages of one instant both stay.
-- version is (lag in seconds + 2^31) * 8 + event's number modulo 8: of two readings with one key the one received later
-- counts, within a second always the same one, in whatever order they are merged. Without it a replay could leave another one.
-- ts is the station's clock, or ours where the station's says before 2015 or more than a day ahead (domain/reading-row.ts).
CREATE TABLE IF NOT EXISTS ${DATABASE}.meter_readings_raw (
  tenant_id            LowCardinality(String) CODEC(ZSTD(1)),
  station_id           LowCardinality(String) CODEC(ZSTD(1)),
  evse_id              UInt16 CODEC(ZSTD(1)),
  connector_id         UInt16 CODEC(ZSTD(1)),
  ts                   DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  mask                 UInt16 CODEC(ZSTD(1)),
  context              LowCardinality(String) CODEC(ZSTD(1)),
  reported_id          UUID CODEC(ZSTD(1)),
  version              UInt64 CODEC(T64('bit'), ZSTD(1)),
  energy_wh            Nullable(Decimal(18, 3)) CODEC(GCD, DoubleDelta, ZSTD(1)),
  energy_export_wh     Nullable(Decimal(18, 3)) CODEC(GCD, DoubleDelta, ZSTD(1)),
  power_w              Nullable(Decimal(18, 3)) CODEC(GCD, T64, ZSTD(1)),
  power_export_w       Nullable(Decimal(18, 3)) CODEC(GCD, T64, ZSTD(1)),
  power_offered_w      Nullable(Decimal(18, 3)) CODEC(GCD, T64, ZSTD(1)),
  current_offered_a    Nullable(Decimal(18, 3)) CODEC(GCD, T64, ZSTD(1)),
  current_a            Nullable(Decimal(18, 3)) CODEC(GCD, T64, ZSTD(1)),
  current_l1_a         Nullable(Decimal(18, 3)) CODEC(GCD, T64, ZSTD(1)),
  current_l2_a         Nullable(Decimal(18, 3)) CODEC(GCD, T64, ZSTD(1)),
  current_l3_a         Nullable(Decimal(18, 3)) CODEC(GCD, T64, ZSTD(1)),
  voltage_l1_v         Nullable(Decimal(18, 3)) CODEC(GCD, Delta(8), ZSTD(1)),
  voltage_l2_v         Nullable(Decimal(18, 3)) CODEC(GCD, Delta(8), ZSTD(1)),
  voltage_l3_v         Nullable(Decimal(18, 3)) CODEC(GCD, Delta(8), ZSTD(1)),
  soc_pct              Nullable(Decimal(9, 1)) CODEC(Delta(4), ZSTD(1))
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toDate(ts)
ORDER BY (tenant_id, station_id, evse_id, ts, mask, context)
SETTINGS non_replicated_deduplication_window = 10000,
         min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1
-- statement
CREATE TABLE IF NOT EXISTS ${DATABASE}.meter_samples_other (
  tenant_id    LowCardinality(String) CODEC(ZSTD(1)),
  station_id   LowCardinality(String) CODEC(ZSTD(1)),
  evse_id      UInt16 CODEC(ZSTD(1)),
  connector_id UInt16 CODEC(ZSTD(1)),
  ts           DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  context      LowCardinality(String) CODEC(ZSTD(1)),
  measurand    LowCardinality(String) CODEC(ZSTD(1)),
  phase        LowCardinality(String) CODEC(ZSTD(1)),
  location     LowCardinality(String) CODEC(ZSTD(1)),
  unit         LowCardinality(String) CODEC(ZSTD(1)),
  is_signed    UInt8 CODEC(ZSTD(1)),
  reported_id  UUID CODEC(ZSTD(1)),
  version      UInt64 CODEC(T64('bit'), ZSTD(1)),
  ordinal      UInt16 CODEC(ZSTD(1)),
  value        Nullable(Decimal(18, 3)) CODEC(GCD, DoubleDelta, ZSTD(1)),
  text         String CODEC(ZSTD(1)),
  signed_data  String CODEC(ZSTD(1)),
  signing_method   LowCardinality(String) CODEC(ZSTD(1)),
  signing_encoding LowCardinality(String) CODEC(ZSTD(1)),
  public_key       String CODEC(ZSTD(1))
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(ts)
ORDER BY (tenant_id, station_id, evse_id, measurand, phase, location, context, is_signed, ts, ordinal)
SETTINGS non_replicated_deduplication_window = 10000
-- statement
-- A materialized view sees inserted blocks, not merged rows: only min and max, which a repeat does not change, may stand here.
-- The key is the reported session: registers that restart per session are apart, and a station's energy is the sum over them.
CREATE TABLE IF NOT EXISTS ${DATABASE}.energy_15m_state (
  tenant_id    LowCardinality(String) CODEC(ZSTD(1)),
  station_id   LowCardinality(String) CODEC(ZSTD(1)),
  evse_id      UInt16 CODEC(ZSTD(1)),
  reported_id  UUID CODEC(ZSTD(1)),
  bucket       DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
  first SimpleAggregateFunction(min, Tuple(ts DateTime64(3, 'UTC'), e Decimal(18, 3))) CODEC(ZSTD(1)),
  last  SimpleAggregateFunction(max, Tuple(ts DateTime64(3, 'UTC'), e Decimal(18, 3))) CODEC(ZSTD(1)),
  min_e   SimpleAggregateFunction(min, Decimal(18, 3)) CODEC(GCD, Delta(8), ZSTD(1)),
  max_e   SimpleAggregateFunction(max, Decimal(18, 3)) CODEC(GCD, Delta(8), ZSTD(1))
) ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (tenant_id, station_id, evse_id, reported_id, bucket)
SETTINGS non_replicated_deduplication_window = 10000
-- statement
CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.energy_15m_mv TO ${DATABASE}.energy_15m_state AS
SELECT tenant_id, station_id, evse_id, reported_id, toStartOfFifteenMinutes(ts) AS bucket,
       min((ts, assumeNotNull(energy_wh))) AS first, max((ts, assumeNotNull(energy_wh))) AS last,
       min(assumeNotNull(energy_wh)) AS min_e, max(assumeNotNull(energy_wh)) AS max_e
FROM ${DATABASE}.meter_readings_raw
WHERE energy_wh IS NOT NULL
GROUP BY tenant_id, station_id, evse_id, reported_id, bucket
-- statement
CREATE TABLE IF NOT EXISTS ${DATABASE}.export_15m_state AS ${DATABASE}.energy_15m_state
-- statement
CREATE MATERIALIZED VIEW IF NOT EXISTS ${DATABASE}.export_15m_mv TO ${DATABASE}.export_15m_state AS
SELECT tenant_id, station_id, evse_id, reported_id, toStartOfFifteenMinutes(ts) AS bucket,
       min((ts, assumeNotNull(energy_export_wh))) AS first, max((ts, assumeNotNull(energy_export_wh))) AS last,
       min(assumeNotNull(energy_export_wh)) AS min_e, max(assumeNotNull(energy_export_wh)) AS max_e
FROM ${DATABASE}.meter_readings_raw
WHERE energy_export_wh IS NOT NULL
GROUP BY tenant_id, station_id, evse_id, reported_id, bucket
