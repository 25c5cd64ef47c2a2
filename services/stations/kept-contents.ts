// Starts what keeps operators' wishes in stations: charging profiles and local lists; they ask for commands as operators do.
import type { HttpApi } from '#kit/http';
import type { Lifecycle } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import { addKeptProfileRoutes } from './api/kept-profiles.ts';
import { addLocalListRoutes, type LocalListParts } from './api/local-list.ts';
import type { CommandInput } from './api/command-schemas.ts';
import { ProfileKeeper } from './charging-profiles/keeper.ts';
import type { StationPlace } from './detail-reads.ts';
import { ListKeeper } from './local-lists/keeper.ts';
import type { ListedTokens } from './local-lists/listed-tokens.ts';
import { requestCommand, type RequestParts } from './request-command.ts';

/** later: it is not taken now. */
export type Answer = { readonly kind: 'asked'; readonly commandId: string } | { readonly kind: 'later' };
export type Ask = (place: StationPlace, input: CommandInput) => Promise<Answer>;

export type KeepersOptions = {
  readonly requests: RequestParts & { readonly database: Database };
  readonly logger: Logger;
  readonly tickMs: number;
  readonly lifecycle: Lifecycle;
  readonly listedTokens: ListedTokens;
  /** Tokens of lists are looked up so often: what the registry changed reaches the stations by then. */
  readonly localListLookUpSeconds: number;
  leads(): boolean;
};

export function startKeepers({ requests, lifecycle, ...options }: KeepersOptions): void {
  const { database, now } = requests;
  const ask: Ask = async ({ tenantId, stationId }, input) => {
    const caller = { tenantId, actor: 'stations', role: 'operator' } as const;
    const taken = await requestCommand(requests, { caller, stationId, input });
    if (taken.kind !== 'refused') return { kind: 'asked', commandId: taken.entry.command.commandId };
    options.logger.warn({ stationId, intent: input.intent, why: taken.problem.title }, 'command not taken yet');
    return { kind: 'later' };
  };
  lifecycle.add('charging profiles', new ProfileKeeper({ ...options, database, ask, now }));
  lifecycle.add('local lists', new ListKeeper({ ...options, database, ask, now }));
}

export function addKeptRoutes(api: HttpApi, parts: LocalListParts): void {
  addKeptProfileRoutes(api, parts);
  addLocalListRoutes(api, parts);
}
