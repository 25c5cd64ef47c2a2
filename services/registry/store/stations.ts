// What hangs on a station's row: the public ids of its EVSEs, its credentials, and the value that gateways get.
import type { PoolClient } from 'pg';
import type { PasswordVerifier } from '#contracts/generated/types';
import type { StationValue } from '#contracts/registry';
import { registeredStation, type Hanging } from '../domain/station.ts';
import type { Touched } from './kinds.ts';
import { onboardedOf } from './onboarded.ts';
import type { Change } from './outbox.ts';
import type { Writing } from './table.ts';

type CredentialRow = {
  readonly station_id: string;
  readonly scheme: string;
  readonly salt: Buffer;
  readonly hash: Buffer;
  readonly valid_from: Date;
};

/** Takes the public ids of EVSEs along and tells what changed. */
export async function stationChanges(
  client: PoolClient,
  writing: Writing,
  touched: readonly Touched<StationValue>[],
): Promise<Change[]> {
  const { tenantId, actor, at } = writing;
  const present = touched.filter(({ operation }) => operation !== 'deleted');
  await replacePublicIds(client, tenantId, present);
  const hanging = await hangingOn(
    client,
    tenantId,
    present.map(({ id }) => id),
  );
  return touched.map(({ id, version, operation, value }) => {
    const gone = operation === 'deleted';
    const current = gone ? null : registeredStation(value, tenantId, version, hanging(id));
    return {
      kind: 'station',
      tenantId,
      id,
      version,
      operation,
      value: gone ? null : value,
      actor,
      at,
      current: { topic: 'stations', id, value: current },
    };
  });
}

/** What gateways are told of these stations beside their values, by station. */
export async function hangingOn(
  client: PoolClient,
  tenantId: string,
  stationIds: readonly string[],
): Promise<(stationId: string) => Hanging> {
  const verifiers = await verifiersOf(client, tenantId, stationIds);
  const onboarded = await onboardedOf(client, tenantId, stationIds);
  return (stationId) => ({ verifiers: verifiers.get(stationId) ?? [], isOnboarded: onboarded.has(stationId) });
}

/** Newest first: the one a station most likely shows is tried first. */
export async function verifiersOf(
  client: PoolClient,
  tenantId: string,
  stationIds: readonly string[],
): Promise<Map<string, PasswordVerifier[]>> {
  const { rows } = await client.query<CredentialRow>(
    `select station_id, scheme, salt, hash, valid_from from credentials
     where tenant_id = $1 and station_id = any($2) order by valid_from desc, credential_id`,
    [tenantId, stationIds],
  );
  const verifiers = new Map<string, PasswordVerifier[]>();
  for (const { station_id: stationId, scheme, salt, hash, valid_from: validFrom } of rows) {
    const known = verifiers.get(stationId) ?? [];
    known.push({ scheme, salt, hash, validFrom: validFrom.getTime() });
    verifiers.set(stationId, known);
  }
  return verifiers;
}

async function replacePublicIds(
  client: PoolClient,
  tenantId: string,
  touched: readonly Touched<StationValue>[],
): Promise<void> {
  const updated = touched.filter(({ operation }) => operation === 'updated').map(({ id }) => id);
  if (updated.length > 0)
    await client.query('delete from public_evses where tenant_id = $1 and station_id = any($2)', [tenantId, updated]);
  const named = touched.flatMap(({ id, value }) =>
    value.evses
      .filter(({ publicId }) => publicId !== null)
      .map(({ publicId, evseId }) => ({ station_id: id, public_id: publicId, evse_id: evseId })),
  );
  if (named.length === 0) return;
  await client.query(
    `insert into public_evses (tenant_id, station_id, public_id, evse_id)
     select $1, named.* from jsonb_to_recordset($2::jsonb) as named(station_id text, public_id text, evse_id int)`,
    [tenantId, JSON.stringify(named)],
  );
}
