// Reads and writes the tables of the projection `billing_sessions`.
import type { PoolClient } from 'pg';
import { sessionKey } from '#contracts/keys';
import { columnsOf, insertOnce, splitKeys, upsert, writeRows } from '#kit/projection/table-rows';
import type { Change } from '../domain/timeline.ts';
import type { BilledSession } from '../domain/session-input.ts';

export type SessionRow = {
  readonly tenant_id: string;
  readonly session_id: string;
  readonly station_id: string;
  readonly transaction_id: string;
  readonly generation: number;
  readonly source_offset: number;
  readonly log_partition: number;
  readonly log_offset: number;
  readonly corrected: boolean;
  readonly ended: boolean;
  readonly evse_id: number | null;
  readonly connector_id: number | null;
  readonly started_at_ms: number;
  readonly ended_at_ms: number | null;
  readonly token_ref: string | null;
  readonly token_type: string | null;
  readonly remote_start_id: number | null;
  readonly meter_start_milli_wh: number | null;
  readonly meter_stop_milli_wh: number | null;
  readonly energy_milli_wh: number | null;
  readonly flags: readonly string[];
  readonly changes: readonly Change[];
  readonly changes_lost: boolean;
  readonly session_hash: string | null;
};

const keys = { tenant_id: 'text', session_id: 'text' } as const;
const values = {
  station_id: 'text',
  transaction_id: 'text',
  generation: 'int',
  source_offset: 'bigint',
  log_partition: 'int',
  log_offset: 'bigint',
  corrected: 'boolean',
  ended: 'boolean',
  evse_id: 'int',
  connector_id: 'int',
  started_at_ms: 'bigint',
  ended_at_ms: 'bigint',
  token_ref: 'text',
  token_type: 'text',
  remote_start_id: 'bigint',
  meter_start_milli_wh: 'bigint',
  meter_stop_milli_wh: 'bigint',
  energy_milli_wh: 'bigint',
  flags: 'jsonb',
  changes: 'jsonb',
  changes_lost: 'boolean',
  session_hash: 'text',
} as const satisfies Record<Exclude<keyof SessionRow, keyof typeof keys>, string>;

const select = `
  select s.* from sessions s join unnest($1::text[], $2::text[]) as k(tenant_id, session_id) using (tenant_id, session_id)`;
const upsertSessions = upsert('sessions', columnsOf(keys), columnsOf(values));
const insertReadings = insertOnce(
  'session_readings',
  [...columnsOf(keys), 'generation int', 'source_offset bigint'],
  ['readings jsonb'],
);
const deleteReadings = `
  delete from session_readings r using jsonb_to_recordset($1::jsonb) as gone (tenant_id text, session_id text)
  where r.tenant_id = gone.tenant_id and r.session_id = gone.session_id`;

export async function loadSessions(client: PoolClient, ids: readonly string[]): Promise<Map<string, BilledSession>> {
  const { rows } = await client.query<SessionRow>(select, splitKeys(ids));
  return new Map(rows.map((row) => [sessionKey(row.tenant_id, row.session_id), billedSession(row)]));
}

/** Writing the same states twice changes nothing. */
export async function saveSessions(client: PoolClient, changed: ReadonlyMap<string, BilledSession>): Promise<void> {
  const states = [...changed.values()];
  await writeRows(client, upsertSessions, states.map(rowOf));
  const replaced = states.filter((state) => state.replaced);
  await writeRows(client, deleteReadings, replaced.map(keyOf));
  const readings = states.flatMap((state) =>
    state.news.map((told) => ({
      ...keyOf(state),
      generation: told.generation,
      source_offset: told.sourceOffset,
      readings: told.readings,
    })),
  );
  await writeRows(client, insertReadings, readings);
}

function keyOf({ tenantId, sessionId }: BilledSession) {
  return { tenant_id: tenantId, session_id: sessionId };
}

export function billedSession(row: SessionRow): BilledSession {
  return {
    tenantId: row.tenant_id,
    sessionId: row.session_id,
    stationId: row.station_id,
    transactionId: row.transaction_id,
    generation: row.generation,
    sourceOffset: row.source_offset,
    logPartition: row.log_partition,
    logOffset: row.log_offset,
    corrected: row.corrected,
    ended: row.ended,
    evseId: row.evse_id,
    connectorId: row.connector_id,
    startedAt: row.started_at_ms,
    endedAt: row.ended_at_ms,
    tokenRef: row.token_ref,
    tokenType: row.token_type,
    remoteStartId: row.remote_start_id,
    meterStartMilliWh: row.meter_start_milli_wh,
    meterStopMilliWh: row.meter_stop_milli_wh,
    energyMilliWh: row.energy_milli_wh,
    flags: row.flags,
    changes: row.changes,
    changesLost: row.changes_lost,
    sessionHash: row.session_hash,
    news: [],
    replaced: false,
  };
}

function rowOf(session: BilledSession): SessionRow {
  return {
    tenant_id: session.tenantId,
    session_id: session.sessionId,
    station_id: session.stationId,
    transaction_id: session.transactionId,
    generation: session.generation,
    source_offset: session.sourceOffset,
    log_partition: session.logPartition,
    log_offset: session.logOffset,
    corrected: session.corrected,
    ended: session.ended,
    evse_id: session.evseId,
    connector_id: session.connectorId,
    started_at_ms: session.startedAt,
    ended_at_ms: session.endedAt,
    token_ref: session.tokenRef,
    token_type: session.tokenType,
    remote_start_id: session.remoteStartId,
    meter_start_milli_wh: session.meterStartMilliWh,
    meter_stop_milli_wh: session.meterStopMilliWh,
    energy_milli_wh: session.energyMilliWh,
    flags: session.flags,
    changes: session.changes,
    changes_lost: session.changesLost,
    session_hash: session.sessionHash,
  };
}
