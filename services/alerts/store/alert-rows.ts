// The table of alerts: reading them, and writing what a pass decided in one transaction with what webhooks shall be told.
import type { PoolClient } from 'pg';
import type { WebhookValue } from '#contracts/alerting';
import type { Database } from '#kit/postgres';
import { rowsJson, writeRows } from '#kit/projection/table-rows';
import type { Alert } from '../domain/alert.ts';
import type { Decisions } from '../domain/board.ts';
import { enqueueNotices } from './deliveries.ts';

export type AlertRow = {
  readonly alert_id: string;
  readonly rule_id: string;
  readonly kind: Alert['kind'];
  readonly severity: Alert['severity'];
  readonly subject: string;
  readonly station_id: string | null;
  readonly location_id: string | null;
  readonly evse_id: number | null;
  readonly connector_id: number | null;
  readonly state: Alert['state'];
  readonly since: number;
  readonly opened_at: number;
  readonly acknowledged_at: number | null;
  readonly acknowledged_by: string | null;
  readonly note: string | null;
  readonly closed_at: number | null;
  readonly close_reason: Alert['closeReason'];
  readonly group_id: string | null;
  readonly suppressed_by: string | null;
  readonly told: boolean;
  readonly detail: Alert['detail'];
};

const types = `tenant_id text, alert_id uuid, rule_id text, kind text, severity text, subject text, station_id text,
  location_id text, evse_id int, connector_id int, state text, since bigint, opened_at bigint, closed_at bigint,
  close_reason text, group_id uuid, suppressed_by text, told boolean, detail json`;
const names = types.replaceAll(/ (text|uuid|int|bigint|boolean|json)\b/g, '');

/** One that closed and whose cause holds again (a border was moved) is the same alert, open anew. */
const openAlerts = `
  insert into alerts (${names}) select ${names} from json_to_recordset($1::json) as row (${types})
  on conflict (tenant_id, alert_id) do update set state = 'open', opened_at = excluded.opened_at,
    severity = excluded.severity, acknowledged_at = null, acknowledged_by = null, note = null, closed_at = null,
    close_reason = null, group_id = excluded.group_id, suppressed_by = excluded.suppressed_by, told = excluded.told,
    detail = excluded.detail
  where alerts.state = 'closed'`;
/** Not the state: somebody may acknowledge it at this moment. */
const changeAlerts = `
  update alerts set group_id = row.group_id, suppressed_by = row.suppressed_by, told = row.told,
    severity = row.severity, location_id = row.location_id
    from json_to_recordset($1::json) as row (${types})
   where alerts.tenant_id = row.tenant_id and alerts.alert_id = row.alert_id
  returning alerts.alert_id, alerts.state`;
const closeAlerts = `
  update alerts set state = 'closed', closed_at = row.closed_at, close_reason = row.close_reason
    from json_to_recordset($1::json) as row (${types})
   where alerts.tenant_id = row.tenant_id and alerts.alert_id = row.alert_id and alerts.state <> 'closed'`;

/** What stands, and how often was decided before it was read. */
export type Standing = { readonly decided: number; readonly alerts: readonly Alert[] };

export async function standingAlerts(database: Database, tenantId: string): Promise<Standing> {
  const [seeded] = await database.query<{ decided: number }>(
    'select decided from seeded_tenants where tenant_id = $1',
    [tenantId],
  );
  const rows = await database.query<AlertRow>(`select * from alerts where tenant_id = $1 and state <> 'closed'`, [
    tenantId,
  ]);
  return { decided: seeded?.decided ?? 0, alerts: rows.map(alertOf) };
}

export type Deciding = {
  readonly tenantId: string;
  readonly nowMs: number;
  readonly webhooks: readonly WebhookValue[];
  /** Of the Standing that was decided on. */
  readonly decided: number;
};

/** False, and nothing is written, where another decided meanwhile: its ledger tells the same, under other keys. */
export async function writeDecisions(
  client: PoolClient,
  { tenantId, nowMs, webhooks, decided }: Deciding,
  { opened, closed, changed, notices }: Decisions,
): Promise<boolean> {
  const { rowCount } = await client.query(
    'update seeded_tenants set decided = decided + 1 where tenant_id = $1 and decided = $2',
    [tenantId, decided],
  );
  if (rowCount !== 1) return false;
  const rowsOf = (alerts: readonly Alert[]): object[] => alerts.map((alert) => rowOf(tenantId, alert));
  // Closed first: its subject may open anew under another cause.
  await writeRows(client, closeAlerts, rowsOf(closed));
  await writeRows(client, openAlerts, rowsOf(opened));
  const states = await change(client, rowsOf(changed));
  const told = notices.map(({ event, alert }) => ({
    event,
    alert: { ...alert, state: event === 'alert.opened' ? (states.get(alert.alertId) ?? alert.state) : alert.state },
  }));
  await enqueueNotices(client, { tenantId, nowMs, webhooks }, told);
  return true;
}

/** The states as they are: whoever decided does not know what was acknowledged meanwhile. */
async function change(client: PoolClient, rows: readonly object[]): Promise<ReadonlyMap<string, Alert['state']>> {
  if (rows.length === 0) return new Map();
  const { rows: states } = await client.query<Pick<AlertRow, 'alert_id' | 'state'>>(changeAlerts, [rowsJson(rows)]);
  return new Map(states.map(({ alert_id, state }) => [alert_id, state]));
}

export function alertOf(row: AlertRow): Alert {
  return {
    alertId: row.alert_id,
    ruleId: row.rule_id,
    kind: row.kind,
    severity: row.severity,
    subject: row.subject,
    stationId: row.station_id,
    locationId: row.location_id,
    evseId: row.evse_id,
    connectorId: row.connector_id,
    state: row.state,
    since: row.since,
    openedAt: row.opened_at,
    closedAt: row.closed_at,
    closeReason: row.close_reason,
    groupId: row.group_id,
    suppressedBy: row.suppressed_by,
    told: row.told,
    detail: row.detail,
  };
}

function rowOf(tenantId: string, alert: Alert): object {
  return {
    tenant_id: tenantId,
    alert_id: alert.alertId,
    rule_id: alert.ruleId,
    kind: alert.kind,
    severity: alert.severity,
    subject: alert.subject,
    station_id: alert.stationId,
    location_id: alert.locationId,
    evse_id: alert.evseId,
    connector_id: alert.connectorId,
    state: alert.state,
    since: alert.since,
    opened_at: alert.openedAt,
    closed_at: alert.closedAt,
    close_reason: alert.closeReason,
    group_id: alert.groupId,
    suppressed_by: alert.suppressedBy,
    told: alert.told,
    detail: alert.detail,
  };
}

/** An alert as everybody sees it: in answers and in what webhooks are sent. */
export function shownAlert(row: AlertRow) {
  return {
    ...shownOf(alertOf(row)),
    acknowledgedAt: row.acknowledged_at === null ? null : new Date(row.acknowledged_at).toISOString(),
    acknowledgedBy: row.acknowledged_by,
    note: row.note,
  };
}

export function shownOf({ told: _told, since, openedAt, closedAt, ...alert }: Alert) {
  const instant = (at: number): string => new Date(at).toISOString();
  return {
    ...alert,
    detail: { ...alert.detail },
    since: instant(since),
    openedAt: instant(openedAt),
    closedAt: closedAt === null ? null : instant(closedAt),
  };
}
