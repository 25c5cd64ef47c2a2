// How an intent becomes CALLs of one version.
import type { Intent, IntentParameters } from '#contracts/commands';
import type { StationRegistered } from '#contracts/generated/types';

export type IntentContext = {
  readonly station: StationRegistered;
  /** Positive 31-bit number of this command: remoteStartId, requestId, and reservationId where none was given. */
  readonly number: number;
  /** The password that a RotatePassword refers to; empty for every other intent. */
  readonly password: string;
  /** What the station is told of a group (1.6 parentIdTag, 2.x groupIdToken), as everywhere else: groupIdOf of keys.ts. */
  groupIdOf(token: { readonly uid: string; readonly type: string }): string;
};

export type Call = {
  readonly action: string;
  readonly payload: object;
  /** What of several it is about, as operators named it: their details say so. */
  readonly about?: string;
};

/** The CALLs of an intent, in order, ending at the first that is not accepted; or why the version cannot do it. */
export type Plan = { readonly calls: readonly Call[] } | { readonly impossible: string };

export type PlanOf<I extends Intent> = (parameters: IntentParameters<I>, context: IntentContext) => Plan;

export type IntentTable = { readonly [I in Intent]: PlanOf<I> };

/** A plan of one CALL; fields without a value are left out of it. */
export function one(action: string, payload: object): Plan {
  return { calls: [{ action, payload: told(payload) }] };
}

/** The object without its undefined fields: OCPP 2.x allows none that is null or empty. */
export function told(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** What a version has no message for. */
export function impossible(why: string): () => Plan {
  return () => ({ impossible: why });
}
