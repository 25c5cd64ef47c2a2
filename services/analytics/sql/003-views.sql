-- What analysts read: merged rows, plain numbers, names of sites. Float64 where people divide, Decimal where they add.
CREATE OR REPLACE VIEW ${DATABASE}.meter_readings AS
SELECT tenant_id, station_id, evse_id, connector_id, ts, context, reported_id,
       energy_wh, energy_export_wh, power_w, power_export_w, power_offered_w, current_offered_a,
       current_a, current_l1_a, current_l2_a, current_l3_a, voltage_l1_v, voltage_l2_v, voltage_l3_v, soc_pct,
       toFloat64(energy_wh) / 1000 AS energy_kwh, toFloat64(energy_export_wh) / 1000 AS energy_export_kwh,
       toFloat64(power_w) / 1000 AS power_kw,
       toInt32(toInt64(intDiv(version, 8)) - 2147483648) AS lag_s, ts + toIntervalSecond(lag_s) AS received_at
FROM ${DATABASE}.meter_readings_raw FINAL
-- statement
CREATE OR REPLACE VIEW ${DATABASE}.meter_samples AS
SELECT tenant_id, station_id, evse_id, connector_id, ts, context, measurand, phase, location, unit, reported_id,
       value, text, is_signed, signed_data, signing_method, signing_encoding, public_key
FROM ${DATABASE}.meter_samples_other FINAL
-- statement
CREATE OR REPLACE VIEW ${DATABASE}.stations AS
SELECT s.tenant_id AS tenant_id, s.station_id AS station_id, s.vendor AS vendor, s.model AS model,
       s.location_id AS location_id, ifNull(nullIf(l.name, ''), 'no location') AS location_name,
       l.country AS country, l.city AS city, l.time_zone AS time_zone
FROM (SELECT * FROM ${DATABASE}.stations_raw FINAL WHERE deleted = 0) AS s
LEFT JOIN (SELECT * FROM ${DATABASE}.locations_raw FINAL WHERE deleted = 0) AS l
  ON s.tenant_id = l.tenant_id AND s.location_id = l.location_id
-- statement
CREATE OR REPLACE VIEW ${DATABASE}.locations AS
SELECT tenant_id, location_id, name, country, city, time_zone, party_id
FROM ${DATABASE}.locations_raw FINAL WHERE deleted = 0
-- statement
CREATE OR REPLACE VIEW ${DATABASE}.sessions AS
SELECT tenant_id, session_id, station_id, evse_id, connector_id, transaction_id, phase, started_at, ended_at, token_ref,
       authorization, meter_start_wh, meter_stop_wh, energy_wh, toFloat64(energy_wh) / 1000 AS energy_kwh,
       stop_reason, ocpp_version, flags, reported_id
FROM ${DATABASE}.sessions_raw FINAL
-- statement
-- One session's readings: SELECT … FROM session_readings(session_id = '…'). The map leads to the station's own rows, which
-- are neighbours. A session for which the station named no transaction has the readings of its EVSE while it lasted.
CREATE OR REPLACE VIEW ${DATABASE}.session_readings AS
SELECT m.session_id AS session_id, r.*
FROM (
  SELECT * FROM ${DATABASE}.meter_readings
  WHERE (tenant_id, station_id, reported_id) IN (
    SELECT tenant_id, station_id, reported_id FROM ${DATABASE}.session_map WHERE session_id = {session_id:UUID}
  )
) AS r
INNER JOIN (SELECT * FROM ${DATABASE}.session_map FINAL WHERE session_id = {session_id:UUID}) AS m
  ON r.tenant_id = m.tenant_id AND r.station_id = m.station_id AND r.reported_id = m.reported_id
WHERE m.reported_id != toUUID('00000000-0000-0000-0000-000000000000')
   OR (r.evse_id = m.evse_id AND r.ts >= m.started_at AND (m.ended_at IS NULL OR r.ts <= m.ended_at))
-- statement
-- All readings of sessions with the session's id, for analysis over many of them. The join holds the map in memory; who
-- needs no session_id reads meter_readings.
CREATE OR REPLACE VIEW ${DATABASE}.charging_readings AS
SELECT m.session_id AS session_id, r.*
FROM ${DATABASE}.meter_readings AS r
INNER JOIN (
  SELECT tenant_id, station_id, reported_id, argMax(session_id, started_at) AS session_id
  FROM ${DATABASE}.session_map FINAL
  WHERE reported_id != toUUID('00000000-0000-0000-0000-000000000000')
  GROUP BY tenant_id, station_id, reported_id
) AS m ON r.tenant_id = m.tenant_id AND r.station_id = m.station_id AND r.reported_id = m.reported_id
-- statement
-- Energy per session and quarter hour: SELECT … FROM energy_15m(from = '…', to = '…'); a station's is the sum over them.
-- A bucket's energy runs from the session's last register before it, which is looked for over two days.
-- Parameterised, because a filter on bucket cannot pass through the window.
-- Registers are those of readings, and of the session's start and stop, so that the sum is what the session delivered;
-- not those of a session with flags or without a right clock. Readings outside sessions are a series of their own and
-- never added. series_id is the reported_id, the session's own id where the station named no transaction.
-- register_ambiguous: the register fell within the bucket or since the one before. One fall is bridged; more cannot be told.
CREATE OR REPLACE VIEW ${DATABASE}.energy_15m AS
SELECT tenant_id, station_id, evse_id, series_id, bucket, energy_wh, toFloat64(energy_wh) / 1000 AS energy_kwh,
       register_ambiguous
