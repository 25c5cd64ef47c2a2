// The format of the cases: what each action does, by version and direction, as data that tests play and ACTIONS.md lists.
import type { ChargingEvent, CommandOutcome, StationRegistered, TokenRegistered } from '#contracts/generated/types';
import type { OcppVersion } from '#contracts/ocpp';
import type { Answer } from '#services/gateway/domain/question';

/** A fact as expected: its type, and those of its fields that the case is about (objects and arrays in full). */
export type ExpectedEvent = { readonly type: ChargingEvent['type'] } & Readonly<Record<string, unknown>>;

/** What is known when a station's CALL comes; nothing by default. */
export type Given = {
  readonly station?: Partial<StationRegistered>;
  /** A token that the registry knows, by its uid. */
  readonly token?: { readonly uid: string; readonly type: string; readonly found?: Partial<TokenRegistered> };
  /** What the source answers to the question that the row asks; without it there is no source. */
  readonly answer?: Answer;
};

/** A valid CALL of a station: its reply in full (null: SEND has none), and its facts in order. */
export type ReceivedCase = {
  readonly title: string;
  readonly given?: Given;
  readonly request: object;
  readonly reply: object | null;
  readonly events: readonly ExpectedEvent[];
};

/**
 * A message of a station that its schema refuses and nobody can mend: the code of the CALLERROR; `answered` where the
 * message is about a transaction and so is answered as if it were valid (1.6 4.7, 4.8, 4.10); `kept` where it is a SEND.
 */
export type RefusedCase = { readonly title: string; readonly request: unknown; readonly code: string };

/** What a station sends us. */
export type Received = {
  readonly valid: readonly [ReceivedCase, ...ReceivedCase[]];
  readonly invalid: readonly [RefusedCase, ...RefusedCase[]];
};

/** A CALL of ours, the station's valid answer, and what both mean. */
export type SentCase = {
  readonly title: string;
  readonly request: object;
  readonly answer: object;
  readonly outcome: CommandOutcome;
  readonly detail: string | null;
  readonly events: readonly ExpectedEvent[];
};

/** A payload of ours that is refused before it is sent: the path that the guard names. */
export type UnsendableCase = { readonly title: string; readonly request: unknown; readonly path: string };

/** A CALLERROR that the station answers to the first valid request. */
export type ErrorCase = {
  readonly title: string;
  readonly code: string;
  readonly description: string;
  readonly outcome: CommandOutcome;
  readonly detail: string;
};

/** What we send a station. */
export type Sent = {
  readonly valid: readonly [SentCase, ...SentCase[]];
  readonly invalid: readonly [UnsendableCase, ...UnsendableCase[]];
  readonly errors: readonly [ErrorCase, ...ErrorCase[]];
};

/** By action. */
export type ReceivedCases = Readonly<Record<string, Received>>;
export type SentCases = Readonly<Record<string, Sent>>;

/** All cases of both directions; `received-*.ts` and `sent-*.ts` hold them, `all-cases.ts` gathers them. */
export type AllCases = {
  readonly received: Readonly<Record<OcppVersion, ReceivedCases>>;
  readonly sent: Readonly<Record<OcppVersion, SentCases>>;
};
