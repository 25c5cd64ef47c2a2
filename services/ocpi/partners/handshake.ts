// The exchange of credentials, both ways (OCPI 2.2.1, 7.1): who asked first decides which side fetches the other's endpoints when.
import type { PoolClient } from 'pg';
import { transaction, type Database } from '#kit/postgres';
import {
  credentials as credentialsSchema,
  partyIdOf,
  type Credentials,
  type Endpoint,
} from '../wire/v221/credentials.ts';
import { Compile } from 'typebox/compile';
import type { Egress } from '#kit/egress';
import { discover, exchangeCredentials, type PeerFault } from './peer.ts';
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
import { endTokens, insertToken, replaceTokens, type PartnerCaller } from './tokens.ts';
import type { TokenVault } from './token-vault.ts';

export type HandshakeParts = {
  readonly database: Database;
  readonly vault: TokenVault;
  readonly egress: Egress;
  /** What partners call: `<this>/ocpi/versions`. */
  readonly partnersUrl: string;
  /** Name of one of our parties. */
  nameOf(tenantId: string, partyId: string): Promise<string>;
  now(): number;
};

/** An OCPI status instead of credentials. */
export type Rejected = { readonly kind: 'rejected'; readonly code: number; readonly message: string };
export type Exchanged = { readonly kind: 'exchanged'; readonly token: string };

const isCredentials = Compile(credentialsSchema);

export function versionsUrlOf({ partnersUrl }: Pick<HandshakeParts, 'partnersUrl'>): string {
  return `${partnersUrl}/ocpi/versions`;
}

/** What we say of ourselves to a partner. */
export async function ourCredentials(
  parts: Pick<HandshakeParts, 'partnersUrl' | 'nameOf'>,
  { tenantId, partner }: Pick<PartnerCaller, 'tenantId' | 'partner'>,
  token: string,
): Promise<Credentials> {
  const roles = partner.ourParties.map(async (partyId) => ({
    role: 'CPO' as const,
    business_details: { name: (await parts.nameOf(tenantId, partyId)).slice(0, 100) },
    party_id: partyId.slice(3),
    country_code: partyId.slice(0, 2),
  }));
  return { token, url: versionsUrlOf(parts), roles: await Promise.all(roles) };
}

/**
 * They ask (POST, or PUT where `replaces`): 1. their credentials are sound, 2. while they wait we fetch their endpoints
 * with the token they gave, 3. one transaction takes link and new token. A crash before 3 leaves all as it was.
 */
export async function receiveCredentials(
  parts: HandshakeParts,
  caller: PartnerCaller,
  body: unknown,
  replaces: boolean,
): Promise<Exchanged | Rejected> {
  if (!isCredentials.Check(body)) return rejected(2001, 'the credentials are not as OCPI wants them');
  const foreign = foreignPartyOf(caller, body);
  if (foreign !== undefined) return rejected(2001, `the party ${foreign} is not registered for this partner`);
  const { hosts } = caller.partner;
  const found = await discover(parts.egress, { hosts, token: body.token, versionsUrl: body.url });
  if (found.kind === 'fault') return rejected(found.code, found.why);
  const at = parts.now();
  const token = parts.vault.newToken();
  const { tenantId, partner } = caller;
  const outcome = await writing(parts.database, tenantId, async (client) => {
    const row = await lockPartner(client, tenantId, partner.partnerId);
    if ((row.state === 'registered') !== replaces) throw new Refused(409, 'another exchange was faster');
    const owner = { tenantId, partnerId: partner.partnerId };
    if (replaces) await replaceTokens(client, owner, at);
    else await endTokens(client, owner);
    await insertToken(client, parts.vault, { ...owner, kind: 'credentials', token, at });
    await linkPartner(client, parts.vault, row, { theirs: body, endpoints: found.endpoints, at });
  });
  return outcome.kind === 'done' ? { kind: 'exchanged', token } : rejected(2000, outcome.title);
}

/**
 * We ask: 1. their endpoints, with the token they handed over, 2. a token for them is valid before they hear of it,
 * because they fetch our endpoints with it while our POST is open, 3. POST, 4. one transaction links them.
 * A failure after 2 takes the token back; a crash there leaves one that nobody but the partner knows, and the next
 * exchange ends it.
 */