FROM (
  SELECT tenant_id, station_id, evse_id, series_id, bucket,
         lagInFrame(last_e, 1, first_e) OVER w AS before_e,
         greatest(toDecimal64(0, 3), first_e - before_e)
           + if(last_e >= first_e, last_e - first_e, (max_e - first_e) + (last_e - min_e)) AS energy_wh,
         toUInt8(first_e < before_e OR min_e < first_e OR max_e > last_e) AS register_ambiguous
  FROM (
    SELECT tenant_id, station_id, evse_id, series_id, bucket,
           tupleElement(min(first), 2) AS first_e, tupleElement(max(last), 2) AS last_e,
           min(min_e) AS min_e, max(max_e) AS max_e
    FROM (
      SELECT tenant_id, station_id, evse_id, reported_id AS series_id, bucket,
             tuple(tupleElement(first, 1), tupleElement(first, 2)) AS first,
             tuple(tupleElement(last, 1), tupleElement(last, 2)) AS last, min_e, max_e
      FROM ${DATABASE}.energy_15m_state FINAL
      WHERE bucket >= {from:DateTime('UTC')} - INTERVAL 2 DAY AND bucket < {to:DateTime('UTC')}
        AND reported_id != toUUID('00000000-0000-0000-0000-000000000000')
      UNION ALL
      SELECT tenant_id, station_id, evse_id,
             if(reported_id = toUUID('00000000-0000-0000-0000-000000000000'), session_id, reported_id) AS series_id,
             toStartOfFifteenMinutes(tupleElement(register, 1)) AS bucket,
             tuple(assumeNotNull(tupleElement(register, 1)), assumeNotNull(tupleElement(register, 2))) AS first,
             first AS last, tupleElement(first, 2) AS min_e, tupleElement(first, 2) AS max_e
      FROM (
        SELECT tenant_id, station_id, evse_id, reported_id, session_id,
               arrayJoin([(toNullable(started_at), meter_start_wh), (ended_at, meter_stop_wh)]) AS register
        FROM ${DATABASE}.sessions_raw FINAL
        WHERE empty(flags) AND started_at >= toDateTime64('2015-01-01 00:00:00', 3, 'UTC')
          AND started_at <= recorded_at + INTERVAL 1 DAY AND (ended_at IS NULL OR ended_at <= recorded_at + INTERVAL 1 DAY)
          AND started_at < {to:DateTime('UTC')} AND (ended_at IS NULL OR ended_at >= {from:DateTime('UTC')})
      )
      WHERE tupleElement(register, 1) < {to:DateTime('UTC')} AND tupleElement(register, 2) IS NOT NULL
    )
    GROUP BY tenant_id, station_id, evse_id, series_id, bucket
  )
  WINDOW w AS (PARTITION BY tenant_id, station_id, evse_id, series_id ORDER BY bucket ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
)
WHERE bucket >= {from:DateTime('UTC')}
-- statement
-- The same for energy that cars gave back.
CREATE OR REPLACE VIEW ${DATABASE}.energy_export_15m AS
SELECT tenant_id, station_id, evse_id, series_id, bucket, energy_wh, toFloat64(energy_wh) / 1000 AS energy_kwh,
       register_ambiguous
FROM (
  SELECT tenant_id, station_id, evse_id, reported_id AS series_id, bucket,
         tupleElement(first, 2) AS first_e, tupleElement(last, 2) AS last_e,
         lagInFrame(last_e, 1, first_e) OVER w AS before_e,
         greatest(toDecimal64(0, 3), first_e - before_e)
           + if(last_e >= first_e, last_e - first_e, (max_e - first_e) + (last_e - min_e)) AS energy_wh,
         toUInt8(first_e < before_e OR min_e < first_e OR max_e > last_e) AS register_ambiguous
  FROM ${DATABASE}.export_15m_state FINAL
  WHERE bucket >= {from:DateTime('UTC')} - INTERVAL 2 DAY AND bucket < {to:DateTime('UTC')}
    AND reported_id != toUUID('00000000-0000-0000-0000-000000000000')
  WINDOW w AS (PARTITION BY tenant_id, station_id, evse_id, reported_id ORDER BY bucket ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
)
WHERE bucket >= {from:DateTime('UTC')}
-- statement
-- Today (UTC) per station, with the site's name.
CREATE OR REPLACE VIEW ${DATABASE}.energy_today AS
SELECT e.tenant_id AS tenant_id, ifNull(nullIf(s.location_name, ''), 'no location') AS location_name,
       e.station_id AS station_id, sum(e.energy_wh) AS energy_wh, toFloat64(sum(e.energy_wh)) / 1000 AS energy_kwh
FROM ${DATABASE}.energy_15m(from = toStartOfDay(now('UTC')), to = toStartOfDay(now('UTC')) + INTERVAL 1 DAY) AS e
LEFT JOIN ${DATABASE}.stations AS s ON e.tenant_id = s.tenant_id AND e.station_id = s.station_id
GROUP BY tenant_id, location_name, station_id
