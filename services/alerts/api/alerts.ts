// /v1/alerts: what is wrong now or was, newest first, and taking note of it.
import type { FastifyReply } from 'fastify';
import type { PoolClient } from 'pg';
import Type, { type Static } from 'typebox';
import { alertKinds, severities, type WebhookValue } from '#contracts/alerting';
import { locationId, stationId } from '#contracts/registry';
import { decodeCursor, encodeCursor, problem, type Caller, type HttpApi } from '#kit/http';
import { nullable, pageLimits, pageOf, paging, problems, strict } from '#kit/http-schemas';
import { asTenant } from '#kit/postgres';
import { alertOf, shownAlert, type AlertRow } from '../store/alert-rows.ts';
import { enqueueNotices } from '../store/deliveries.ts';
import type { AlertParts } from './parts.ts';

const tags = ['alerts'];
const alertStates = ['open', 'acknowledged', 'closed'] as const;
const instant = Type.String({ description: 'ISO 8601, UTC' });
const uuid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
const text = (description: string) => nullable(Type.String({ description }));

const alert = Type.Object({
  alertId: uuid,
  ruleId: Type.String(),
  kind: Type.Enum([...alertKinds]),
  severity: Type.Enum([...severities]),
  subject: Type.String({ description: 'station/<id>, station/<id>/<evse>.<connector> or site/<location>' }),
  stationId: text('null: a whole site'),
  locationId: nullable(Type.String()),
  evseId: nullable(Type.Integer()),
  connectorId: nullable(Type.Integer()),
  state: Type.Enum([...alertStates]),
  since: Type.String({ description: 'Since when the condition holds' }),
  openedAt: instant,
  acknowledgedAt: nullable(instant),
  acknowledgedBy: text('Id of the key'),
  note: nullable(Type.String()),
  closedAt: nullable(instant),
  closeReason: nullable(Type.Enum(['cleared', 'not-watched'])),
  groupId: text('The alert of its site that speaks for it'),
  suppressedBy: text('maintenance/<window> or outage/<outage>: it is told to nobody'),
  detail: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
});

const query = Type.Object(
  {
    ...paging,
    state: Type.Optional(Type.Enum([...alertStates, 'standing'], { description: 'standing: open or acknowledged' })),
    severity: Type.Optional(Type.Enum([...severities])),
    kind: Type.Optional(Type.Enum([...alertKinds])),
    locationId: Type.Optional(locationId),
    stationId: Type.Optional(stationId),
    ruleId: Type.Optional(Type.String({ maxLength: 36 })),
    groupId: Type.Optional(uuid),
    suppressed: Type.Optional(Type.Boolean()),
  },
  strict,
);

export function addAlertRoutes(api: HttpApi, parts: AlertParts): void {
  const params = Type.Object({ alertId: uuid });
  api.get(
    '/v1/alerts',
    { schema: { tags, summary: 'List alerts', querystring: query, response: { 200: pageOf(alert), ...problems } } },
    async ({ caller, query: asked }, reply) => {
      const { limit = pageLimits.byDefault } = asked;
      const rows = await asTenant(parts.database, caller.tenantId, (client) => list(client, caller.tenantId, asked));
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const nextCursor =
        rows.length > limit && last !== undefined ? encodeCursor([last.opened_at, last.alert_id]) : null;
      return reply.send({ items: items.map(shownAlert), nextCursor });
    },
  );
  api.get(
    '/v1/alerts/:alertId',
    { schema: { tags, summary: 'Read an alert', params, response: { 200: alert, ...problems } } },
    async ({ caller: { tenantId }, params: { alertId } }, reply) => {
      const row = await asTenant(parts.database, tenantId, (client) => find(client, tenantId, alertId));
      return row === undefined ? notFound(reply) : reply.send(shownAlert(row));
    },
  );
  api.post(
    '/v1/alerts/:alertId/acknowledge',
    {
      schema: {
        tags,
        summary: 'Take note of an alert; of a site’s, also of those it speaks for. Doing it again changes the note',
        params,
        body: Type.Object({ note: Type.Optional(Type.String({ maxLength: 1_000 })) }, strict),
        response: { 200: alert, ...problems },
      },
    },
    async ({ caller, params: { alertId }, body: { note = null } }, reply) => {
      const outcome = await acknowledge(parts, caller, { alertId, note });
      if (outcome === undefined) return notFound(reply);
      return outcome.state === 'closed'
        ? problem(reply, { status: 409, title: 'This alert is closed', detail: alertId })
        : reply.send(shownAlert(outcome));
    },
  );
}

