// What a command means on a connection: the CALLs of its version, or why there are none.
import { isIntent, type IntentParameters } from '#contracts/commands';
import { remoteTransactionActions } from '#contracts/commands/raw';
import type { CommandOutcome, CommandRequested } from '#contracts/generated/types';
import { groupIdOf, remoteStartIdOf, tokenRefOf } from '#contracts/keys';
import { guardOf } from '#contracts/ocpp';
import type { Connection } from './connection.ts';
import { bootStatusOf } from './domain/boot.ts';
import type { Outcome } from './domain/call.ts';
import type { Call, IntentContext, PlanOf } from './domain/intent.ts';
import { unfitForModel } from './domain/models.ts';

/** How a command ended, with the station's answer where there was one. */
export type Done = Outcome & { readonly answer: string | null };

/** Is it still wanted, and possible in this version? All its CALLs are valid, or none is sent. */
export function planCommand(
  connection: Connection,
  command: CommandRequested,
  password: string,
): { readonly calls: readonly Call[] } | Done {
  const { parts, dialect, accepted } = connection;
  if (parts.now() >= command.expiresAt) return ended('expired', null);
  if (!isIntent(command.intent)) return ended('notSupported', `no intent ${command.intent}`);
  const plan = dialect.intents[command.intent] as PlanOf<typeof command.intent>;
  const planned = plan(
    JSON.parse(command.parametersJson) as IntentParameters,
    contextOf(connection, command, password),
  );
  if ('impossible' in planned) return ended('notSupported', planned.impossible);
  if (!accepted && isTooEarly(connection, planned.calls))
    return ended('notAccepted', 'the station is not accepted yet');
  for (const call of planned.calls) {
    const fault = faultOf(connection, call);
    if (fault !== undefined) return fault;
  }
  return planned;
}

/** No remote start or stop before the station is accepted (1.6 4.2, 2.x B02.FR.05), and nothing at all to a rejected one (B03). */
function isTooEarly({ station }: Connection, calls: readonly Call[]): boolean {
  return bootStatusOf(station) === 'Rejected' || calls.some(({ action }) => remoteTransactionActions.has(action));
}

function contextOf(
  { parts, station, tenantId, dialect }: Connection,
  { commandId }: CommandRequested,
  password: string,
): IntentContext {
  return {
    station,
    number: remoteStartIdOf(commandId),
    password,
    groupIdOf: ({ uid, type }) => groupIdOf(tokenRefOf(parts.tenantKey(tenantId), type, uid), dialect.version),
  };
}

/** A word or field that the version's schema has not is what the version cannot; other faults are the command's. */
const versionKeywords: ReadonlySet<string> = new Set(['enum', 'additionalProperties']);

function faultOf({ dialect: { version, calls }, peer }: Connection, { action, payload }: Call): Done | undefined {
  if (!Object.hasOwn(calls, action)) return ended('notSupported', `OCPP ${version} sends stations no ${action}`);
  const violation = guardOf(version, action, 'Request')?.(payload);
  if (violation === undefined) {
    const unfit = unfitForModel(peer.device.traits, action, payload);
    return unfit === undefined ? undefined : ended('notSupported', unfit);
  }
  const outcome = versionKeywords.has(violation.keyword) ? 'notSupported' : 'failed';
  return ended(outcome, `not valid in OCPP ${version}: ${action}${violation.path} ${violation.message}`);
}

export function ended(outcome: CommandOutcome, detail: string | null): Done {
  return { outcome, detail, answer: null };
}
