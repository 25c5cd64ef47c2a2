// The register of files, in stations_own: operators' writing and stations' transfers, no fold.
import type { PoolClient } from 'pg';
import { asTenant, transaction, type Database } from '#kit/postgres';
import type { Stored } from './disk.ts';
import type { KnownLink } from './link-register.ts';

const schema = 'stations_own';

export type StoredFile = Stored & {
  readonly tenantId: string;
  readonly fileId: string;
  /** truncated: of an upload whose line broke. */
  readonly kind: 'firmware' | 'upload' | 'truncated';
  readonly stationId: string | null;
  readonly name: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly expiresAtMs: number | null;
};

const fileColumns = `tenant_id as "tenantId", file_id as "fileId", kind, station_id as "stationId", name, bytes, sha256, md5,
  stored_as as "storedAs", created_at_ms as "createdAtMs", created_by as "createdBy", expires_at_ms as "expiresAtMs"`;

export async function findFile(
  database: Database,
  tenantId: string,
  fileId: string,
  from: 'operator' | 'station',
): Promise<StoredFile | undefined> {
  const found = `select ${fileColumns} from files where tenant_id = $1 and file_id = $2 and (kind = 'firmware') = $3`;
  return (await rowsOf(database, tenantId, found, [tenantId, fileId, from === 'operator']))[0];
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

/** What lies on disk, as the register knows: of one tenant, and altogether. */
export async function bytesStored(
  database: Database,
  tenantId: string,
): Promise<{ readonly ofTenant: number; readonly ofAll: number }> {
  const [row] = await database.query<{ ofTenant: number; ofAll: number }>(
    `select coalesce(sum(bytes) filter (where tenant_id = $1), 0)::bigint as "ofTenant",
       coalesce(sum(bytes), 0)::bigint as "ofAll" from ${schema}.files`,
    [tenantId],
  );
  return row ?? { ofTenant: 0, ofAll: 0 };
}

export type Usage = { readonly kind: StoredFile['kind']; readonly files: number; readonly bytes: number };

export function usageOf(database: Database, tenantId: string): Promise<Usage[]> {
  const used = `select kind, count(*)::bigint as files, coalesce(sum(bytes), 0)::bigint as bytes from files
    where tenant_id = $1 group by kind`;
  return asTenant(database, tenantId, async (client) => (await client.query<Usage>(used, [tenantId])).rows, { schema });
}

/** full: the tenant has no room for it; known: it has a file of this id. */
export type Added = 'added' | 'known' | 'full';

export function addFile(database: Database, file: StoredFile, tenantBytesMax: number): Promise<Added> {
  return asTenant(
    database,
    file.tenantId,
    async (client) => {
      if (!(await hasRoom(client, file, tenantBytesMax))) return 'full';
      return (await insertFile(client, file)) ? 'added' : 'known';
    },
    { schema },
  );
}

/** Exact over all instances: a tenant's files are added one by one. */
async function hasRoom(client: PoolClient, { tenantId, bytes }: StoredFile, tenantBytesMax: number): Promise<boolean> {
  await client.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`files of ${tenantId}`]);
  const { rows } = await client.query<{ stored: number }>(
    'select coalesce(sum(bytes), 0)::bigint as stored from files where tenant_id = $1',
    [tenantId],
  );
  return (rows[0]?.stored ?? 0) + bytes <= tenantBytesMax;
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

/** used: another upload was complete first. */
export type Completed = 'completed' | 'used' | 'full';

/** The link is used and its file is known, both or neither; what came of it over a line that broke is not needed any more. */
export function completeUpload(
  database: Database,
  link: KnownLink,
  file: StoredFile,
  tenantBytesMax: number,
): Promise<Completed> {
  return transaction(
    database,
    async (client) => {
      await client.query('delete from files where tenant_id = $1 and file_id = $2', [
        file.tenantId,
        truncatedIdOf(file.fileId),
      ]);
      if (!(await hasRoom(client, file, tenantBytesMax))) throw new Full();
      const used = await client.query(
        'update file_links set used_at_ms = $2 where token_sha256 = $1 and used_at_ms is null',
        [link.tokenSha256, file.createdAtMs],
      );
      return used.rowCount === 1 && (await insertFile(client, file)) ? 'completed' : 'used';
    },
    { schema },
  ).catch((error: unknown) => {
    if (error instanceof Full) return 'full';
    throw error;
  });
}

/** Rolls back. */
class Full extends Error {}

/** Files of stations are named by their commands; of one whose line broke, the longest part has this name beside it. */
export function truncatedIdOf(commandId: string): string {
  return `${commandId}.truncated`;
}

/** False where nothing is kept: a longer part is, or the whole, or there is no room. What it replaces is swept. */
export function keepTruncated(
  database: Database,
  link: KnownLink,
  file: StoredFile,
  tenantBytesMax: number,
): Promise<boolean> {
  return transaction(
    database,
    async (client) => {
      const open = await client.query(
        'select from file_links where token_sha256 = $1 and used_at_ms is null for update',
        [link.tokenSha256],
      );
      if (open.rowCount !== 1 || !(await hasRoom(client, file, tenantBytesMax))) return false;
      const shorter = await client.query('select from files where tenant_id = $1 and file_id = $2 and bytes >= $3', [
        file.tenantId,
        file.fileId,
        file.bytes,
      ]);
      if (shorter.rowCount !== 0) return false;
      await client.query('delete from files where tenant_id = $1 and file_id = $2', [file.tenantId, file.fileId]);
      return insertFile(client, file);
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
