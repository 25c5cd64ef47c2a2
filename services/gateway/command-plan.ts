// What a command means on a connection: the CALLs of its version, or why there are none.
import { isIntent, type Intent, type IntentParameters } from '#contracts/commands';
import type { CommandOutcome, CommandRequested } from '#contracts/generated/types';
import { remoteStartIdOf } from '#contracts/keys';
import type { Connection } from './connection.ts';
import type { Call, IntentRow, Outcome } from './domain/intent.ts';

/** How a command ended, with the station's answer where there was one. */
export type Done = Outcome & { readonly answer: string | null };

export type Planned = { readonly row: IntentRow<Intent>; readonly calls: readonly Call[] };

/** Is it still wanted, and possible in this version? */
export function planCommand(connection: Connection, command: CommandRequested): Planned | Done {
  const { parts, station, dialect, accepted } = connection;
  if (parts.now() >= command.expiresAt) return ended('expired', null);
  if (!isIntent(command.intent)) return ended('notSupported', `no intent ${command.intent}`);
  // No remote start or stop before the station is accepted (1.6 4.2, 2.x B02.FR.05).
  const isRemoteTransaction = command.intent === 'StartCharging' || command.intent === 'StopCharging';
  if (isRemoteTransaction && !accepted) return ended('rejected', 'the station is not accepted yet');
  const row: IntentRow<Intent> | undefined = dialect.intents[command.intent];
  if (row === undefined) return ended('notSupported', `${command.intent} is not known in OCPP ${dialect.version}`);
  const context = { station, number: remoteStartIdOf(command.commandId) };
  const plan = row.plan(JSON.parse(command.parametersJson) as IntentParameters, context);
  return 'impossible' in plan ? ended('notSupported', plan.impossible) : { row, calls: plan.calls };
}

export function ended(outcome: CommandOutcome, detail: string | null): Done {
  return { outcome, detail, answer: null };
}
