// /v1/webhooks: where alerts are told, the secret of each, a delivery to try it with, and the ledger of deliveries.
import Type from 'typebox';
import { webhookValue, type WebhookValue } from '#contracts/alerting';
import { plainIdPattern } from '#contracts/registry';
import { decodeCursor, encodeCursor, problem, type HttpApi } from '#kit/http';
import { nullable, pageLimits, pageOf, paging, problems, strict } from '#kit/http-schemas';
import { asTenant } from '#kit/postgres';
import { webhookViolations } from '../domain/checks.ts';
import { enqueueTest, hurry, redrive, redrivenMax } from '../store/deliveries.ts';
import { findResource } from '../store/resources.ts';
import { newSecret } from '../webhooks/secret.ts';
import type { AlertParts } from './parts.ts';
import { addResourceRoutes } from './resources.ts';

const tags = ['alerts'];
const params = Type.Object({ id: Type.String({ pattern: plainIdPattern }) });
const secret = Type.String({ description: 'Key of the signatures, as text; shown once' });
const instant = Type.String({ description: 'ISO 8601, UTC' });
const uuid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
const deliveryState = Type.Enum(['pending', 'delivered', 'dead'], {
  description: 'dead: nobody took it; it may be driven anew',
});
const delivery = Type.Object({
  deliveryId: Type.String({ description: 'Sent as idempotency-key: the same id is the same delivery' }),
  event: Type.String(),
  alertId: nullable(Type.String()),
  state: deliveryState,
  attempts: Type.Integer({ description: 'Since it was made, or driven anew' }),
  createdAt: instant,
  nextAttemptAt: nullable(instant),
  deliveredAt: nullable(instant),
  lastStatus: nullable(Type.Integer({ description: 'HTTP status of the last answer' })),
  lastError: nullable(Type.String()),
});

export function addWebhookRoutes(api: HttpApi, parts: AlertParts): void {
  addResourceRoutes<WebhookValue>(api, parts, {
    path: '/v1/webhooks',
    kind: 'webhook',
    noun: 'webhook',
    idName: 'webhookId',
    schema: webhookValue,
    violations: (value) => webhookViolations(value, parts.insecureHosts),
    onCreated: {
      schema: { secret },
      run: async (client, { tenantId }, webhookId) => ({
        secret: await newSecret(client, parts.seal, { tenantId, webhookId }),
      }),
    },
    // Whoever waited for the address before does not wait for this one.
    onReplaced: (client, { tenantId, at }, webhookId) => hurry(client, { tenantId, webhookId, nowMs: at }),
    onRemoved: async (client, tenantId, id) => {
      await client.query('delete from webhook_secrets where tenant_id = $1 and webhook_id = $2', [tenantId, id]);
      await client.query('delete from deliveries where tenant_id = $1 and webhook_id = $2', [tenantId, id]);
    },
  });
  addSecretRoute(api, parts);
  addTestRoute(api, parts);
  addDeliveriesRoute(api, parts);
  addRedriveRoute(api, parts);
}