async function list(client: PoolClient, tenantId: string, asked: Static<typeof query>): Promise<AlertRow[]> {
  const { limit = pageLimits.byDefault, cursor, state, suppressed } = asked;
  const values: unknown[] = [tenantId];
  const conditions = ['tenant_id = $1'];
  for (const [column, value] of [
    ['state', state === 'standing' ? undefined : state],
    ['severity', asked.severity],
    ['kind', asked.kind],
    ['location_id', asked.locationId],
    ['station_id', asked.stationId],
    ['rule_id', asked.ruleId],
    ['group_id', asked.groupId],
  ] as const)
    if (value !== undefined) conditions.push(`${column} = $${values.push(value)}`);
  if (state === 'standing') conditions.push(`state <> 'closed'`);
  if (suppressed !== undefined) conditions.push(`suppressed_by is ${suppressed ? 'not ' : ''}null`);
  const [at, last] = cursor === undefined ? [] : (decodeCursor(cursor) ?? []);
  if (at !== undefined && last !== undefined)
    conditions.push(`(opened_at, alert_id) < ($${values.push(Number(at))}, $${values.push(String(last))}::uuid)`);
  const { rows } = await client.query<AlertRow>(
    `select * from alerts where ${conditions.join(' and ')} order by opened_at desc, alert_id desc limit ${limit + 1}`,
    values,
  );
  return rows;
}

async function find(client: PoolClient, tenantId: string, alertId: string): Promise<AlertRow | undefined> {
  const { rows } = await client.query<AlertRow>('select * from alerts where tenant_id = $1 and alert_id = $2', [
    tenantId,
    alertId,
  ]);
  return rows[0];
}

/** In one transaction with what webhooks hear of it; the first time only. */
async function acknowledge(
  { database, now }: AlertParts,
  { tenantId, actor }: Caller,
  { alertId, note }: { readonly alertId: string; readonly note: string | null },
): Promise<AlertRow | undefined> {
  const nowMs = now();
  return asTenant(database, tenantId, async (client) => {
    const { rows: taken } = await client.query<AlertRow & { was_open: boolean }>(
      `with named as (select alert_id, state from alerts
         where tenant_id = $1 and (alert_id = $2 or group_id = $2) and state <> 'closed' order by alert_id for update)
       update alerts a set state = 'acknowledged', acknowledged_at = $3, acknowledged_by = $4, note = $5
         from named where a.tenant_id = $1 and a.alert_id = named.alert_id
       returning a.*, named.state = 'open' as was_open`,
      [tenantId, alertId, nowMs, actor, note],
    );
    const news = taken.filter(({ was_open, told }) => was_open && told);
    const { rows: webhooks } = await client.query<{ value: WebhookValue }>(
      `select value from resources where tenant_id = $1 and kind = 'webhook' order by id`,
      [tenantId],
    );
    await enqueueNotices(
      client,
      { tenantId, nowMs, webhooks: webhooks.map(({ value }) => value) },
      news.map((row) => ({ event: 'alert.acknowledged', alert: alertOf(row) })),
    );
    return find(client, tenantId, alertId);
  });
}

function notFound(reply: FastifyReply): FastifyReply {
  return problem(reply, { status: 404, title: 'There is no such alert' });
}
