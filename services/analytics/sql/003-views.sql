-- What analysts read: merged rows, plain numbers, names of sites. Float64 where people divide, Decimal where they add.
CREATE OR REPLACE VIEW ${DATABASE}.meter_readings AS
SELECT tenant_id, station_id, evse_id, connector_id, ts, context, reported_id,
       energy_wh, energy_export_wh, power_w, power_export_w, power_offered_w, current_offered_a,
       current_a, current_l1_a, current_l2_a, current_l3_a, voltage_l1_v, voltage_l2_v, voltage_l3_v, soc_pct,
       toFloat64(energy_wh) / 1000 AS energy_kwh, toFloat64(power_w) / 1000 AS power_kw,
       toInt32(toInt64(intDiv(version, 65536)) - 2147483648) AS lag_s,
       ts + toIntervalSecond(toInt64(intDiv(version, 65536)) - 2147483648) AS received_at
FROM ${DATABASE}.meter_readings_raw FINAL
-- statement
CREATE OR REPLACE VIEW ${DATABASE}.meter_samples AS
SELECT tenant_id, station_id, evse_id, connector_id, ts, context, measurand, phase, location, unit, reported_id,
       value, text, signed_data, signing_method, signing_encoding, public_key
FROM ${DATABASE}.meter_samples_other FINAL
-- statement
CREATE OR REPLACE VIEW ${DATABASE}.stations AS
SELECT s.tenant_id AS tenant_id, s.station_id AS station_id, s.location_id AS location_id,
       if(l.name = '', 'no location', l.name) AS location_name, l.country AS country, l.city AS city, l.time_zone AS time_zone
FROM (SELECT * FROM ${DATABASE}.stations_raw FINAL WHERE deleted = 0) AS s
LEFT JOIN (SELECT * FROM ${DATABASE}.locations_raw FINAL WHERE deleted = 0) AS l
  ON s.tenant_id = l.tenant_id AND s.location_id = l.location_id
-- statement
CREATE OR REPLACE VIEW ${DATABASE}.sessions AS
SELECT tenant_id, session_id, station_id, evse_id, connector_id, transaction_id, phase, started_at, ended_at, token_ref,
       authorization, meter_start_wh, meter_stop_wh, energy_wh, toFloat64(energy_wh) / 1000 AS energy_kwh,
       stop_reason, ocpp_version, flags, reported_id
FROM ${DATABASE}.sessions_raw FINAL
-- statement
-- One session's readings, by its id: the map leads to the station's own rows, which are neighbours.
CREATE OR REPLACE VIEW ${DATABASE}.session_readings AS
SELECT r.*
FROM ${DATABASE}.meter_readings AS r
WHERE (r.tenant_id, r.station_id, r.reported_id) IN (
  SELECT tenant_id, station_id, reported_id FROM ${DATABASE}.session_map FINAL WHERE session_id = {session_id:UUID}
)
-- statement
-- Energy per session and quarter hour. A bucket's energy runs from the last register of the session's bucket before it.
-- Parameterised, because a filter on bucket cannot pass through the window; it looks back two days for that register.
-- register_ambiguous: the register fell within the bucket or since the one before; one fall is bridged, more cannot be told.
-- The nil reported_id (readings outside sessions) is a series of its own and never added: it is not here.
CREATE OR REPLACE VIEW ${DATABASE}.energy_15m AS
SELECT tenant_id, station_id, evse_id, reported_id, bucket, energy_wh, toFloat64(energy_wh) / 1000 AS energy_kwh,
       register_ambiguous
FROM (
  SELECT tenant_id, station_id, evse_id, reported_id, bucket,
         lagInFrame(last.2, 1, first.2) OVER w AS before,
         greatest(toDecimal64(0, 3), first.2 - before)
           + if(last.2 >= first.2, last.2 - first.2, (max_e - first.2) + (last.2 - min_e)) AS energy_wh,
         toUInt8(last.2 < first.2 OR first.2 < before OR min_e < first.2 OR max_e > last.2) AS register_ambiguous
  FROM ${DATABASE}.energy_15m_state FINAL
  WHERE bucket >= {from:DateTime('UTC')} - INTERVAL 2 DAY AND bucket < {to:DateTime('UTC')}
    AND reported_id != toUUID('00000000-0000-0000-0000-000000000000')
  WINDOW w AS (PARTITION BY tenant_id, station_id, evse_id, reported_id ORDER BY bucket ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
)
WHERE bucket >= {from:DateTime('UTC')}
-- statement
-- Today (UTC) per station, with the site's name.
CREATE OR REPLACE VIEW ${DATABASE}.energy_today AS
SELECT e.tenant_id AS tenant_id, s.location_name AS location_name, e.station_id AS station_id, sum(e.energy_wh) AS energy_wh,
       toFloat64(sum(e.energy_wh)) / 1000 AS energy_kwh
FROM (
  SELECT tenant_id, station_id, bucket,
         lagInFrame(last.2, 1, first.2) OVER w AS before,
         greatest(toDecimal64(0, 3), first.2 - before)
           + if(last.2 >= first.2, last.2 - first.2, (max_e - first.2) + (last.2 - min_e)) AS energy_wh
  FROM ${DATABASE}.energy_15m_state FINAL
  WHERE bucket >= toStartOfDay(now('UTC')) - INTERVAL 2 DAY
    AND reported_id != toUUID('00000000-0000-0000-0000-000000000000')
  WINDOW w AS (PARTITION BY tenant_id, station_id, evse_id, reported_id ORDER BY bucket ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
) AS e
LEFT JOIN ${DATABASE}.stations AS s ON e.tenant_id = s.tenant_id AND e.station_id = s.station_id
WHERE e.bucket >= toStartOfDay(now('UTC'))
GROUP BY tenant_id, location_name, station_id
