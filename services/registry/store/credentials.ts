// A station's passwords as verifiers: a new one replaces those before at once, or after a grace; never a password itself.
import type { PoolClient } from 'pg';
import type { PasswordVerifier } from '#contracts/generated/types';
import type { CredentialValue, StationValue } from '#contracts/registry';
import { graceEnd } from '../domain/credential.ts';
import { stations, type Touched } from './kinds.ts';
import type { Change } from './outbox.ts';
import { stationChanges } from './stations.ts';
import { rowsOf, touchRows, type Writing } from './table.ts';

export type NewCredential = {
  readonly stationId: string;
  readonly credentialId: string;
  readonly verifier: PasswordVerifier;
  /** How long the passwords before go on working; unended: until somebody ends them. */
  readonly graceSeconds: number | 'unended';
};

/** More passwords than these never work at once; the oldest go first. */
export const credentialsPerStationMax = 4;

type Row = {
  readonly station_id: string;
  readonly credential_id: string;
  readonly scheme: string;
  readonly valid_from: Date;
  readonly valid_until: Date | null;
};

const shownColumns = 'station_id, credential_id, scheme, valid_from, valid_until';

/** A station's credentials, newest first. */
export async function credentialsOf(
  client: PoolClient,
  tenantId: string,
  stationId: string,
): Promise<CredentialValue[]> {
  const { rows } = await client.query<Row>(
    `select ${shownColumns} from credentials where tenant_id = $1 and station_id = $2
     order by valid_from desc, credential_id`,
    [tenantId, stationId],
  );
  return rows.map(valueOf);
}

/** Adds one credential per station and ends or removes those before. */
export async function insertCredentials(
  client: PoolClient,
  { tenantId, actor, at }: Writing,
  added: readonly NewCredential[],
): Promise<void> {
  const grace = new Map(
    added.flatMap(({ stationId, graceSeconds }) =>
      graceSeconds === 'unended' ? [] : [[stationId, graceEnd(at, graceSeconds)] as const],
    ),
  );
  const ending = [...grace].map(([station_id, until]) => ({ station_id, until: instantOf(until) }));
  await client.query(
    `delete from credentials using jsonb_to_recordset($2::jsonb) as ending(station_id text, until timestamptz)
     where tenant_id = $1 and credentials.station_id = ending.station_id and ending.until is null`,
    [tenantId, JSON.stringify(ending)],
  );
  await client.query(
    `update credentials set valid_until = least(credentials.valid_until, ending.until)
     from jsonb_to_recordset($2::jsonb) as ending(station_id text, until timestamptz)
     where tenant_id = $1 and credentials.station_id = ending.station_id and ending.until is not null`,
    [tenantId, JSON.stringify(ending)],
  );
  await client.query(
    `insert into credentials (tenant_id, station_id, credential_id, scheme, salt, hash, valid_from, created_by)
     select $1, added.station_id, added.credential_id, added.scheme, decode(added.salt, 'hex'), decode(added.hash, 'hex'), $2, $3
     from jsonb_to_recordset($4::jsonb)
       as added(station_id text, credential_id text, scheme text, salt text, hash text)`,
    [tenantId, new Date(at), actor, JSON.stringify(added.map(recordOf))],
  );
  await client.query(
    `delete from credentials where (tenant_id, station_id, credential_id) in (
       select tenant_id, station_id, credential_id from (
         select tenant_id, station_id, credential_id,
           row_number() over (partition by station_id order by valid_from desc, credential_id = any($3) desc) as rank
         from credentials where tenant_id = $1 and station_id = any($2)) as ranked
       where rank > ${credentialsPerStationMax})`,
    [tenantId, added.map(({ stationId }) => stationId), added.map(({ credentialId }) => credentialId)],
  );
}

/** Removes a credential; undefined where there is none of that id. */
export async function deleteCredential(
  client: PoolClient,
  tenantId: string,
  stationId: string,
  credentialId: string,
): Promise<CredentialValue | undefined> {
  const { rows } = await client.query<Row>(
    `delete from credentials where tenant_id = $1 and station_id = $2 and credential_id = $3 returning ${shownColumns}`,
    [tenantId, stationId, credentialId],
  );
  return rows[0] === undefined ? undefined : valueOf(rows[0]);
}

/** Removes those of the tenant whose grace is over; stations are locked first, as every other write does. */
export async function deleteEnded(client: PoolClient, { tenantId, at }: Writing): Promise<CredentialValue[]> {
  await client.query(
    `select from stations where tenant_id = $1 and station_id in (
       select station_id from credentials where tenant_id = $1 and valid_until <= $2)
     order by station_id for no key update`,
    [tenantId, new Date(at)],
  );
  const { rows } = await client.query<Row>(
    `delete from credentials where tenant_id = $1 and valid_until <= $2 returning ${shownColumns}`,
    [tenantId, new Date(at)],
  );
  return rows.map(valueOf);
}

export type CredentialChange = { readonly operation: 'created' | 'deleted'; readonly credential: CredentialValue };

/** What the log is told: each credential's change, and the stations of whose value they are a part. */
export async function credentialChanges(
  client: PoolClient,
  writing: Writing,
  changed: readonly CredentialChange[],
): Promise<Change[]> {
  const { tenantId } = writing;
  const ids = [...new Set(changed.map(({ credential }) => credential.stationId))].toSorted();
  const versions = new Map((await touchRows(client, stations.table, writing, ids)).map((row) => [row.id, row.version]));
  const touched = (await rowsOf(client, stations.table, tenantId, ids)).map(
    ({ value, audit }): Touched<StationValue> => ({
      id: value.stationId,
      version: audit.version,
      operation: 'updated',
      value,
    }),
  );
  const told = changed.map((change) => toldCredential(writing, change, versions.get(change.credential.stationId) ?? 0));
  return [...told, ...(await stationChanges(client, writing, touched))];
}

/** What the log is told of a credential; it has no version of its own, so it takes its station's. */
export function toldCredential(
  { tenantId, actor, at }: Writing,
  { operation, credential }: CredentialChange,
  version: number,
): Change {
  return {
    kind: 'credential',
    tenantId,
    id: `${credential.stationId}/${credential.credentialId}`,
    version,
    operation,
    value: operation === 'deleted' ? null : credential,
    actor,
    at,
  };
}

function recordOf({ stationId, credentialId, verifier }: NewCredential): Record<string, string> {
  return {
    station_id: stationId,
    credential_id: credentialId,
    scheme: verifier.scheme,
    salt: Buffer.from(verifier.salt).toString('hex'),
    hash: Buffer.from(verifier.hash).toString('hex'),
  };
}

function valueOf(row: Row): CredentialValue {
  return {
    credentialId: row.credential_id,
    stationId: row.station_id,
    scheme: row.scheme === 'scrypt' ? 'scrypt' : 'hmac-sha256',
    validFrom: row.valid_from.toISOString(),
    validUntil: row.valid_until === null ? null : row.valid_until.toISOString(),
  };
}

function instantOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
