// What operators can want of a station, the same for every OCPP version: one table for API, log and gateway.
import type { Static } from 'typebox';
import { certificateIntents } from './commands/certificates.ts';
import { chargingIntents } from './commands/charging.ts';
import { configurationIntents } from './commands/configuration.ts';
import { displayIntents } from './commands/display.ts';
import { firmwareIntents } from './commands/firmware.ts';
import { localListIntents } from './commands/local-list.ts';
import { maintenanceIntents } from './commands/maintenance.ts';
import { monitoringIntents } from './commands/monitoring.ts';
import type { IntentSpec, Lane } from './commands/parts.ts';
import { profileIntents } from './commands/profile.ts';
import { laneOfAction, rawIntents } from './commands/raw.ts';
import { tariffIntents } from './commands/tariff.ts';

/** Every intent: see IntentSpec for what a row says. A version that cannot do it answers notSupported. */
export const intents = {
  ...chargingIntents,
  ...maintenanceIntents,
  ...configurationIntents,
  ...localListIntents,
  ...profileIntents,
  ...firmwareIntents,
  ...certificateIntents,
  ...monitoringIntents,
  ...displayIntents,
  ...tariffIntents,
  ...rawIntents,
} as const;

export type Intent = keyof typeof intents;
export type IntentParameters<I extends Intent = Intent> = Static<(typeof intents)[I]['parameters']>;

/** An intent with its parameters. */
export type Wanted = { [I in Intent]: { readonly intent: I; readonly parameters: IntentParameters<I> } }[Intent];

/** Parameters of one command as JSON; what is more does not fit a record of the log beside others. */
export const parametersBytesMax = 200 * 1024;

export function isIntent(name: string): name is Intent {
  return Object.hasOwn(intents, name);
}

/** Whether a command of this intent, known or not, changes nothing at the station: sent twice it does no harm. */
export function onlyReads(intent: string): boolean {
  return isIntent(intent) && intents[intent].reads;
}

/** Whether a command of this intent may wait for a station that is not connected. */
export function mayWait(intent: string): boolean {
  return isIntent(intent) && intents[intent].waits;
}

/** Whether commands of this intent may replace older ones that wait. */
export function supersedes(intent: string): boolean {
  return isIntent(intent) && (intents[intent] as IntentSpec).supersedes !== undefined;
}

/** The lane of a command: a raw CALL's is its action's. */
export function laneOf(intent: Intent, parameters: object): Lane {
  if (intent === 'SendCall') return laneOfAction('action' in parameters ? parameters.action : undefined);
  return intents[intent].lane;
}

/**
 * What makes a command replace an older one that waits unsent; undefined where none does.
 * @param parameters as checked by the intent's schema
 */
export function supersessionKeyOf(intent: string, parameters: unknown): string | undefined {
  if (!isIntent(intent)) return undefined;
  const spec: IntentSpec = intents[intent];
  const key = spec.supersedes?.(parameters);
  return key === undefined ? undefined : `${intent} ${key}`;
}
