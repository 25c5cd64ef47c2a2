// What the partner tables hold, and writing it: each change with its version and its entry in the outbox, in one transaction.
import type { PoolClient } from 'pg';
import type { RegistryChanged } from '#contracts/generated/types';
import type { PartnerValue } from '#contracts/registry';
import type { Expected } from '#kit/http-versions';
import { enqueue, type OutboxEntry } from '#kit/outbox';
import { asTenant, sqlStateOf, type Database } from '#kit/postgres';

export type PartnerRow = {
  readonly tenant_id: string;
  readonly partner_id: string;
  readonly name: string;
  readonly parties: readonly string[];
  readonly our_parties: readonly string[];
  readonly hosts: readonly string[];
  readonly accepts_raw_token: boolean;
  readonly blocked: boolean;
  readonly state: PartnerValue['state'];
  readonly version: number;
  readonly created_at: Date;
  readonly created_by: string;
  readonly updated_at: Date;
  readonly updated_by: string;
};

export type By = { readonly tenantId: string; readonly actor: string; readonly at: number };

/** Why a write did not happen. */
export type Refusal = {
  readonly kind: 'refused';
  readonly status: 404 | 409 | 412;
  readonly title: string;
  readonly detail?: string;
};
export type Outcome<T> = { readonly kind: 'done'; readonly result: T } | Refusal;

/** Thrown inside a transaction that must be rolled back. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(status: Refusal['status'], title: string, detail?: string) {
    super(title);
    this.refusal = { kind: 'refused', status, title, ...(detail === undefined ? {} : { detail }) };
  }
}

export async function listPartners(
  database: Database,
  tenantId: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<PartnerRow[]> {
  return asTenant(database, tenantId, async (client) => {
    const { rows } = await client.query<PartnerRow>(
      'select * from partners where tenant_id = $1 and partner_id > $2 order by partner_id limit $3',
      [tenantId, after, limit],
    );
    return rows;
  });
}

export async function findPartner(database: Database, tenantId: string, id: string): Promise<PartnerRow | undefined> {
  return asTenant(database, tenantId, async (client) => {
    const { rows } = await client.query<PartnerRow>('select * from partners where tenant_id = $1 and partner_id = $2', [
      tenantId,
      id,
    ]);
    return rows[0];
  });
}

/** Runs a write; what is refused leaves nothing behind. */
export async function writing<T>(
  database: Database,
  tenantId: string,
  fn: (client: PoolClient) => Promise<T>,
): Promise<Outcome<T>> {
  try {
    return { kind: 'done', result: await asTenant(database, tenantId, fn) };
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    const isTaken = sqlStateOf(error) === '23505' && String(error).includes('partner_parties');
    if (!isTaken) throw error;
    return { kind: 'refused', status: 409, title: 'Another partner has one of these parties' };
  }
}

export async function createPartner(database: Database, by: By, value: PartnerValue): Promise<Outcome<PartnerRow>> {
  return writing(database, by.tenantId, async (client) => {
    const { rows } = await client.query<PartnerRow>(
      `insert into partners (tenant_id, partner_id, name, parties, our_parties, hosts, accepts_raw_token, blocked, state,
         version, created_at, created_by, updated_at, updated_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, nextval('partner_version'), $10, $11, $10, $11)
       on conflict do nothing returning *`,
      [by.tenantId, value.partnerId, ...columnsOf(value), new Date(by.at), by.actor],
    );
    const [row] = rows;
    if (row === undefined) throw new Refused(409, 'This partner exists already', value.partnerId);
    await claimParties(client, row);
    await enqueue(client, [entryOf(row, 'created', by)]);
    return row;
  });
}

/** Changes a partner from what it is; without a difference nothing is written. */
export async function changePartner(
  database: Database,
  by: By,
  { id, expected, decide }: { id: string; expected: Expected; decide(current: PartnerValue): PartnerValue },
): Promise<Outcome<PartnerRow>> {
  return writing(database, by.tenantId, async (client) => {
    const before = await lockPartner(client, by.tenantId, id, expected);
    return updatePartner(client, by, before, decide(valueOf(before)));
  });
}