export async function offerCredentials(
  parts: HandshakeParts,
  by: By,
  partnerId: string,
  theirs: { readonly token: string; readonly versionsUrl: string },
): Promise<Outcome<PartnerRow> | PeerFault> {
  const prepared = await writing(parts.database, by.tenantId, async (client) => {
    const row = await lockPartner(client, by.tenantId, partnerId);
    if (row.state === 'registered') throw new Refused(409, 'Credentials were exchanged already');
    return row;
  });
  if (prepared.kind === 'refused') return prepared;
  const partner = valueOf(prepared.result);
  const peer = { hosts: partner.hosts, ...theirs };
  const found = await discover(parts.egress, peer);
  if (found.kind === 'fault') return found;
  const token = parts.vault.newToken();
  await offerToken(parts, by, partnerId, token);
  const caller = { tenantId: by.tenantId, partner };
  const answer = await exchangeCredentials(
    parts.egress,
    peer,
    found.credentialsUrl,
    await ourCredentials(parts, caller, token),
  );
  const foreign = answer.kind === 'fault' ? undefined : foreignPartyOf(caller, answer.data);
  if (answer.kind === 'fault' || foreign !== undefined) {
    await takeBack(parts, by.tenantId, token);
    return answer.kind === 'fault'
      ? answer
      : { kind: 'fault', code: 3001, why: `it names the party ${foreign}, which is not registered for it` };
  }
  return writing(parts.database, by.tenantId, async (client) => {
    const row = await lockPartner(client, by.tenantId, partnerId);
    await endTokens(client, { tenantId: by.tenantId, partnerId }, 'registration');
    const { endpoints } = found;
    return linkPartner(client, parts.vault, row, { theirs: answer.data, endpoints, at: parts.now(), actor: by.actor });
  });
}

/** They leave: every token and what we know of their interfaces goes; what operators wrote stays. */
export async function unregister(parts: HandshakeParts, by: By, partnerId: string): Promise<Outcome<PartnerRow>> {
  return writing(parts.database, by.tenantId, async (client) => {
    const row = await lockPartner(client, by.tenantId, partnerId);
    await endTokens(client, { tenantId: by.tenantId, partnerId });
    await client.query('delete from partner_links where tenant_id = $1 and partner_id = $2', [by.tenantId, partnerId]);
    return updatePartner(client, by, row, { ...valueOf(row), state: 'unregistered' });
  });
}

async function offerToken(
  { database, vault, now }: HandshakeParts,
  { tenantId }: By,
  partnerId: string,
  token: string,
) {
  await transaction(database, async (client) => {
    await endTokens(client, { tenantId, partnerId }, 'credentials');
    await insertToken(client, vault, { tenantId, partnerId, kind: 'credentials', token, at: now() });
  });
}

async function takeBack({ database, vault }: HandshakeParts, tenantId: string, token: string): Promise<void> {
  await database.query('delete from partner_tokens where tenant_id = $1 and lookup = $2', [
    tenantId,
    vault.lookupOf(token),
  ]);
}

type Link = {
  readonly theirs: Credentials;
  readonly endpoints: readonly Endpoint[];
  readonly at: number;
  readonly actor?: string;
};

async function linkPartner(
  client: PoolClient,
  vault: TokenVault,
  row: PartnerRow,
  { theirs, endpoints, at, actor = row.partner_id }: Link,
): Promise<PartnerRow> {
  const { tenant_id: tenantId, partner_id: partnerId } = row;
  await client.query(
    `insert into partner_links (tenant_id, partner_id, versions_url, endpoints, roles, their_token, exchanged_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant_id, partner_id) do update set versions_url = excluded.versions_url,
       endpoints = excluded.endpoints, roles = excluded.roles, their_token = excluded.their_token,
       exchanged_at = excluded.exchanged_at`,
    [
      tenantId,
      partnerId,
      theirs.url,
      JSON.stringify(endpoints),
      JSON.stringify(theirs.roles),
      vault.seal(theirs.token, { tenantId, partnerId }),
      new Date(at),
    ],
  );
  return updatePartner(client, { tenantId, actor, at }, row, { ...valueOf(row), state: 'registered' });
}

/** A party that the operator did not register for this partner: believing it would show its drivers' sessions. */
function foreignPartyOf({ partner }: Pick<PartnerCaller, 'partner'>, { roles }: Credentials): string | undefined {
  return roles.map(partyIdOf).find((partyId) => !partner.parties.includes(partyId));
}

function rejected(code: number, message: string): Rejected {
  return { kind: 'rejected', code, message };
}
