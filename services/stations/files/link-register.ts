// The register of links to files, in stations_own: to whom each is told, and what went out over it.
import { asTenant, transaction, type Database } from '#kit/postgres';
import { deliveredAfter, isOver, type Delivered, type Part } from '../domain/delivered.ts';

const schema = 'stations_own';

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
};

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
       expires_at_ms as "expiresAtMs", token_sha256 as "tokenSha256", used_at_ms as "usedAtMs"
     from ${schema}.file_links where token_sha256 = $1`,
    [tokenSha256],
  );
  return rows[0];
}

/** Parts of one link may go out side by side: each is noted on what stands by then. True where the link is used now. */
export function noteDelivered(
  database: Database,
  { tokenSha256 }: KnownLink,
  { part, fileBytes }: { readonly part: Part; readonly fileBytes: number },
  nowMs: number,
): Promise<boolean> {
  return transaction(
    database,
    async (client) => {
      const { rows } = await client.query<{ delivered: Delivered }>(
        'select delivered from file_links where token_sha256 = $1 for update',
        [tokenSha256],
      );
      const [row] = rows;
      if (row === undefined) return true;
      const delivered = deliveredAfter(row.delivered, part);
      const isUsed = isOver(delivered, fileBytes);
      await client.query(
        `update file_links set delivered = $2, used_at_ms = case when $3 then coalesce(used_at_ms, $4) else used_at_ms end
         where token_sha256 = $1`,
        [tokenSha256, JSON.stringify(delivered), isUsed, nowMs],
      );
      return isUsed;
    },
    { schema },
  );
}
