// Gives each tenant the default rules, once.
import { transaction, type Database } from '#kit/postgres';
import { defaultRules } from '../domain/default-rules.ts';
import { insertResource } from '../store/resources.ts';

const actor = 'alerts';

/** Tenants that the registry has; doing it again changes nothing. */
export async function seedTenants(database: Database, nowMs: number): Promise<readonly string[]> {
  const tenants = await database.query<{ id: string; seeded: boolean }>(
    `select p.id, s.tenant_id is not null as seeded from alerts_places.places p
       left join alerts_own.seeded_tenants s on s.tenant_id = p.id where p.kind = 'tenant' and p.active order by p.id`,
  );
  for (const { id } of tenants.filter(({ seeded }) => !seeded)) await seed(database, id, nowMs);
  return tenants.map(({ id }) => id);
}

async function seed(database: Database, tenantId: string, nowMs: number): Promise<void> {
  await transaction(database, async (client) => {
    const { rowCount } = await client.query(
      'insert into seeded_tenants (tenant_id) values ($1) on conflict do nothing',
      [tenantId],
    );
    if (rowCount === 0) return;
    const by = { tenantId, actor, at: nowMs };
    for (const value of defaultRules) await insertResource(client, by, { kind: 'rule', id: value.ruleId, value });
  });
}
