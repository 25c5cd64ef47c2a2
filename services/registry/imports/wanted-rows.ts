// What rows of an import mean: stations with defaults of their template, credentials of known stations, tokens; and what is wrong.
import type { PoolClient } from 'pg';
import type { StationValue } from '#contracts/registry';
import { asTenant } from '#kit/postgres';
import type { RowFault } from '#kit/rows/cells';
import { passwordViolations } from '../domain/credential.ts';
import { stationOf, stationViolations, type StationInput } from '../domain/station.ts';
import { tokenOf, tokenViolations, type Token, type TokenInput } from '../domain/token.ts';
import type { Violation } from '../domain/violation.ts';
import type { StationWanted } from '../store/bulk.ts';
import { stations } from '../store/kinds.ts';
import { rowsOf } from '../store/table.ts';
import { registrationDefaults } from '../store/templates.ts';
import type { Store } from '../store/write.ts';

export type Row<V> = { readonly line: number; readonly value: V };
export type Meant<V> = { readonly rows: readonly Row<V>[]; readonly faults: readonly RowFault[] };

export type StationRow = StationInput & { readonly password?: string; readonly acceptsUnauthenticated?: boolean };
export type CredentialRow = { readonly stationId: string; readonly password: string };

export async function meantStations(
  { database }: Store,
  tenantId: string,
  given: readonly Row<StationRow>[],
): Promise<Meant<StationWanted>> {
  const defaultsOf = await registrationDefaults(database, tenantId);
  const rows = given.map(({ line, value: { password, acceptsUnauthenticated = false, ...input } }) => ({
    line,
    value: { value: stationOf(input, defaultsOf(input)), password, acceptsUnauthenticated },
  }));
  const faults = rows.flatMap(({ line, value: { value, password, acceptsUnauthenticated } }) => [
    ...at(line, stationViolations(value, acceptsUnauthenticated)),
    ...at(line, password === undefined ? [] : passwordViolations(password, true)),
  ]);
  const missing = await asTenant(database, tenantId, (client) => missingReferences(client, tenantId, rows));
  return { rows, faults: [...faults, ...missing] };
}

/** A password is an addition to a station that is known. */
export async function meantCredentials(
  { database }: Store,
  tenantId: string,
  given: readonly Row<CredentialRow>[],
): Promise<Meant<StationWanted>> {
  const ids = given.map(({ value }) => value.stationId);
  const known = await asTenant(database, tenantId, (client) => rowsOf(client, stations.table, tenantId, ids));
  const byId = new Map(known.map(({ value }) => [value.stationId, value]));
  const faults: RowFault[] = [];
  const rows = given.flatMap(({ line, value: { stationId, password } }): Row<StationWanted>[] => {
    faults.push(...at(line, passwordViolations(password, true)));
    const value = byId.get(stationId);
    if (value !== undefined) return [{ line, value: { value, password } }];
    faults.push({ line, path: 'stationId', message: 'there is no such station' });
    return [];
  });
  return { rows, faults };
}

export async function meantTokens(
  { database }: Store,
  { tenantId, tenantKey }: { readonly tenantId: string; readonly tenantKey: Buffer },
  given: readonly Row<TokenInput>[],
): Promise<Meant<Token>> {
  const faults = given.flatMap(({ line, value }) => at(line, tokenViolations(value)));
  const rows = given.map(({ line, value }) => ({ line, value: tokenOf(tenantKey, value) }));
  const wanted = rows.flatMap(({ value }) => value.locationIds);
  const found = await asTenant(database, tenantId, (client) => idsOf(client, 'locations', tenantId, wanted));
  const missing = rows.flatMap(({ line, value }) =>
    value.locationIds
      .filter((locationId) => !found.has(locationId))
      .map((locationId) => ({ line, path: 'locationIds', message: `there is no location ${locationId}` })),
  );
  return { rows, faults: [...faults, ...missing] };
}

async function missingReferences(
  client: PoolClient,
  tenantId: string,
  rows: readonly Row<{ readonly value: StationValue }>[],
): Promise<RowFault[]> {
  const locationIds = rows.flatMap(({ value: { value } }) => value.locationId ?? []);
  const templateIds = rows.flatMap(({ value: { value } }) => value.templateId ?? []);
  const locations = await idsOf(client, 'locations', tenantId, locationIds);
  const templates = await idsOf(client, 'templates', tenantId, templateIds);
  return rows.flatMap(({ line, value: { value } }) => [
    ...(value.locationId === null || locations.has(value.locationId)
      ? []
      : [{ line, path: 'locationId', message: `there is no location ${value.locationId}` }]),
    ...(value.templateId === null || templates.has(value.templateId)
      ? []
      : [{ line, path: 'templateId', message: `there is no template ${value.templateId}` }]),
  ]);
}

const idColumn = { locations: 'location_id', templates: 'template_id' } as const;

async function idsOf(
  client: PoolClient,
  table: keyof typeof idColumn,
  tenantId: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const column = idColumn[table];
  const { rows } = await client.query<{ id: string }>(
    `select ${column} as id from ${table} where tenant_id = $1 and ${column} = any($2)`,
    [tenantId, [...new Set(ids)]],
  );
  return new Set(rows.map(({ id }) => id));
}

function at(line: number, violations: readonly Violation[]): RowFault[] {
  return violations.map(({ path, message }) => ({ line, path, message }));
}
