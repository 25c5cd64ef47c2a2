// Tokens that we gave to partners: issued, found again when a partner shows one, replaced with a grace, and ended.
import type { PoolClient } from 'pg';
import type { Database } from '#kit/postgres';
import {
  lockPartner,
  Refused,
  updatePartner,
  valueOf,
  writing,
  type By,
  type Outcome,
  type PartnerRow,
} from './store.ts';
import type { PartnerValue } from '#contracts/registry';
import type { TokenVault } from './token-vault.ts';

/** Who calls, as its token tells. */
export type PartnerCaller = {
  readonly tenantId: string;
  readonly partner: PartnerValue;
  /** registration: good for versions and credentials alone. */
  readonly tokenKind: 'registration' | 'credentials';
  readonly lookup: Buffer;
};

/** A replaced token works until its successor is used, and no longer than this (ocpi#568 leaves it open). */
export const rotationGraceMs = 10 * 60 * 1000;

/**
 * A token for a partner that only reads and has no server of its own to exchange credentials with: it is registered by
 * hand. To be shown once; earlier ones end.
 */
export async function issueReadingToken(
  database: Database,
  vault: TokenVault,
  by: By,
  partnerId: string,
): Promise<Outcome<string>> {
  const { tenantId, at } = by;
  return writing(database, tenantId, async (client) => {
    const row = await lockPartner(client, tenantId, partnerId);
    const { rows } = await client.query('select 1 from partner_links where tenant_id = $1 and partner_id = $2', [
      tenantId,
      partnerId,
    ]);
    if (rows.length > 0) throw new Refused(409, 'Credentials were exchanged already: the partner changes them');
    await endTokens(client, { tenantId, partnerId });
    const token = vault.newToken();
    await insertToken(client, vault, { tenantId, partnerId, kind: 'credentials', token, at });
    await updatePartner(client, by, row, { ...valueOf(row), state: 'registered' });
    return token;
  });
}

/** A token for registration, to be shown once; an earlier one ends. */
export async function issueRegistrationToken(
  database: Database,
  vault: TokenVault,
  { tenantId, at }: By,
  partnerId: string,
): Promise<Outcome<string>> {
  return writing(database, tenantId, async (client) => {
    const { state } = await lockPartner(client, tenantId, partnerId);
    if (state === 'registered') throw new Refused(409, 'Credentials were exchanged already: the partner changes them');
    await endTokens(client, { tenantId, partnerId }, 'registration');
    const token = vault.newToken();
    await insertToken(client, vault, { tenantId, partnerId, kind: 'registration', token, at });
    return token;
  });
}

type CallerRow = PartnerRow & { token_kind: PartnerCaller['tokenKind']; used: boolean };

/** Whose token it is: the base64 that OCPI wants, or the token itself where this partner is known to send it so. */
export async function callerOfToken(
  database: Database,
  vault: TokenVault,
  shown: { readonly decoded: string | undefined; readonly raw: string },
  at: number,
): Promise<PartnerCaller | undefined> {
  const decoded =
    shown.decoded === undefined ? undefined : await findCaller(database, vault.lookupOf(shown.decoded), at);
  if (decoded !== undefined) return decoded;
  const raw = await findCaller(database, vault.lookupOf(shown.raw), at);
  return raw?.partner.acceptsRawToken === true ? raw : undefined;
}

// Above row-level security: before a token is found, no tenant is known.
async function findCaller(database: Database, lookup: Buffer, at: number): Promise<PartnerCaller | undefined> {
  const [row] = await database.query<CallerRow>(
    `select partners.*, partner_tokens.kind as token_kind, used
     from partner_tokens join partners using (tenant_id, partner_id)
     where lookup = $1 and (ends_at is null or ends_at > $2) and not blocked`,
    [lookup, new Date(at)],
  );
  if (row === undefined) return undefined;
  const { tenant_id: tenantId, token_kind: tokenKind } = row;
  if (!row.used && tokenKind === 'credentials') await firstUse(database, lookup, tenantId, row.partner_id);
  return { tenantId, partner: valueOf(row), tokenKind, lookup };
}

/** The partner has its new token: whatever it replaces ends now. */
async function firstUse(database: Database, lookup: Buffer, tenantId: string, partnerId: string): Promise<void> {
  await database.query('update partner_tokens set used = true where lookup = $1', [lookup]);
  await database.query(
    'delete from partner_tokens where tenant_id = $1 and partner_id = $2 and lookup <> $3 and ends_at is not null',
    [tenantId, partnerId, lookup],
  );
}

type NewToken = {
  readonly tenantId: string;
  readonly partnerId: string;
  readonly kind: PartnerCaller['tokenKind'];
  readonly token: string;
  readonly at: number;
};

export async function insertToken(
  client: PoolClient,
  vault: TokenVault,
  { tenantId, partnerId, kind, token, at }: NewToken,
): Promise<void> {
  await client.query(
    `insert into partner_tokens (lookup, tenant_id, partner_id, kind, ciphertext, created_at, used)
     values ($1, $2, $3, $4, $5, $6, false)`,
    [vault.lookupOf(token), tenantId, partnerId, kind, vault.seal(token, { tenantId, partnerId }), new Date(at)],
  );
}

type Of = { readonly tenantId: string; readonly partnerId: string };

export async function endTokens(client: PoolClient, { tenantId, partnerId }: Of, kind?: PartnerCaller['tokenKind']) {
  await client.query(
    'delete from partner_tokens where tenant_id = $1 and partner_id = $2 and ($3::text is null or kind = $3)',
    [tenantId, partnerId, kind ?? null],
  );
}

/** Those that stand end at the latest when their grace does. */
export async function replaceTokens(client: PoolClient, { tenantId, partnerId }: Of, at: number): Promise<void> {
  await client.query(
    `update partner_tokens set ends_at = $3
     where tenant_id = $1 and partner_id = $2 and kind = 'credentials' and ends_at is null`,
    [tenantId, partnerId, new Date(at + rotationGraceMs)],
  );
}

/**
 * The token that the partner holds, in clear; the newest where a rotation is under way. Who shows its registration token
 * holds no other yet that it may know of.
 */
export async function tokenGivenTo(
  database: Database,
  vault: TokenVault,
  { tenantId, partner: { partnerId }, tokenKind, lookup }: PartnerCaller,
): Promise<string | undefined> {
  const owner = { tenantId, partnerId };
  const [row] = await database.query<{ ciphertext: Buffer }>(
    `select ciphertext from partner_tokens where tenant_id = $1 and partner_id = $2 and kind = $3
       and (kind = 'credentials' or lookup = $4)
     order by ends_at is null desc, created_at desc limit 1`,
    [tenantId, partnerId, tokenKind, lookup],
  );
  return row === undefined ? undefined : vault.open(row.ciphertext, owner);
}
