// How an intent becomes CALLs of one version, and what the station's answers mean.
import type { ChargingEvent, CommandOutcome, Meta, StationRegistered } from '#contracts/generated/types';
import type { Intent, IntentParameters } from '#contracts/commands';

export type IntentContext = {
  readonly station: StationRegistered;
  /** Positive 31-bit number of this command: remoteStartId and requestId. */
  readonly number: number;
};

export type Call = {
  readonly action: string;
  readonly payload: object;
  /** What of several it is about, as operators named it: their details say so. */
  readonly about?: string;
};

/** The CALLs of an intent, in order, ending at the first that is not accepted; or why the version cannot do it. */
export type Plan = { readonly calls: readonly Call[] } | { readonly impossible: string };

export type IntentRow<I extends Intent> = {
  plan(parameters: IntentParameters<I>, context: IntentContext): Plan;
  /** What an answer (already valid by its guard) means. */
  outcome(answer: never): Outcome;
  /** Facts in an answer. */
  facts?(answer: never, meta: (occurredAt: number | null) => Meta): readonly ChargingEvent[];
};

export type Outcome = { readonly outcome: CommandOutcome; readonly detail: string | null };

export type IntentTable = { readonly [I in Intent]?: IntentRow<I> };

/** Outcome of a status word: those given as accepted, those that say the station cannot, else rejected. */
export function outcomeOf(status: string, accepted: readonly string[] = ['Accepted']): Outcome {
  if (accepted.includes(status)) return { outcome: 'accepted', detail: status === 'Accepted' ? null : status };
  const cannot = status === 'NotSupported' || status === 'NotImplemented';
  return { outcome: cannot ? 'notSupported' : 'rejected', detail: status };
}

/** Outcome of a CALLERROR that a station answered. */
export function outcomeOfError(code: string, description: string): Outcome {
  const cannot = code === 'NotSupported' || code === 'NotImplemented';
  return { outcome: cannot ? 'notSupported' : 'failed', detail: description === '' ? code : `${code}: ${description}` };
}
