// Templates of a tenant, all at once: they are few, and which one a station has depends on all of them.
import type { TemplateValue } from '#contracts/registry';
import { asTenant, type Database } from '#kit/postgres';
import { defaultsOf, templateFor } from '../domain/template.ts';
import type { StationDefaults, StationInput } from '../domain/station.ts';
import { templates } from './kinds.ts';
import { listRows } from './table.ts';
import { tenantRow } from './tenants.ts';

/** One more is refused by nobody, and not looked at: it would come last by its id. */
export const templatesMax = 1_000;

export async function templatesOf(database: Database, tenantId: string): Promise<TemplateValue[]> {
  const page = { tenantId, where: [], after: undefined, limit: templatesMax };
  const rows = await asTenant(database, tenantId, (client) => listRows(client, templates.table, page));
  return rows.slice(0, templatesMax).map(({ value }) => value);
}

/** What stations of this tenant begin with where their registration says nothing. */
export async function registrationDefaults(
  database: Database,
  tenantId: string,
): Promise<(input: StationInput) => StationDefaults> {
  const [known, tenant] = await Promise.all([templatesOf(database, tenantId), tenantRow(database, tenantId)]);
  const bootPolicy = tenant?.value.bootPolicy ?? 'accept';
  return ({ templateId = null, vendor = null, model = null }) =>
    defaultsOf(templateFor(known, { templateId, vendor, model, firmwareVersion: null }), bootPolicy);
}
