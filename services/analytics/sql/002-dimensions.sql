-- Which session a reading belongs to: readings carry what the station reported, sessions say what it became.
-- Not partitioned: a partition on a time that a correction may change would keep both versions for ever.
CREATE TABLE IF NOT EXISTS ${DATABASE}.session_map (
  tenant_id   LowCardinality(String),
  station_id  LowCardinality(String),
  reported_id UUID,
  session_id  UUID,
  evse_id     UInt16,
  started_at  DateTime64(3, 'UTC'),
  ended_at    Nullable(DateTime64(3, 'UTC')),
  energy_wh   Nullable(Decimal(18, 3)),
  version     UInt64
) ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant_id, station_id, reported_id, session_id)
SETTINGS non_replicated_deduplication_window = 10000
-- statement
CREATE TABLE IF NOT EXISTS ${DATABASE}.sessions_raw (
  tenant_id      LowCardinality(String),
  session_id     UUID,
  station_id     LowCardinality(String),
  evse_id        UInt16,
  connector_id   UInt16,
  transaction_id String,
  reported_id    UUID,
  version        UInt64,
  phase          LowCardinality(String),
  started_at     DateTime64(3, 'UTC'),
  ended_at       Nullable(DateTime64(3, 'UTC')),
  token_ref      String,
  authorization  LowCardinality(String),
  meter_start_wh Nullable(Decimal(18, 3)),
  meter_stop_wh  Nullable(Decimal(18, 3)),
  energy_wh      Nullable(Decimal(18, 3)),
  stop_reason    LowCardinality(String),
  ocpp_version   LowCardinality(String),
  flags          Array(LowCardinality(String)),
  recorded_at    DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant_id, session_id)
SETTINGS non_replicated_deduplication_window = 10000
-- statement
CREATE TABLE IF NOT EXISTS ${DATABASE}.stations_raw (
  tenant_id   LowCardinality(String),
  station_id  String,
  row_version UInt64,
  location_id String,
  vendor      LowCardinality(String),
  model       LowCardinality(String),
  deleted     UInt8
) ENGINE = ReplacingMergeTree(row_version)
ORDER BY (tenant_id, station_id)
SETTINGS non_replicated_deduplication_window = 10000
-- statement
CREATE TABLE IF NOT EXISTS ${DATABASE}.locations_raw (
  tenant_id   LowCardinality(String),
  location_id String,
  row_version UInt64,
  name        String,
  country     LowCardinality(String),
  city        String,
  time_zone   LowCardinality(String),
  party_id    String,
  deleted     UInt8
) ENGINE = ReplacingMergeTree(row_version)
ORDER BY (tenant_id, location_id)
SETTINGS non_replicated_deduplication_window = 10000
