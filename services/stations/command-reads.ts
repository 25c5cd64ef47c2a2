// What the API reads of commands, under row-level security.
import type { CommandOutcome, CommandResult } from '#contracts/generated/types';
import { asTenant, type Database } from '#kit/postgres';

export type CommandRow = {
  readonly station_id: string;
  readonly command_id: string;
  readonly intent: string;
  readonly lane: string;
  readonly parameters: Record<string, unknown>;
  readonly requested_by: string;
  readonly requested_at_ms: number;
  readonly expires_at_ms: number;
  readonly requests: number;
  readonly state: 'requested' | 'sent' | 'completed';
  readonly sent_action: string | null;
  readonly sent_at_ms: number | null;
  readonly outcome: CommandOutcome | null;
  readonly detail: string | null;
  readonly answer_json: string | null;
  readonly completed_at_ms: number | null;
  readonly completed_by: string | null;
  readonly result: CommandResult | null;
  readonly result_session_id: string | null;
  readonly result_transaction_id: string | null;
};

export type CommandFilter = {
  readonly stationId?: string;
  readonly state?: string;
  readonly outcome?: string;
  readonly intent?: string;
};

export type CommandPage = {
  /** requested_at_ms and command_id of the last command of the page before. */
  readonly before: readonly [number, string] | null;
  readonly limit: number;
};

const schema = 'commands';

/** Commands, the newest request first, one more than the limit where there is one. */
export function listCommands(
  database: Database,
  tenantId: string,
  filter: CommandFilter,
  { before, limit }: CommandPage,
): Promise<CommandRow[]> {
  const { stationId = null, state = null, outcome = null, intent = null } = filter;
  return asTenant(
    database,
    tenantId,
    async (client) => {
      const { rows } = await client.query<CommandRow>(
        `select * from commands where tenant_id = $1
           and ($2::text is null or station_id = $2) and ($3::text is null or state = $3)
           and ($4::text is null or outcome = $4) and ($5::text is null or intent = $5)
           and ($6::bigint is null or (requested_at_ms, command_id) < ($6, $7))
         order by requested_at_ms desc, command_id desc limit $8 + 1`,
        [tenantId, stationId, state, outcome, intent, before?.[0] ?? null, before?.[1] ?? null, limit],
      );
      return rows;
    },
    { schema },
  );
}

export function readCommand(database: Database, tenantId: string, commandId: string): Promise<CommandRow | undefined> {
  return asTenant(
    database,
    tenantId,
    async (client) => {
      const { rows } = await client.query<CommandRow>(
        'select * from commands where tenant_id = $1 and command_id = $2',
        [tenantId, commandId],
      );
      return rows[0];
    },
    { schema },
  );
}
