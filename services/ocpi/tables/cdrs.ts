// Reads and writes the table of the projection ocpi_cdrs.
import type { PoolClient } from 'pg';
import { sessionKey } from '#contracts/keys';
import type { CdrIssued } from '#contracts/generated/types';
import { insertOnce, splitKeys, writeRows } from '#kit/projection/table-rows';
import type { CdrView, IssuedCdr } from '../domain/cdr-fold.ts';

/** What of a CDR is kept. */
export type CdrContent = Omit<CdrIssued, 'readings'>;

const selectKnown =
  'select tenant_id, session_id from cdrs where (tenant_id, session_id) in (select * from unnest($1::text[], $2::text[]))';

const insertCdrs = insertOnce(
  'cdrs',
  ['tenant_id text', 'session_id text'],
  [
    'cdr_id text',
    'created_at_ms bigint',
    'created_partition int',
    'created_offset bigint',
    'issued_at_ms bigint',
    'party_id text',
    'location_id text',
    'station_id text',
    'started_at_ms bigint',
    'token_ref text',
    'content json',
  ],
);

export async function loadCdrs(client: PoolClient, keys: readonly string[]): Promise<Map<string, CdrView>> {
  const { rows } = await client.query<{ tenant_id: string; session_id: string }>(selectKnown, splitKeys(keys));
  return new Map(rows.map((row) => [sessionKey(row.tenant_id, row.session_id), { issued: null }]));
}

export async function saveCdrs(client: PoolClient, changed: ReadonlyMap<string, CdrView>): Promise<void> {
  const rows = [...changed.values()].flatMap(({ issued }) => (issued === null ? [] : [rowOf(issued)]));
  await writeRows(client, insertCdrs, rows);
}

function rowOf({ created, cdr }: IssuedCdr) {
  const { readings: _pricedFrom, ...content } = cdr;
  return {
    tenant_id: cdr.tenantId,
    session_id: cdr.sessionId,
    cdr_id: cdr.cdrId,
    created_at_ms: created.at,
    created_partition: created.partition,
    created_offset: created.offset,
    issued_at_ms: cdr.issuedAt,
    party_id: cdr.partyId,
    location_id: cdr.locationId,
    station_id: cdr.stationId,
    started_at_ms: cdr.startedAt,
    token_ref: cdr.tokenRef,
    content,
  };
}