export async function removePartner(
  database: Database,
  by: By,
  id: string,
  expected: Expected,
): Promise<Outcome<undefined>> {
  return writing(database, by.tenantId, async (client) => {
    const before = await lockPartner(client, by.tenantId, id, expected);
    const { rows } = await client.query<{ version: number }>(
      `delete from partners where tenant_id = $1 and partner_id = $2 returning nextval('partner_version') as version`,
      [by.tenantId, id],
    );
    await enqueue(client, [entryOf({ ...before, version: rows[0]?.version ?? 0 }, 'deleted', by)]);
    return undefined;
  });
}

const anyVersion: Expected = { header: undefined, body: undefined };

/** The partner, locked, at the version that is expected. Throws Refused. */
export async function lockPartner(
  client: PoolClient,
  tenantId: string,
  id: string,
  expected: Expected = anyVersion,
): Promise<PartnerRow> {
  const { rows } = await client.query<PartnerRow>(
    'select * from partners where tenant_id = $1 and partner_id = $2 for update',
    [tenantId, id],
  );
  const [row] = rows;
  if (row === undefined) throw new Refused(404, 'There is no such partner', id);
  const changedMeanwhile = 'Somebody else changed it meanwhile';
  const current = `the current version is ${row.version}`;
  if (expected.header !== undefined && expected.header !== row.version)
    throw new Refused(412, changedMeanwhile, current);
  if (expected.body !== undefined && expected.body !== row.version) throw new Refused(409, changedMeanwhile, current);
  return row;
}

/** Writes what a locked partner shall be, and tells the log. */
export async function updatePartner(
  client: PoolClient,
  by: By,
  before: PartnerRow,
  value: PartnerValue,
): Promise<PartnerRow> {
  if (JSON.stringify(valueOf(before)) === JSON.stringify(value)) return before;
  const { rows } = await client.query<PartnerRow>(
    `update partners set name = $3, parties = $4, our_parties = $5, hosts = $6, accepts_raw_token = $7, blocked = $8,
       state = $9, version = nextval('partner_version'), updated_at = $10, updated_by = $11
     where tenant_id = $1 and partner_id = $2 returning *`,
    [by.tenantId, value.partnerId, ...columnsOf(value), new Date(by.at), by.actor],
  );
  const row = rows[0] ?? before;
  await client.query('delete from partner_parties where tenant_id = $1 and partner_id = $2', [
    row.tenant_id,
    row.partner_id,
  ]);
  await claimParties(client, row);
  await enqueue(client, [entryOf(row, 'updated', by)]);
  return row;
}

export function valueOf(row: PartnerRow): PartnerValue {
  return {
    partnerId: row.partner_id,
    name: row.name,
    parties: [...row.parties],
    ourParties: [...row.our_parties],
    hosts: [...row.hosts],
    acceptsRawToken: row.accepts_raw_token,
    blocked: row.blocked,
    state: row.state,
  };
}

function columnsOf(value: PartnerValue): unknown[] {
  const { name, parties, ourParties, hosts, acceptsRawToken, blocked, state } = value;
  return [name, parties, ourParties, hosts, acceptsRawToken, blocked, state];
}

async function claimParties(client: PoolClient, row: PartnerRow): Promise<void> {
  await client.query(
    'insert into partner_parties (tenant_id, party_id, partner_id) select $1, unnest($2::text[]), $3',
    [row.tenant_id, row.parties, row.partner_id],
  );
}

/** The change as the log will have it: no token, no URL that could hold one. */
function entryOf(row: PartnerRow, operation: 'created' | 'updated' | 'deleted', { actor, at }: By): OutboxEntry {
  const { tenant_id: tenantId, partner_id: id, version: rowVersion } = row;
  const change: RegistryChanged = {
    eventId: `partner/${tenantId}/${id}/${rowVersion}`,
    tenantId,
    kind: 'partner',
    id,
    rowVersion,
    operation,
    currentJson: operation === 'deleted' ? null : JSON.stringify(valueOf(row)),
    actor,
    recordedAt: at,
  };
  return { topic: 'partner', key: `${tenantId}/${id}`, type: 'RegistryChanged', rowVersion, payload: change };
}
