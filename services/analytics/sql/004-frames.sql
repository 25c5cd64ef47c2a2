-- Frames: one row per exchange, for people who look for a fault; as old as the topic keeps them, three days.
-- ORDER BY: they ask for one station and a time. Frames of one station are also each other's best dictionary: the texts of
-- a station repeat but for ids, times and meters. gateway_id and seq end the key because they are what an exchange is
-- known by; a frame that is sent again within a millisecond, under the same id, stays a row of its own, a replay does not.
-- Questions over all stations (which vendors get FormationViolation?) scan days, of columns of a byte or two per row.
-- TTL by our clock, never a station's; a day is a partition, and whole parts go.
-- ZSTD(3): texts are nine tenths of the bytes, read seldom. '' stands for null: there is no empty id, action or answer.
CREATE TABLE IF NOT EXISTS ${DATABASE}.frames_raw (
  tenant_id         LowCardinality(String) CODEC(ZSTD(1)),
  station_id        LowCardinality(String) CODEC(ZSTD(1)),
  received_at       DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  gateway_id        LowCardinality(String) CODEC(ZSTD(1)),
  seq               UInt64 CODEC(Delta(8), ZSTD(1)),
  connection_epoch  Nullable(Int64) CODEC(ZSTD(1)),
  ocpp_version      LowCardinality(String) CODEC(ZSTD(1)),
  direction         Enum8('station' = 1, 'csms' = 2) CODEC(ZSTD(1)),
  message_id        String CODEC(ZSTD(3)),
  action            LowCardinality(String) CODEC(ZSTD(1)),
  outcome           LowCardinality(String) CODEC(ZSTD(1)),
  error_code        LowCardinality(String) CODEC(ZSTD(1)),
  latency_ms        Nullable(UInt32) CODEC(T64, ZSTD(1)),
  request           String CODEC(ZSTD(3)),
  request_chars_cut UInt32 CODEC(ZSTD(1)),
  answer            String CODEC(ZSTD(3)),
  answer_chars_cut  UInt32 CODEC(ZSTD(1)),
  quirks            Array(LowCardinality(String)) CODEC(ZSTD(1))
) ENGINE = ReplacingMergeTree
PARTITION BY toDate(received_at)
ORDER BY (tenant_id, station_id, received_at, gateway_id, seq)
TTL toDateTime(received_at) + INTERVAL 3 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1
-- statement
-- What analysts read.
CREATE OR REPLACE VIEW ${DATABASE}.frames AS
SELECT * FROM ${DATABASE}.frames_raw FINAL
