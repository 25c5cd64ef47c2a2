// All sessions as the read model has them, straight from its tables: no API, no page, no cache in between.
import { openDatabase } from '#kit/postgres';
import type { PlatformSession } from '#load-tests/fleet/audit-sessions';

type Row = {
  readonly session_id: string;
  readonly station_id: string;
  readonly transaction_id: string;
  readonly phase: 'charging' | 'ended';
  readonly started_at_ms: number;
  readonly ended_at_ms: number | null;
  readonly meter_start_milli_wh: number | null;
  readonly meter_stop_milli_wh: number | null;
  readonly energy_milli_wh: number | null;
};

export async function readSessions(databaseUrl: string): Promise<PlatformSession[]> {
  const database = await openDatabase({ url: databaseUrl, role: 'sessions', schema: 'sessions', poolMax: 1 });
  try {
    const rows = await database.query<Row>(
      `select session_id, station_id, transaction_id, phase, started_at_ms, ended_at_ms, meter_start_milli_wh,
              meter_stop_milli_wh, energy_milli_wh
         from sessions`,
    );
    return rows.map((row) => ({
      sessionId: row.session_id,
      stationId: row.station_id,
      transactionId: row.transaction_id,
      state: row.phase,
      startedAt: new Date(row.started_at_ms).toISOString(),
      endedAt: row.ended_at_ms === null ? null : new Date(row.ended_at_ms).toISOString(),
      meterStartMilliWh: row.meter_start_milli_wh,
      meterStopMilliWh: row.meter_stop_milli_wh,
      energyMilliWh: row.energy_milli_wh,
    }));
  } finally {
    await database.close();
  }
}
