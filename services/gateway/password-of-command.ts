// The password that a command refers to: fetched as late as can be, held by nobody, never in the log.
import type { IntentParameters } from '#contracts/commands';
import type { CommandRequested } from '#contracts/generated/types';
import { ended, type Done } from './command-plan.ts';
import type { Connection } from './connection.ts';

/** Resolves with the password, or with why there is none; the registry then withdraws it, and the old one stays. */
export async function passwordOfCommand(
  { parts, tenantId, stationId }: Connection,
  command: CommandRequested,
): Promise<string | Done> {
  const { credentialId } = JSON.parse(command.parametersJson) as IntentParameters<'RotatePassword'>;
  try {
    const password = await parts.registry.passwordOf({ tenantId, stationId }, credentialId);
    return password ?? ended('failed', 'this password is not on its way any more');
  } catch (error) {
    parts.logger.warn({ err: error, stationId, commandId: command.commandId }, 'password not fetched');
    return ended('failed', 'the password could not be fetched from the registry');
  }
}