function addSecretRoute(api: HttpApi, { database, seal }: AlertParts): void {
  api.post(
    '/v1/webhooks/:id/secret',
    {
      schema: {
        tags,
        summary: 'Give a webhook a new secret; the one before ends at once',
        params,
        response: { 201: Type.Object({ secret }), ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { id } }, reply) => {
      const found = await findResource(database, tenantId, { kind: 'webhook', id });
      if (found === undefined) return problem(reply, { status: 404, title: 'There is no such webhook', detail: id });
      const made = await asTenant(database, tenantId, (client) => newSecret(client, seal, { tenantId, webhookId: id }));
      return reply.code(201).send({ secret: made });
    },
  );
}

function addTestRoute(api: HttpApi, { database, now }: AlertParts): void {
  api.post(
    '/v1/webhooks/:id/test',
    {
      schema: {
        tags,
        summary: 'Send a webhook a delivery to try it with; its ledger tells what became of it',
        params,
        response: { 202: Type.Object({ deliveryId: Type.String() }), ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { id } }, reply) => {
      const found = await findResource<WebhookValue>(database, tenantId, { kind: 'webhook', id });
      if (found === undefined) return problem(reply, { status: 404, title: 'There is no such webhook', detail: id });
      const telling = { tenantId, nowMs: now(), webhooks: [found.value] };
      const [deliveryId = ''] = await asTenant(database, tenantId, (client) => enqueueTest(client, telling));
      return reply.code(202).send({ deliveryId });
    },
  );
}

type DeliveryRow = {
  readonly delivery_id: string;
  readonly event: string;
  readonly alert_id: string | null;
  readonly state: 'pending' | 'delivered' | 'dead';
  readonly attempts: number;
  readonly created_at: number;
  readonly next_at: number;
  readonly delivered_at: number | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
};

function addDeliveriesRoute(api: HttpApi, { database }: AlertParts): void {
  api.get(
    '/v1/webhooks/:id/deliveries',
    {
      schema: {
        tags,
        summary: 'Deliveries to a webhook, newest first',
        params,
        querystring: Type.Object({ ...paging, state: Type.Optional(deliveryState) }, strict),
        response: { 200: pageOf(delivery), ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { id }, query: { limit = pageLimits.byDefault, cursor, state } }, reply) => {
      const [at = Number.MAX_SAFE_INTEGER, last = ''] = cursor === undefined ? [] : (decodeCursor(cursor) ?? []);
      const rows = await asTenant(database, tenantId, async (client) => {
        const page = await client.query<DeliveryRow>(
          `select * from deliveries where tenant_id = $1 and webhook_id = $2 and (created_at, delivery_id::text) < ($3, $4)
              and ($6::text is null or state = $6)
            order by created_at desc, delivery_id::text desc limit $5`,
          [tenantId, id, Number(at), String(last), limit + 1, state ?? null],
        );
        return page.rows;
      });
      const items = rows.slice(0, limit);
      const end = items.at(-1);
      const nextCursor =
        rows.length > limit && end !== undefined ? encodeCursor([end.created_at, end.delivery_id]) : null;
      return reply.send({ items: items.map(shown), nextCursor });
    },
  );
}

function addRedriveRoute(api: HttpApi, { database, now }: AlertParts): void {
  const deliveryIds = Type.Array(uuid, { maxItems: redrivenMax });
  const description = `Absent: all dead ones, the oldest ${redrivenMax} of them`;
  api.post(
    '/v1/webhooks/:id/redrive',
    {
      schema: {
        tags,
        summary: 'Try dead deliveries again, the same ones under the same ids; answers those that are',
        params,
        body: Type.Object(
          { deliveryIds: Type.Optional(Type.Array(uuid, { maxItems: redrivenMax, description })) },
          strict,
        ),
        response: { 202: Type.Object({ deliveryIds }), ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { id }, body: { deliveryIds: named = null } }, reply) => {
      const found = await findResource(database, tenantId, { kind: 'webhook', id });
      if (found === undefined) return problem(reply, { status: 404, title: 'There is no such webhook', detail: id });
      const which = { tenantId, webhookId: id, nowMs: now() };
      const driven = await asTenant(database, tenantId, (client) => redrive(client, which, named));
      return reply.code(202).send({ deliveryIds: driven });
    },
  );
}

function shown(row: DeliveryRow) {
  const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
  return {
    deliveryId: row.delivery_id,
    event: row.event,
    alertId: row.alert_id,
    state: row.state,
    attempts: row.attempts,
    createdAt: new Date(row.created_at).toISOString(),
    nextAttemptAt: row.state === 'pending' ? iso(row.next_at) : null,
    deliveredAt: iso(row.delivered_at),
    lastStatus: row.last_status,
    lastError: row.last_error,
  };
}
