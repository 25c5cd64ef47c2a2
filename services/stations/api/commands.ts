// /v1/stations/{id}/commands and /v1/commands: asking a station for something, and what became of it.
import { problem, type HttpApi } from '#kit/http';
import type { Database } from '#kit/postgres';
import type { Awaited } from '../command-book.ts';
import { listCommands, readCommand } from '../command-reads.ts';
import { requestCommand, type RequestParts, type Taken } from '../request-command.ts';
import { commandValidatorCompiler } from './command-body.ts';
import {
  command,
  commandFilters,
  commandHeaders,
  commandInput,
  commandParams,
  commandQuery,
  type CommandView,
} from './command-schemas.ts';
import { latestView, viewOfEntry, viewOfRow } from './command-views.ts';
import { beginOf, limitOf, pageOfRows, refuseCursor } from './page.ts';
import { pageOf, problems } from '#kit/http-schemas';
import { stationParams } from './schemas.ts';

const tags = ['commands'];

/** Requests that wait for a completion; one more is told to ask later. */
const waitingMax = 2_000;

export type CommandApiParts = RequestParts & { readonly database: Database };

export function addCommandRoutes(api: HttpApi, parts: CommandApiParts): void {
  addRequesting(api, parts);
  addReading(api, parts);
}

function addRequesting(api: HttpApi, parts: CommandApiParts): void {
  api.post(
    '/v1/stations/:stationId/commands',
    {
      schema: {
        tags,
        summary: 'Ask a station for something',
        params: stationParams,
        querystring: commandQuery,
        headers: commandHeaders,
        body: commandInput,
        response: { 200: command, 202: command, ...problems },
      },
      validatorCompiler: commandValidatorCompiler,
    },
    async ({ caller, params: { stationId }, query, headers, body }, reply) => {
      const key = headers['idempotency-key'];
      if (key !== undefined && body.idempotencyKey !== undefined && key !== body.idempotencyKey) {
        const violations = [{ path: 'body/idempotencyKey', message: 'differs from the header Idempotency-Key' }];
        return problem(reply, { status: 400, title: 'The request is not valid', violations });
      }
      const waitMs = (query.waitSeconds ?? 0) * 1000;
      if (waitMs > 0 && parts.commands.waiting >= waitingMax) {
        return problem(reply, { status: 503, title: 'Too many requests wait for commands; ask without waitSeconds' });
      }
      const idempotencyKey = body.idempotencyKey ?? key;
      const input = idempotencyKey === undefined ? body : { ...body, idempotencyKey };
      const taken = await requestCommand(parts, { caller, stationId, input });
      if (taken.kind === 'refused') return problem(reply, taken.problem);
      if (waitMs > 0) await waitFor(parts, caller.tenantId, taken, { waitMs, what: query.until });
      const view = await viewOf(parts, caller.tenantId, taken);
      return reply.code(view.state === 'completed' ? 200 : 202).send(view);
    },
  );
}

function addReading(api: HttpApi, { database, commands, refOf }: CommandApiParts): void {
  api.get(
    '/v1/commands',
    {
      schema: {
        tags,
        summary: 'List commands, the newest first; of each station the last 200 are kept',
        querystring: commandFilters,
        response: { 200: pageOf(command), ...problems },
      },
    },
    async ({ caller, query }, reply) => {
      const begin = beginOf(query, [0, '']);
      if (begin === undefined) return refuseCursor(reply);
      const limit = limitOf(query);
      const before = begin === null ? null : ([Number(begin[0]), String(begin[1])] as const);
      const rows = await listCommands(database, caller.tenantId, query, { before, limit });
      const page = pageOfRows(rows, limit, {
        sortKey: (row) => [row.requested_at_ms, row.command_id],
        present: viewOfRow,
      });
      return reply.send(page);
    },
  );
  api.get(
    '/v1/commands/:commandId',
    { schema: { tags, summary: 'Read a command', params: commandParams, response: { 200: command, ...problems } } },
    async ({ caller: { tenantId }, params: { commandId } }, reply) => {
      const row = await readCommand(database, tenantId, commandId);
      const entry = commands.get(commandId);
      const view = latestView(row, entry?.command.tenantId === tenantId ? entry : undefined, refOf);
      if (view !== undefined) return reply.send(view);
      return problem(reply, { status: 404, title: 'No such command', detail: commandId });
    },
  );
}

type Accepted = Exclude<Taken, { kind: 'refused' }>;

/** A command that was completed long ago stands in its row only. */
async function waitFor(
  parts: CommandApiParts,
  tenantId: string,
  { entry }: Accepted,
  { waitMs, what = 'completion' }: { readonly waitMs: number; readonly what: Awaited | undefined },
): Promise<void> {
  const { commandId } = entry.command;
  if (parts.commands.get(commandId) === undefined) {
    const row = await readCommand(parts.database, tenantId, commandId);
    if (row?.state === 'completed') return;
  }
  await parts.commands.until(what, commandId, waitMs);
}

/** What the log says now; of an older command its row; of one that was just asked for, what was asked. */
async function viewOf(parts: CommandApiParts, tenantId: string, { entry }: Accepted): Promise<CommandView> {
  const { commandId } = entry.command;
  const current = parts.commands.get(commandId);
  if (current !== undefined) return viewOfEntry(current, parts.refOf);
  const row = await readCommand(parts.database, tenantId, commandId);
  return row === undefined ? viewOfEntry(entry, parts.refOf) : viewOfRow(row);
}
