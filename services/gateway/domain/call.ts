// What the answer to a CALL of ours means, and which facts it carries: a row per action that goes to stations.
import type { ChargingEvent, CommandOutcome, Meta, StationRegistered } from '#contracts/generated/types';
import { redactedJson } from './redaction.ts';

export type Outcome = { readonly outcome: CommandOutcome; readonly detail: string | null };

/** What a row may know beside the answer. */
export type AnswerContext<Request> = {
  readonly request: Request;
  readonly station: StationRegistered;
  /** Pseudonym of a token. */
  refOf(tokenType: string, uid: string): string;
  /** Envelope of the next event of this connection. */
  meta(occurredAt: number | null): Meta;
};

/** Request and answer are valid by their guards; only an answer that accepts changes what we know of the station. */
export type CallRow<Request = never, Answer = never> = {
  outcome(answer: Answer, request: Request): Outcome;
  facts?(answer: Answer, context: AnswerContext<Request>): readonly ChargingEvent[];
};

/** By action: all that go to stations in a version. */
export type CallTable = Readonly<Record<string, CallRow>>;

/** What 2.x says of a status beside it. */
type StatusInfo = { readonly reasonCode: string; readonly additionalInfo?: string };
type Answered = { readonly status: string; readonly statusInfo?: StatusInfo };

const accepted: Outcome = { outcome: 'accepted', detail: null };
const cannotWords: ReadonlySet<string> = new Set(['NotSupported', 'NotImplemented']);
const failedWords: ReadonlySet<string> = new Set(['Failed', 'UnlockFailed']);

/** Outcome of a status word: those given as accepted; those by which the station cannot, or failed; else rejected. */
export function outcomeOf({ status, statusInfo }: Answered, acceptedWords: readonly string[] = ['Accepted']): Outcome {
  const isAccepted = acceptedWords.includes(status);
  if (isAccepted && status === 'Accepted' && statusInfo === undefined) return accepted;
  const detail = statusInfo === undefined ? status : `${status} (${reasonOf(statusInfo)})`;
  if (isAccepted) return { outcome: 'accepted', detail };
  if (cannotWords.has(status)) return { outcome: 'notSupported', detail };
  return { outcome: failedWords.has(status) ? 'failed' : 'rejected', detail };
}

function reasonOf({ reasonCode, additionalInfo }: StatusInfo): string {
  return additionalInfo === undefined || additionalInfo === '' ? reasonCode : `${reasonCode}: ${additionalInfo}`;
}

/** Outcome of an answer about several things: accepted where each is; the details name the others. */
export function outcomeOfEach(
  results: readonly { readonly name: string; readonly status: string }[],
  also: readonly string[] = [],
): Outcome {
  const told = results.filter(({ status }) => status !== 'Accepted');
  const isAccepted = told.every(({ status }) => also.includes(status));
  const detail = told.map(({ name, status }) => `${name}: ${status}`).join(', ');
  return { outcome: isAccepted ? 'accepted' : 'rejected', detail: detail === '' ? null : detail };
}

/** Outcome of a CALLERROR that a station answered. */
export function outcomeOfError(code: string, description: string): Outcome {
  const detail = description === '' ? code : `${code}: ${description}`;
  return { outcome: cannotWords.has(code) ? 'notSupported' : 'failed', detail };
}

/** A row whose answer is a status and no more. */
export function byStatus(...acceptedWords: string[]): CallRow<never, Answered> {
  const words = ['Accepted', ...acceptedWords];
  return { outcome: (answer) => outcomeOf(answer, words) };
}

/** A row whose status decides, and whose facts an answer that accepts carries. */
export function withFacts<Request, Answer extends Answered>(
  facts: (answer: Answer, context: AnswerContext<Request>) => ChargingEvent,
  acceptedWords: readonly string[] = ['Accepted'],
): CallRow<Request, Answer> {
  return {
    outcome: (answer) => outcomeOf(answer, acceptedWords),
    facts: (answer, context) => (acceptedWords.includes(answer.status) ? [facts(answer, context)] : []),
  };
}

/** A row whose answer has no status: that it came is all. */
export const answeredAlone: CallRow = { outcome: () => accepted };

/** The answer kept whole, redacted, under the name of the message: what no event has a word for. */
export function recordedAnswer(
  action: string,
  answer: object,
  { meta }: Pick<AnswerContext<never>, 'meta'>,
): ChargingEvent {
  const message = `${action}Response`;
  return {
    type: 'StationMessageRecorded',
    meta: meta(null),
    action: message,
    payloadJson: redactedJson(action, answer),
    answerJson: null,
  };
}
