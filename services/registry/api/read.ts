// Reads one row of the caller's tenant under row-level security.
import type { Caller } from '#kit/http';
import { asTenant } from '#kit/postgres';
import type { Kind } from '../store/kinds.ts';
import { notFound, type Refusal } from '../store/refusal.ts';
import { findRow, type Row } from '../store/table.ts';
import type { Done, Store } from '../store/write.ts';

export async function readOne<V extends object>(
  { database }: Store,
  { tenantId }: Caller,
  { table }: Kind<V>,
  id: string,
): Promise<Done<Row<V>> | Refusal> {
  const row = await asTenant(database, tenantId, (client) => findRow(client, table, tenantId, id));
  return row === undefined ? notFound(table.noun, id) : { kind: 'done', result: row };
}
