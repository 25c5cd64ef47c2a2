// /v1/sessions: the sessions of a tenant, newest first, and one of them.
import Type from 'typebox';
import { problem, type HttpApi } from '#kit/http';
import { asTenant, type Database } from '#kit/postgres';
import type { SessionRow } from '../session-rows.ts';
import { problems } from '#kit/http-schemas';
import { sessionId, sessionPage, sessionQuery, sessionValue } from './schemas.ts';
import { listingOf, readPage } from './session-list.ts';
import { sessionView } from './session-view.ts';

const tags = ['sessions'];

export function addSessionRoutes(api: HttpApi, database: Database): void {
  api.get(
    '/v1/sessions',
    {
      schema: {
        tags,
        summary: 'List sessions, newest first',
        querystring: sessionQuery,
        response: { 200: sessionPage, ...problems },
      },
    },
    async ({ caller: { tenantId }, query }, reply) => {
      const listing = listingOf(tenantId, query);
      if (!('sql' in listing)) {
        return problem(reply, { status: 400, title: 'The request is not valid', violations: listing });
      }
      const { rows, nextCursor } = await asTenant(database, tenantId, (client) => readPage(client, listing));
      return reply.send({ items: rows.map(sessionView), nextCursor });
    },
  );
  api.get(
    '/v1/sessions/:sessionId',
    {
      schema: {
        tags,
        summary: 'Read a session',
        params: Type.Object({ sessionId }),
        response: { 200: sessionValue, ...problems },
      },
    },
    async ({ caller: { tenantId }, params }, reply) => {
      const [row] = await asTenant(database, tenantId, async (client) => {
        const { rows } = await client.query<SessionRow>(
          'select * from sessions where tenant_id = $1 and session_id = $2',
          [tenantId, params.sessionId],
        );
        return rows;
      });
      if (row === undefined) return problem(reply, { status: 404, title: 'No such session', detail: params.sessionId });
      return reply.send(sessionView(row));
    },
  );
}
