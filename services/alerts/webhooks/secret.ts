// The secret of a webhook: made here, shown once, kept sealed for its tenant and id.
import { createHmac, randomBytes } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { Secrets } from '#contracts/secrets';
import { sealUnder, type Seal } from '#kit/sealed';

const secretBytes = 32;

type Owner = { readonly tenantId: string; readonly webhookId: string };

export function webhookSeal({ tenantKeySeed }: Pick<Secrets, 'tenantKeySeed'>): Seal {
  return sealUnder(createHmac('sha256', Buffer.from(tenantKeySeed, 'hex')).update('webhook secrets').digest());
}

/** A new secret in the place of the one before, if any. */
export async function newSecret(client: PoolClient, seal: Seal, { tenantId, webhookId }: Owner): Promise<string> {
  const secret = `whsec_${randomBytes(secretBytes).toString('base64url')}`;
  await client.query(
    `insert into webhook_secrets (tenant_id, webhook_id, sealed) values ($1, $2, $3)
     on conflict (tenant_id, webhook_id) do update set sealed = excluded.sealed`,
    [tenantId, webhookId, seal.close(secret, aboutOf({ tenantId, webhookId }))],
  );
  return secret;
}

export function secretOf(seal: Seal, { sealed, ...owner }: Owner & { readonly sealed: Buffer }): string {
  return seal.open(sealed, aboutOf(owner));
}

function aboutOf({ tenantId, webhookId }: Owner): string {
  return `${tenantId}/${webhookId}`;
}
