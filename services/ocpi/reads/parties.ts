// The name of one of our parties, as its operator wrote it.
import { asTenant, type Database } from '#kit/postgres';

/** The party's id where nobody registered it. */
export async function nameOfParty(database: Database, tenantId: string, partyId: string): Promise<string> {
  return asTenant(database, tenantId, async (client) => {
    const { rows } = await client.query<{ name: string | null }>(
      `select value ->> 'name' as name from ocpi_registry.objects
       where tenant_id = $1 and kind = 'party' and id = $2 and not deleted`,
      [tenantId, partyId],
    );
    return rows[0]?.name ?? partyId;
  });
}
