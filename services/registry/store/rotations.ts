// Passwords on their way to their stations: begun, requested as a command, and settled with what that does to the others.
import type { PoolClient } from 'pg';
import { type RotationState, rotationProved } from '../domain/rotation.ts';
import { type CredentialChange, credentialChanges, credentialsOf, deleteCredential } from './credentials.ts';
import { stations } from './kinds.ts';
import { lockRow, type Writing } from './table.ts';
import { type Store, writeAs } from './write.ts';

export type Rotation = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly credentialId: string;
  readonly state: RotationState;
  readonly detail: string | null;
  readonly commandId: string | null;
  readonly requestedAt: string;
  readonly requestedBy: string;
  readonly settledAt: string | null;
};

type Row = Omit<Rotation, 'requestedAt' | 'settledAt'> & {
  readonly requestedAt: Date;
  readonly settledAt: Date | null;
};

const columns = `tenant_id as "tenantId", station_id as "stationId", credential_id as "credentialId", state, detail,
  command_id as "commandId", requested_at as "requestedAt", requested_by as "requestedBy", settled_at as "settledAt"`;

const shownMax = 20;

export type NewRotation = { readonly stationId: string; readonly credentialId: string; readonly sealed: Buffer };

/** Throws (23505) where another one of the station is on its way. What was settled long ago is forgotten. */
export async function insertRotation(client: PoolClient, writing: Writing, made: NewRotation): Promise<Rotation> {
  const { rows } = await client.query<Row>(
    `insert into password_rotations (tenant_id, station_id, credential_id, sealed, state, requested_at, requested_by)
     values ($1, $2, $3, $4, 'pending', $5, $6) returning ${columns}`,
    [writing.tenantId, made.stationId, made.credentialId, made.sealed, new Date(writing.at), writing.actor],
  );
  await client.query(
    `delete from password_rotations where tenant_id = $1 and station_id = $2 and state in ('accepted', 'rejected')
     and credential_id not in (select credential_id from password_rotations where tenant_id = $1 and station_id = $2
       order by requested_at desc limit ${shownMax})`,
    [writing.tenantId, made.stationId],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('a rotation was not written');
  return rotationOf(row);
}

/** A station's rotations, newest first. */
export async function rotationsOf(client: PoolClient, tenantId: string, stationId: string): Promise<Rotation[]> {
  const { rows } = await client.query<Row>(
    `select ${columns} from password_rotations where tenant_id = $1 and station_id = $2
     order by requested_at desc, credential_id limit ${shownMax}`,
    [tenantId, stationId],
  );
  return rows.map(rotationOf);
}

export async function pendingRotations({ database }: Store, limit: number): Promise<Rotation[]> {
  const rows = await database.query<Row>(
    `select ${columns} from password_rotations where state = 'pending' order by requested_at limit $1`,
    [limit],
  );
  return rows.map(rotationOf);
}

/** The sealed password of a rotation that is pending; undefined where there is none (any more). */
export async function sealedOf({ database }: Store, wanted: RotationName): Promise<Buffer | undefined> {
  const [row] = await database.query<{ sealed: Buffer | null }>(
    `select sealed from password_rotations
     where tenant_id = $1 and station_id = $2 and credential_id = $3 and state = 'pending'`,
    [wanted.tenantId, wanted.stationId, wanted.credentialId],
  );
  return row?.sealed ?? undefined;
}

export async function noteCommand({ database }: Store, rotation: RotationName, commandId: string): Promise<void> {
  await database.query(
    `update password_rotations set command_id = $4 where tenant_id = $1 and station_id = $2 and credential_id = $3`,
    [rotation.tenantId, rotation.stationId, rotation.credentialId, commandId],
  );
}

export type RotationName = { readonly tenantId: string; readonly stationId: string; readonly credentialId: string };
export type Settlement = {
  readonly state: Exclude<RotationState, 'pending'>;
  readonly detail: string | null;
};

/** Settles a rotation once; what is accepted or rejected stays so. Gateways hear of it with the station's new value. */
export async function settleRotation(
  store: Store,
  { tenantId, stationId, credentialId }: RotationName,
  { state, detail }: Settlement,
): Promise<void> {
  await writeAs(store, { tenantId, actor: 'registry', role: 'platform' }, async (client, writing) => {
    if ((await lockRow(client, stations.table, tenantId, stationId)) === undefined) return;
    const settled = await client.query(
      `update password_rotations set state = $4, detail = $5, sealed = null, settled_at = $6
       where tenant_id = $1 and station_id = $2 and credential_id = $3 and state not in ('accepted', 'rejected', $4)`,
      [tenantId, stationId, credentialId, state, detail, new Date(writing.at)],
    );
    if (settled.rowCount === 0 || (state !== 'accepted' && state !== 'rejected')) return;
    const ended = await endedBy(client, { tenantId, stationId, credentialId }, state);
    if (ended.length > 0) await store.enqueue(client, await credentialChanges(client, writing, ended));
  });
}

/** accepted: every other password, but for one that the station has from its next boot on. rejected: the new one. */
async function endedBy(
  client: PoolClient,
  { tenantId, stationId, credentialId }: RotationName,
  state: 'accepted' | 'rejected',
): Promise<CredentialChange[]> {
  const ids = (await credentialsOf(client, tenantId, stationId)).map((credential) => credential.credentialId);
  const { rows: taken } = await client.query<{ id: string }>(
    `select credential_id as id from password_rotations
     where tenant_id = $1 and station_id = $2 and state = 'rebootRequired'`,
    [tenantId, stationId],
  );
  // A new password that an operator took away meanwhile leaves the others as they are.
  const going = ids.filter(
    (id) =>
      (id === credentialId) === (state === 'rejected') &&
      ids.includes(credentialId) &&
      !taken.some((waiting) => waiting.id === id),
  );
  const ended: CredentialChange[] = [];
  for (const id of going) {
    const credential = await deleteCredential(client, tenantId, stationId, id);
    if (credential !== undefined) ended.push({ operation: 'deleted', credential });
  }
  return ended;
}

/** A station showed the password of this salt: it may decide its rotations that are not settled. */
export async function settleProved(
  store: Store,
  station: Omit<RotationName, 'credentialId'>,
  provedSalt: Buffer,
): Promise<void> {
  const rows = await store.database.query<{ credentialId: string; salt: Buffer; state: RotationState }>(
    `select credential_id as "credentialId", credentials.salt, state from password_rotations
     join credentials using (tenant_id, station_id, credential_id)
     where tenant_id = $1 and station_id = $2 and state not in ('accepted', 'rejected') order by requested_at`,
    [station.tenantId, station.stationId],
  );
  for (const { credentialId, salt, state: before } of rows) {
    const state = rotationProved(before, Buffer.compare(salt, provedSalt) === 0);
    if (state === undefined) continue;
    const detail = `the station connected with the ${state === 'accepted' ? 'new' : 'old'} password`;
    await settleRotation(store, { ...station, credentialId }, { state, detail });
  }
}

function rotationOf({ requestedAt, settledAt, ...row }: Row): Rotation {
  return { ...row, requestedAt: requestedAt.toISOString(), settledAt: settledAt?.toISOString() ?? null };
}
