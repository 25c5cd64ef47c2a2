// The register of files and of links to them, in stations_own: operators' writing and stations' transfers, no fold.
import type { PoolClient } from 'pg';
import { asTenant, transaction, type Database } from '#kit/postgres';
import type { Stored } from './disk.ts';

const schema = 'stations_own';

export type StoredFile = Stored & {
  readonly tenantId: string;
  readonly fileId: string;
  readonly kind: 'firmware' | 'upload';
  readonly stationId: string | null;
  readonly name: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly expiresAtMs: number | null;
};

export type Link = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly commandId: string;
  readonly kind: 'download' | 'upload';
  readonly fileId: string | null;
  readonly expiresAtMs: number;
};

export type KnownLink = Link & {
  readonly tokenSha256: string;
  readonly usedAtMs: number | null;
  readonly deliveredBytes: number;
};

const fileColumns = `tenant_id as "tenantId", file_id as "fileId", kind, station_id as "stationId", name, bytes, sha256, md5,
  stored_as as "storedAs", created_at_ms as "createdAtMs", created_by as "createdBy", expires_at_ms as "expiresAtMs"`;

export async function findFile(
  database: Database,
  tenantId: string,
  fileId: string,
  kind: StoredFile['kind'],
): Promise<StoredFile | undefined> {
  const found = `select ${fileColumns} from files where tenant_id = $1 and file_id = $2 and kind = $3`;
  return (await rowsOf(database, tenantId, found, [tenantId, fileId, kind]))[0];
}

/** Firmware by its id; `after` is the last one of the page before. */
export function listFirmware(database: Database, tenantId: string, after: string, limit: number) {
  const listed = `select ${fileColumns} from files where tenant_id = $1 and kind = 'firmware' and file_id > $2
    order by file_id limit $3`;
  return rowsOf(database, tenantId, listed, [tenantId, after, limit]);
}

/** What a station uploaded, the newest first. */
export function listUploads(database: Database, tenantId: string, stationId: string, limit: number) {
  const listed = `select ${fileColumns} from files where tenant_id = $1 and station_id = $2
    order by created_at_ms desc, file_id limit $3`;
  return rowsOf(database, tenantId, listed, [tenantId, stationId, limit]);
}

function rowsOf(database: Database, tenantId: string, sql: string, values: unknown[]): Promise<StoredFile[]> {
  return asTenant(database, tenantId, async (client) => (await client.query<StoredFile>(sql, values)).rows, { schema });
}

/** What lies on disk altogether, as the register knows. */
export async function bytesStored(database: Database): Promise<number> {
  const [row] = await database.query<{ bytes: number }>(
    `select coalesce(sum(bytes), 0)::bigint as bytes from ${schema}.files`,
  );
  return row?.bytes ?? 0;
}

/** False where the tenant has a file of this id. */
export function addFile(database: Database, file: StoredFile): Promise<boolean> {
  return asTenant(database, file.tenantId, (client) => insertFile(client, file), { schema });
}

async function insertFile(client: PoolClient, file: StoredFile): Promise<boolean> {
  const { tenantId, fileId, kind, stationId, name, bytes, sha256, md5, storedAs } = file;
  const { rowCount } = await client.query(
    `insert into files (tenant_id, file_id, kind, station_id, name, bytes, sha256, md5, stored_as, created_at_ms,
       created_by, expires_at_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (tenant_id, file_id) do nothing`,
    [
      tenantId,
      fileId,
      kind,
      stationId,
      name,
      bytes,
      sha256,
      md5,
      storedAs,
      file.createdAtMs,
      file.createdBy,
      file.expiresAtMs,
    ],
  );
  return rowCount === 1;
}

/**
 * in-use: a link to it is open, or a campaign that is not over installs it. The file on disk goes with the next sweep.
 */
