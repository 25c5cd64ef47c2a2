// The register of the authority in Postgres: requests that wait for a decision, decisions, certificates, revocations.
import type { PoolClient } from 'pg';
import { type Database, transaction } from '#kit/postgres';

export type WaitingRequest = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly eventId: string;
  readonly csrPem: string;
  readonly certificateType: string;
  readonly requestId: number | null;
  /** One for both connections of the station: it is sent without a type. */
  readonly combined: boolean;
};

export type Issued = {
  readonly serial: string;
  readonly certificateType: string;
  readonly requestId: number | null;
  readonly combined: boolean;
  readonly commonName: string;
  readonly organisation: string | null;
  readonly chainPem: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
};

export type Decision = Pick<WaitingRequest, 'tenantId' | 'stationId' | 'eventId'> & {
  readonly refused: string | null;
  readonly issued: Issued | null;
};

/** A decision whose command or security event is not known to be in the log. */
export type Untold = Pick<WaitingRequest, 'tenantId' | 'stationId' | 'eventId'> & {
  readonly refused: string | null;
  readonly serial: string | null;
  readonly certificateType: string | null;
  readonly requestId: number | null;
  readonly combined: boolean | null;
  readonly chainPem: string | null;
};

export type Renewal = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly serial: string;
  readonly certificateType: string;
  readonly combined: boolean;
};

const schema = 'stations_own';

/** Requests since then that nobody decided about, oldest first. */
export function waitingRequests(database: Database, sinceMs: number, limit: number): Promise<WaitingRequest[]> {
  return database.query<WaitingRequest>(
    `select asked.tenant_id as "tenantId", asked.station_id as "stationId", asked.event_id as "eventId",
       csr_pem as "csrPem", certificate_type as "certificateType", request_id as "requestId", combined
     from stations.signing_requests as asked
     left join ${schema}.signing_decisions as decided using (tenant_id, event_id)
     where asked.recorded_at_ms >= $1 and decided.event_id is null
     order by asked.recorded_at_ms, asked.log_offset limit $2`,
    [sinceMs, limit],
  );
}

export async function issuedSince(
  database: Database,
  { tenantId, stationId }: { readonly tenantId: string; readonly stationId: string },
  sinceMs: number,
): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `select count(*) as count from ${schema}.signing_decisions
     where tenant_id = $1 and station_id = $2 and decided_at_ms >= $3 and refused is null`,
    [tenantId, stationId, sinceMs],
  );
  return row?.count ?? 0;
}

/** Of two decisions about one request the first stands, with its certificate. */
export async function recordDecision(database: Database, decision: Decision, nowMs: number): Promise<void> {
  const { tenantId, stationId, eventId, refused, issued } = decision;
  await transaction(database, async (client) => {
    const { rowCount } = await client.query(
      `insert into ${schema}.signing_decisions (tenant_id, station_id, event_id, decided_at_ms, refused)
       values ($1, $2, $3, $4, $5) on conflict do nothing`,
      [tenantId, stationId, eventId, nowMs, refused],
    );
    if (rowCount === 1 && issued !== null) await insertIssued(client, decision, issued);
  });
}

