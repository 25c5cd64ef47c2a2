// Starts the process that onboards pending stations.
import type { Lifecycle } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import type { CommandInput } from '../api/command-schemas.ts';
import { requestCommand, type RequestParts } from '../request-command.ts';
import { Onboarder } from './onboarder.ts';
import type { WantedSource } from './wanted.ts';

export type Onboarding = {
  readonly lifecycle: Lifecycle;
  readonly registry: WantedSource;
  readonly requests: RequestParts & { readonly database: Database };
  readonly logger: Logger;
  readonly tickMs: number;
  leads(): boolean;
};

export function startOnboarder({ lifecycle, requests, ...options }: Onboarding): Onboarder {
  const { database, commands, presence, now } = requests;
  const command = async (tenantId: string, stationId: string, input: CommandInput): Promise<boolean> => {
    const caller = { tenantId, actor: 'onboarding', role: 'operator' } as const;
    const taken = await requestCommand(requests, { caller, stationId, input: { ...input, beforeAcceptance: true } });
    if (taken.kind !== 'refused') return true;
    options.logger.warn({ stationId, intent: input.intent, why: taken.problem.title }, 'command not taken yet');
    return false;
  };
  return lifecycle.add('onboarding', new Onboarder({ ...options, database, commands, presence, command, now }));
}
