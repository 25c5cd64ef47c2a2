// All that operators wrote about alerts of a tenant, with a mark that changes whenever anything of it does.
import type { AlertRuleValue, MaintenanceWindowValue, WebhookValue } from '#contracts/alerting';
import type { Database } from '#kit/postgres';

export type Written = {
  /** Those that are enabled. */
  readonly rules: readonly AlertRuleValue[];
  readonly windows: readonly MaintenanceWindowValue[];
  readonly webhooks: readonly WebhookValue[];
};

/** Of the rules, and of all. A version is never used again, so fewer rows of the same newest version are others. */
export type Mark = { readonly rules: string; readonly all: string };

export const nothingWritten: Mark = { rules: '', all: '' };

export async function writtenMarks(database: Database): Promise<ReadonlyMap<string, Mark>> {
  const rows = await database.query<{ tenant_id: string; kind: string; mark: string }>(
    `select tenant_id, kind, count(*) || ':' || max(version) as mark from resources group by tenant_id, kind order by kind`,
  );
  const marks = new Map<string, Mark>();
  for (const { tenant_id: tenantId, kind, mark } of rows) {
    const { rules, all } = marks.get(tenantId) ?? nothingWritten;
    marks.set(tenantId, { rules: kind === 'rule' ? mark : rules, all: `${all} ${kind} ${mark}` });
  }
  return marks;
}

export async function writtenBy(database: Database, tenantId: string): Promise<Written> {
  const rows = await database.query<{ kind: string; value: object }>(
    'select kind, value from resources where tenant_id = $1 order by kind, id',
    [tenantId],
  );
  const of = <V>(kind: string): V[] => rows.filter((row) => row.kind === kind).map(({ value }) => value as V);
  return {
    rules: of<AlertRuleValue>('rule').filter(({ enabled }) => enabled),
    windows: of<MaintenanceWindowValue>('window'),
    webhooks: of<WebhookValue>('webhook'),
  };
}
