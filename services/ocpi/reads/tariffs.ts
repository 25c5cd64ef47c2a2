// Tariffs of our parties that face a partner.
import type { PoolClient } from 'pg';
import type { TariffValue } from '#contracts/tariff';
import type { Page, PageQuery } from '../api/paging.ts';
import { readPage } from './page.ts';
import type { Sight } from './sessions.ts';

type Row = {
  readonly created_at_ms: number;
  readonly created_partition: number;
  readonly created_offset: number;
  readonly last_updated_ms: number;
  readonly value: TariffValue;
};

export type ToldTariff = { readonly value: TariffValue; readonly lastUpdatedAt: number };

const visible = `
  select *, 0 as created_partition from ocpi_registry.objects
  where tenant_id = $1 and kind = 'tariff' and not deleted and value ->> 'partyId' = any($2::text[])`;

export async function readTariffs(
  client: PoolClient,
  { tenantId, ourParties }: Pick<Sight, 'tenantId' | 'ourParties'>,
  query: PageQuery,
): Promise<Page<ToldTariff>> {
  const page = await readPage<Row>(client, { visible, values: [tenantId, ourParties] }, query);
  return { ...page, items: page.items.map((row) => ({ value: row.value, lastUpdatedAt: row.last_updated_ms })) };
}
