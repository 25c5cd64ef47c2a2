// Reads and writes the table of the projection ocpi_sessions.
import type { PoolClient } from 'pg';
import { sessionKey } from '#contracts/keys';
import { splitKeys, upsert, writeRows } from '#kit/projection/table-rows';
import type { SessionContent, SessionView } from '../domain/session-fold.ts';

export type SessionRow = {
  tenant_id: string;
  session_id: string;
  generation: number;
  source_offset: number;
  created_at_ms: number;
  created_partition: number;
  created_offset: number;
  last_updated_ms: number;
  station_id: string;
  evse_id: number | null;
  connector_id: number | null;
  started_at_ms: number;
  ended_at_ms: number | null;
  phase: SessionContent['phase'];
  token_ref: string | null;
  token_type: string | null;
  remote_start_id: number | null;
  energy_milli_wh: number;
};

const selectSessions =
  'select * from sessions where (tenant_id, session_id) in (select * from unnest($1::text[], $2::text[]))';

const upsertSessions = upsert(
  'sessions',
  ['tenant_id text', 'session_id text'],
  [
    'generation int',
    'source_offset bigint',
    'created_at_ms bigint',
    'created_partition int',
    'created_offset bigint',
    'last_updated_ms bigint',
    'station_id text',
    'evse_id int',
    'connector_id int',
    'started_at_ms bigint',
    'ended_at_ms bigint',
    'phase text',
    'token_ref text',
    'token_type text',
    'remote_start_id bigint',
    'energy_milli_wh bigint',
  ],
);

export async function loadSessions(client: PoolClient, keys: readonly string[]): Promise<Map<string, SessionView>> {
  const { rows } = await client.query<SessionRow>(selectSessions, splitKeys(keys));
  return new Map(rows.map((row) => [sessionKey(row.tenant_id, row.session_id), viewOf(row)]));
}

export async function saveSessions(client: PoolClient, changed: ReadonlyMap<string, SessionView>): Promise<void> {
  await writeRows(client, upsertSessions, [...changed.values()].map(rowOf));
}

export function viewOf(row: SessionRow): SessionView {
  return {
    tenantId: row.tenant_id,
    sessionId: row.session_id,
    generation: row.generation,
    sourceOffset: row.source_offset,
    created: { at: row.created_at_ms, partition: row.created_partition, offset: row.created_offset },
    lastUpdatedAt: row.last_updated_ms,
    content: {
      stationId: row.station_id,
      evseId: row.evse_id,
      connectorId: row.connector_id,
      startedAt: row.started_at_ms,
      endedAt: row.ended_at_ms,
      phase: row.phase,
      tokenRef: row.token_ref,
      tokenType: row.token_type,
      remoteStartId: row.remote_start_id,
      energyMilliWh: row.energy_milli_wh,
    },
  };
}

function rowOf(view: SessionView): SessionRow {
  const { created, content } = view;
  return {
    tenant_id: view.tenantId,
    session_id: view.sessionId,
    generation: view.generation,
    source_offset: view.sourceOffset,
    created_at_ms: created.at,
    created_partition: created.partition,
    created_offset: created.offset,
    last_updated_ms: view.lastUpdatedAt,
    station_id: content.stationId,
    evse_id: content.evseId,
    connector_id: content.connectorId,
    started_at_ms: content.startedAt,
    ended_at_ms: content.endedAt,
    phase: content.phase,
    token_ref: content.tokenRef,
    token_type: content.tokenType,
    remote_start_id: content.remoteStartId,
    energy_milli_wh: content.energyMilliWh,
  };
}