export async function removeFirmware(
  database: Database,
  { tenantId, fileId }: { readonly tenantId: string; readonly fileId: string },
  nowMs: number,
): Promise<'removed' | 'unknown' | 'in-use'> {
  return asTenant(
    database,
    tenantId,
    async (client) => {
      const using = await client.query(
        `select from file_links where tenant_id = $1 and file_id = $2 and used_at_ms is null and expires_at_ms > $3 limit 1`,
        [tenantId, fileId, nowMs],
      );
      const installing = await client.query(
        `select from bulk_jobs where tenant_id = $1 and state in ('running', 'paused')
           and terms -> 'parameters' ->> 'fileId' = $2 limit 1`,
        [tenantId, fileId],
      );
      if (using.rowCount !== 0 || installing.rowCount !== 0) return 'in-use';
      const { rowCount } = await client.query(
        `delete from files where tenant_id = $1 and file_id = $2 and kind = 'firmware'`,
        [tenantId, fileId],
      );
      return rowCount === 1 ? 'removed' : 'unknown';
    },
    { schema },
  );
}

/** A command that is asked for again under the same id has the same link. */
export async function addLink(database: Database, link: Link, tokenSha256: string, nowMs: number): Promise<void> {
  const { tenantId, stationId, commandId, kind, fileId, expiresAtMs } = link;
  await asTenant(
    database,
    tenantId,
    (client) =>
      client.query(
        `insert into file_links (tenant_id, token_sha256, station_id, command_id, kind, file_id, created_at_ms, expires_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
        [tenantId, tokenSha256, stationId, commandId, kind, fileId, nowMs, expiresAtMs],
      ),
    { schema },
  );
}

export async function findLink(database: Database, tokenSha256: string): Promise<KnownLink | undefined> {
  const rows = await database.query<KnownLink>(
    `select tenant_id as "tenantId", station_id as "stationId", command_id as "commandId", kind, file_id as "fileId",
       expires_at_ms as "expiresAtMs", token_sha256 as "tokenSha256", used_at_ms as "usedAtMs",
       delivered_bytes as "deliveredBytes"
     from ${schema}.file_links where token_sha256 = $1`,
    [tokenSha256],
  );
  return rows[0];
}

/** Two downloads of one link may run at once: what either delivered counts. */
export async function noteDelivered(
  database: Database,
  { tokenSha256 }: KnownLink,
  delivered: { readonly first: number; readonly sentBytes: number; readonly isComplete: boolean },
  nowMs: number,
): Promise<void> {
  const { first, sentBytes, isComplete } = delivered;
  // The rule of deliveredAfter in domain/byte-range.ts, on whatever stands in the row by now.
  await database.query(
    `update ${schema}.file_links set
       delivered_bytes = case when $2 <= delivered_bytes then greatest(delivered_bytes, $3) else delivered_bytes end,
       used_at_ms = case when $4 and $2 <= delivered_bytes then coalesce(used_at_ms, $5) else used_at_ms end
     where token_sha256 = $1`,
    [tokenSha256, first, first + sentBytes, isComplete, nowMs],
  );
}

/** The link is used and its file is known, both or neither; false where another upload was complete first. */
export function completeUpload(database: Database, link: KnownLink, file: StoredFile): Promise<boolean> {
  return transaction(
    database,
    async (client) => {
      const used = await client.query(
        'update file_links set used_at_ms = $2 where token_sha256 = $1 and used_at_ms is null',
        [link.tokenSha256, file.createdAtMs],
      );
      return used.rowCount === 1 && (await insertFile(client, file));
    },
    { schema },
  );
}

/** Drops what is over: files of stations by their time, and links a day after theirs. */
export async function dropExpired(database: Database, nowMs: number): Promise<void> {
  const dayMs = 24 * 60 * 60 * 1000;
  await database.query(`delete from ${schema}.files where expires_at_ms <= $1`, [nowMs]);
  await database.query(`delete from ${schema}.file_links where expires_at_ms <= $1`, [nowMs - dayMs]);
}

/** Those of these names on disk that no file has. */
export async function unknownOf(database: Database, names: readonly string[]): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `select known.name from unnest($1::text[]) as known (name)
     where not exists (select from ${schema}.files as file where file.stored_as = known.name)`,
    [names],
  );
  return rows.map(({ name }) => name);
}
