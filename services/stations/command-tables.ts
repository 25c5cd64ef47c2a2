// Reads and writes the table of the commands projection.
import type { PoolClient } from 'pg';
import type { CommandOutcome, CommandLane, CommandResult } from '#contracts/generated/types';
import { stationKey } from '#contracts/keys';
import { splitKeys, writeRows } from '#kit/projection/table-rows';
import type { Command, Life, Sent } from './domain/command.ts';
import { newStationCommands, type CommandNews, type StationCommands } from './domain/command-fold.ts';

type CommandRow = {
  tenant_id: string;
  station_id: string;
  command_id: string;
  intent: string;
  lane: CommandLane;
  requested_at_ms: number;
  expires_at_ms: number;
  connection_epoch: number;
  requests: number;
  log_offset: number;
  state: Life['phase'];
  sent_epoch: number | null;
  sent_gateway_id: string | null;
  sent_action: string | null;
  sent_at_ms: number | null;
  last_sent_at_ms: number | null;
  outcome: CommandOutcome | null;
  completed_at_ms: number | null;
  result: CommandResult | null;
};

const select = `
  select tenant_id, station_id, command_id, intent, lane, requested_at_ms, expires_at_ms, connection_epoch, requests,
    log_offset, state, sent_epoch, sent_gateway_id, sent_action, sent_at_ms, last_sent_at_ms, outcome, completed_at_ms,
    result
  from commands where (tenant_id, station_id) in (select * from unnest($1::text[], $2::text[]))
  order by log_offset`;

// A command's first words and its end come once; columns that no news fills keep what they have.
const upsert = `
  insert into commands
  select * from jsonb_to_recordset($1::jsonb) as row (tenant_id text, station_id text, command_id text, intent text,
    lane text, parameters jsonb, requested_by text, requested_at_ms bigint, expires_at_ms bigint, connection_epoch bigint,
    requests int, log_offset bigint, state text, sent_epoch bigint, sent_gateway_id text, sent_action text,
    sent_at_ms bigint, last_sent_at_ms bigint, outcome text, detail text, answer_json text, completed_at_ms bigint,
    completed_by text, result text, result_session_id text, result_transaction_id text, resulted_at_ms bigint)
  on conflict (tenant_id, station_id, command_id) do update set
    connection_epoch = excluded.connection_epoch, requests = excluded.requests, state = excluded.state,
    sent_epoch = excluded.sent_epoch, sent_gateway_id = excluded.sent_gateway_id, sent_action = excluded.sent_action,
    sent_at_ms = excluded.sent_at_ms, last_sent_at_ms = excluded.last_sent_at_ms, outcome = excluded.outcome,
    detail = coalesce(excluded.detail, commands.detail),
    answer_json = coalesce(excluded.answer_json, commands.answer_json),
    completed_at_ms = excluded.completed_at_ms,
    completed_by = coalesce(excluded.completed_by, commands.completed_by),
    result = coalesce(excluded.result, commands.result),
    result_session_id = coalesce(excluded.result_session_id, commands.result_session_id),
    result_transaction_id = coalesce(excluded.result_transaction_id, commands.result_transaction_id),
    resulted_at_ms = coalesce(excluded.resulted_at_ms, commands.resulted_at_ms)`;

const forget = `
  delete from commands using jsonb_to_recordset($1::jsonb) as row (tenant_id text, station_id text, log_offset bigint)
  where commands.tenant_id = row.tenant_id and commands.station_id = row.station_id
    and commands.log_offset <= row.log_offset`;

/** States by `tenant/station`, without the words and answers of their commands. */
export async function loadCommands(client: PoolClient, keys: readonly string[]): Promise<Map<string, StationCommands>> {
  const { rows } = await client.query<CommandRow>(select, splitKeys(keys));
  const found = new Map<string, Map<string, Command>>();
  for (const row of rows) {
    const key = stationKey(row.tenant_id, row.station_id);
    const commands = found.get(key) ?? new Map<string, Command>();
    found.set(key, commands.set(row.command_id, commandOf(row)));
  }
  return new Map([...found].map(([key, commands]) => [key, stateOf(commands)]));
}