async function insertIssued(client: PoolClient, decision: Decision, issued: Issued): Promise<void> {
  const { serial, certificateType, requestId, combined, commonName } = issued;
  const { organisation, chainPem, notBeforeMs, notAfterMs } = issued;
  await client.query(
    `insert into ${schema}.issued_certificates (tenant_id, station_id, event_id, serial_number, certificate_type, request_id,
       common_name, organisation, chain_pem, not_before_ms, not_after_ms, combined)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      decision.tenantId,
      decision.stationId,
      decision.eventId,
      serial,
      certificateType,
      requestId,
      commonName,
      organisation,
      chainPem,
      notBeforeMs,
      notAfterMs,
      combined,
    ],
  );
}

/** Since then: what cannot be told for so long is of no use to its station any more, and must not stand before others. */
export function untoldDecisions(database: Database, sinceMs: number, limit: number): Promise<Untold[]> {
  return database.query<Untold>(
    `select decided.tenant_id as "tenantId", decided.station_id as "stationId", decided.event_id as "eventId", refused,
       serial_number as serial, certificate_type as "certificateType", request_id as "requestId", combined, chain_pem as "chainPem"
     from ${schema}.signing_decisions as decided
     left join ${schema}.issued_certificates using (tenant_id, event_id)
     where told_at_ms is null and decided_at_ms >= $1 order by decided_at_ms limit $2`,
    [sinceMs, limit],
  );
}

export async function noteTold(database: Database, { tenantId, eventId }: Untold, nowMs: number): Promise<void> {
  await database.query(
    `update ${schema}.signing_decisions set told_at_ms = $3 where tenant_id = $1 and event_id = $2`,
    [tenantId, eventId, nowMs],
  );
}

/**
 * Connected stations whose newest valid certificate of a kind ends within `beforeMs`, or within a third of its life where
 * that is shorter, and who were not asked since `askedBeforeMs`.
 */
export function dueRenewals(
  database: Database,
  times: { readonly nowMs: number; readonly beforeMs: number; readonly askedBeforeMs: number },
  limit: number,
): Promise<Renewal[]> {
  return database.query<Renewal>(
    `select issued.tenant_id as "tenantId", issued.station_id as "stationId", issued.serial_number as serial, combined,
       certificate_type as "certificateType"
     from ${schema}.issued_certificates as issued
     join stations.stations as live using (tenant_id, station_id)
     where live.connected and revoked_at_ms is null
       and not_after_ms > $1 and not_after_ms - least($2, (not_after_ms - not_before_ms) / 3) < $1 and coalesce(renewal_asked_at_ms, 0) < $3
       and not exists (select from ${schema}.issued_certificates as newer
         where newer.tenant_id = issued.tenant_id and newer.station_id = issued.station_id and newer.revoked_at_ms is null
           and newer.certificate_type = issued.certificate_type and newer.not_after_ms > issued.not_after_ms)
     order by not_after_ms limit $4`,
    [times.nowMs, times.beforeMs, times.askedBeforeMs, limit],
  );
}

export async function noteRenewalAsked(
  database: Database,
  { tenantId, serial }: Renewal,
  nowMs: number,
): Promise<void> {
  await database.query(
    `update ${schema}.issued_certificates set renewal_asked_at_ms = $3 where tenant_id = $1 and serial_number = $2`,
    [tenantId, serial, nowMs],
  );
}

/** Revoked ones that have not ended yet: an ended one is refused anyway, and the list stays short. */
export async function revokedCertificates(database: Database, nowMs: number): Promise<{ serial: string; at: Date }[]> {
  const rows = await database.query<{ serial: string; revokedAtMs: number }>(
    `select serial_number as serial, revoked_at_ms as "revokedAtMs" from ${schema}.issued_certificates
     where revoked_at_ms is not null and not_after_ms >= $1 order by serial_number`,
    [nowMs],
  );
  return rows.map(({ serial, revokedAtMs }) => ({ serial, at: new Date(revokedAtMs) }));
}

/** The certificate of this key for itself, made by `make` where none is kept yet. */
export async function keptAuthority(
  database: Database,
  fingerprint: string,
  make: () => Promise<{ readonly pem: string; readonly atMs: number }>,
): Promise<string> {
  const read = (): Promise<{ pem: string }[]> =>
    database.query(`select certificate_pem as pem from ${schema}.certificate_authorities where key_fingerprint = $1`, [
      fingerprint,
    ]);
  const [kept] = await read();
  if (kept !== undefined) return kept.pem;
  const made = await make();
  await database.query(`insert into ${schema}.certificate_authorities values ($1, $2, $3) on conflict do nothing`, [
    fingerprint,
    made.pem,
    made.atMs,
  ]);
  // Another instance may have been first; what is kept counts.
  return (await read())[0]?.pem ?? made.pem;
}
