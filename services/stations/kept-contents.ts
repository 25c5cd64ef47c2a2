// Starts what keeps operators' wishes in stations: charging profiles and local lists; they ask for commands as operators do.
import type { Lifecycle } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import type { CommandInput } from './api/command-schemas.ts';
import { ProfileKeeper } from './charging-profiles/keeper.ts';
import { requestCommand, type RequestParts } from './request-command.ts';

export type KeepersOptions = {
  readonly requests: RequestParts & { readonly database: Database };
  readonly logger: Logger;
  readonly tickMs: number;
  readonly lifecycle: Lifecycle;
  leads(): boolean;
};

export function startKeepers({ requests, lifecycle, ...options }: KeepersOptions): void {
  const { database, now } = requests;
  const command = async (tenantId: string, stationId: string, input: CommandInput): Promise<string | undefined> => {
    const caller = { tenantId, actor: 'stations', role: 'operator' } as const;
    const taken = await requestCommand(requests, { caller, stationId, input });
    if (taken.kind !== 'refused') return taken.entry.command.commandId;
    options.logger.warn({ stationId, intent: input.intent, why: taken.problem.title }, 'command not taken yet');
    return undefined;
  };
  lifecycle.add('charging profiles', new ProfileKeeper({ ...options, database, command, now }));
}