/** Writes the changed commands and drops the forgotten. Writing the same states twice changes nothing. */
export async function saveCommands(client: PoolClient, changed: ReadonlyMap<string, StationCommands>): Promise<void> {
  const states = [...changed.values()];
  await writeRows(client, upsert, states.flatMap(rowsOf));
  const forgotten = states.filter(({ forgottenThrough }) => forgottenThrough >= 0);
  await writeRows(
    client,
    forget,
    forgotten.map(({ tenantId, stationId, forgottenThrough }) => ({
      tenant_id: tenantId,
      station_id: stationId,
      log_offset: forgottenThrough,
    })),
  );
}

function stateOf(commands: Map<string, Command>): StationCommands {
  const [first] = commands.values();
  return { ...newStationCommands(first?.tenantId ?? '', first?.stationId ?? ''), commands };
}

function commandOf(row: CommandRow): Command {
  return {
    tenantId: row.tenant_id,
    stationId: row.station_id,
    commandId: row.command_id,
    intent: row.intent,
    lane: row.lane,
    requestedAt: row.requested_at_ms,
    expiresAt: row.expires_at_ms,
    connectionEpoch: row.connection_epoch,
    requests: row.requests,
    offset: row.log_offset,
    life: lifeOf(row),
    isResulted: row.result !== null,
  };
}

function lifeOf(row: CommandRow): Life {
  const sent = sentOf(row);
  if (row.state === 'completed') {
    return { phase: 'completed', sent, outcome: row.outcome ?? 'unknown', completedAt: row.completed_at_ms ?? 0 };
  }
  return sent === null ? { phase: 'requested' } : { phase: 'sent', sent };
}

function sentOf(row: CommandRow): Sent | null {
  if (row.sent_epoch === null) return null;
  return {
    epoch: row.sent_epoch,
    gatewayId: row.sent_gateway_id ?? '',
    action: row.sent_action ?? '',
    at: row.sent_at_ms ?? 0,
    lastAt: row.last_sent_at_ms ?? 0,
  };
}

function rowsOf(state: StationCommands): object[] {
  return [...state.changed].flatMap((commandId) => {
    const command = state.commands.get(commandId);
    return command === undefined
      ? []
      : [
          rowOf(
            command,
            state.news.filter((news) => news.commandId === commandId),
          ),
        ];
  });
}

/** Columns that are left out become null, or keep what they have. */
function rowOf(command: Command, news: readonly CommandNews[]): object {
  const { life } = command;
  return {
    tenant_id: command.tenantId,
    station_id: command.stationId,
    command_id: command.commandId,
    intent: command.intent,
    lane: command.lane,
    // Only a first write inserts, and it has the request; a later one replaces neither of these two.
    parameters: {},
    requested_by: '',
    requested_at_ms: command.requestedAt,
    expires_at_ms: command.expiresAt,
    connection_epoch: command.connectionEpoch,
    requests: command.requests,
    log_offset: command.offset,
    state: life.phase,
    ...(life.phase === 'requested' || life.sent === null ? {} : sentColumns(life.sent)),
    ...(life.phase === 'completed' ? { outcome: life.outcome, completed_at_ms: life.completedAt } : {}),
    ...Object.assign({}, ...news.map(newsColumns)),
  };
}

function sentColumns({ epoch, gatewayId, action, at, lastAt }: Sent) {
  return {
    sent_epoch: epoch,
    sent_gateway_id: gatewayId,
    sent_action: action,
    sent_at_ms: at,
    last_sent_at_ms: lastAt,
  };
}

function newsColumns(news: CommandNews): object {
  switch (news.kind) {
    case 'requested':
      return { parameters: JSON.parse(news.parametersJson) as object, requested_by: news.requestedBy };
    case 'completed':
      return { detail: news.detail, answer_json: news.answerJson, completed_by: news.completedBy };
    case 'resulted':
      return {
        result: news.result,
        result_session_id: news.sessionId,
        result_transaction_id: news.transactionId,
        resulted_at_ms: news.resultedAt,
      };
  }
}
