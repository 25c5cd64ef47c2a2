// Compares the meter readings in ClickHouse with the fleet's model: none that was acknowledged may be missing.
import { formatUuid, reportedIdOf } from '#contracts/keys';
import type { Difference } from '#load-tests/fleet/audit-sessions';
import type { FleetModel, ModelSession } from '#load-tests/fleet/model';

/** What ClickHouse has of one transaction as its station reported it. */
export type StoredReadings = {
  readonly stationId: string;
  readonly reportedId: string;
  readonly readings: number;
  readonly firstMilliWh: number;
  readonly lastMilliWh: number;
};

export type ReadingsAudit = {
  readonly acknowledged: number;
  readonly stored: number;
  readonly differences: readonly Difference[];
};

export type QueryReadings = (stationIds: readonly string[], sinceMs: number) => Promise<readonly StoredReadings[]>;

const stationsPerQueryMax = 200;

const statement = `
SELECT station_id AS stationId, toString(reported_id) AS reportedId, toUInt32(count()) AS readings,
       toFloat64(round(min(energy_kwh) * 1e6)) AS firstMilliWh, toFloat64(round(max(energy_kwh) * 1e6)) AS lastMilliWh
FROM chargestream.meter_readings
WHERE tenant_id = {tenant:String} AND station_id IN {stations:Array(String)} AND ts >= fromUnixTimestamp64Milli({since:Int64})
GROUP BY station_id, reported_id
FORMAT JSONEachRow`;

/** Every session's acknowledged readings are stored, and the registers lie between its start and its stop where its station tells them. */
export async function auditReadings(model: FleetModel, tenantId: string, query: QueryReadings): Promise<ReadingsAudit> {
  const sessions = [...model.sessions.values()].filter(
    (session) => session.transactionId !== null && session.start === 'acknowledged',
  );
  const stationIds = [...new Set(sessions.map((session) => session.stationId))];
  const stored = new Map<string, StoredReadings>();
  for (let first = 0; first < stationIds.length; first += stationsPerQueryMax) {
    const batch = await query(stationIds.slice(first, first + stationsPerQueryMax), model.sinceMs);
    for (const row of batch) stored.set(`${row.stationId}/${row.reportedId}`, row);
  }
  const rows = sessions.map((session) => ({ session, row: stored.get(keyOf(session, tenantId)) }));
  return {
    acknowledged: sessions.reduce((sum, session) => sum + session.readings, 0),
    stored: rows.reduce((sum, { row }) => sum + (row?.readings ?? 0), 0),
    differences: rows.flatMap(({ session, row }) => compare(session, row)),
  };
}

/** Asks a ClickHouse over HTTP; user and password may be in the URL. */
export function clickhouseQuery(url: string, tenantId: string): QueryReadings {
  return async (stationIds, sinceMs) => {
    const target = new URL(url);
    const { username, password } = target;
    target.username = '';
    target.password = '';
    const list = stationIds.map((id) => `'${id.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`).join(',');
    target.searchParams.set('param_tenant', tenantId);
    target.searchParams.set('param_stations', `[${list}]`);
    target.searchParams.set('param_since', String(sinceMs));
    const user = username === '' ? 'default' : decodeURIComponent(username);
    const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': decodeURIComponent(password) };
    const response = await fetch(target, { method: 'POST', body: statement, headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`ClickHouse answered ${response.status}: ${text.slice(0, 300)}`);
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as StoredReadings);
  };
}

function keyOf(session: ModelSession, tenantId: string): string {
  return `${session.stationId}/${formatUuid(reportedIdOf(tenantId, session.stationId, session.transactionId))}`;
}

function compare(session: ModelSession, row: StoredReadings | undefined): Difference[] {
  const about = { stationId: session.stationId, session: session.key };
  const readings = row?.readings ?? 0;
  if (readings < session.readings) {
    return [
      { kind: 'readings-missing', ...about, expected: `${session.readings} readings`, found: `${readings} readings` },
    ];
  }
  // Units are never guessed: what such a station told is stored as it told it.
  if (session.lies === true) return [];
  const stopMilliWh = session.meterStopMilliWh ?? Number.POSITIVE_INFINITY;
  if (row === undefined || (row.firstMilliWh >= session.meterStartMilliWh && row.lastMilliWh <= stopMilliWh)) return [];
  const expected = `registers from ${session.meterStartMilliWh} to ${stopMilliWh} mWh`;
  return [{ kind: 'energy-differs', ...about, expected, found: `${row.firstMilliWh} to ${row.lastMilliWh} mWh` }];
}
