// What a row of an action table is: how a station's CALL becomes a reply and facts, purely.
import type { ChargingEvent, Meta, StationRegistered } from '#contracts/generated/types';
import type { PresentedToken } from './authorization.ts';
import type { Answer, CostQuestion, Question } from './question.ts';

/** A token as a message presents it. */
export type TokenShown = {
  readonly uid: string;
  readonly type: string;
  /** It ends a transaction: nobody outside has to allow that. */
  readonly stops?: boolean;
};

/** What a handler may know beside the request. */
export type HandlerContext = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly station: StationRegistered;
  /** Gateway clock, ms since epoch. */
  readonly now: number;
  /** The token that `shows` named, as the cache answered. */
  readonly token: PresentedToken | undefined;
  /** What came of the question that `asks` named. */
  readonly answer: Answer | undefined;
  /** Envelope of the next event of this connection. */
  meta(occurredAt: number | null): Meta;
  /** reportedIdOf of keys.ts for this station, remembered while the transaction stays the same. */
  reportedId(transactionId: string | null): Buffer;
};

/** Reply and facts. The reply waits for the ack of the events; without events it goes at once. */
export type Handled = {
  readonly reply: object;
  readonly events: readonly ChargingEvent[];
  /** The station is accepted from now on, or not any more; presence is acknowledged before the reply. */
  readonly accepts?: boolean;
  /** A start that a command vouched for: it vouches for no other one. */
  readonly vouched?: { readonly commandId: string; readonly transactionId: string };
};

export type Row<Request> = {
  /** The token the message shows, if any: the shell asks the cache before it calls handle. */
  readonly shows?: (request: Request) => TokenShown | undefined;
  /** What others must be asked, if anything: the shell asks, with a deadline, before it calls handle. */
  readonly asks?: (request: Request) => Question | undefined;
  /** The transaction whose cost belongs into the answer (2.x I02, I03), where costs are shown. */
  readonly costs?: (request: Request) => CostQuestion | undefined;
  readonly handle: (request: Request, context: HandlerContext) => Handled;
  /** May come before BootNotification was accepted. */
  readonly beforeBoot?: boolean;
  /** Comes as a SEND and is never answered (2.1 part 4 4.2.5); the others come as a CALL. */
  readonly isSend?: boolean;
};

/** A row after its guard checked the payload; the guard's schema is the type's source. */
export type AnyRow = Row<never>;
export type ActionTable = Readonly<Record<string, AnyRow>>;

/** EVSE and connector that a reported 1.6 connector number means: n is EVSE n, connector 1; 0 is the station. */
export function placeOf(
  station: StationRegistered,
  reportedConnectorId: number,
): { evseId: number; connectorId: number } {
  const mapped = station.connectorMap.find((entry) => entry.reportedConnectorId === reportedConnectorId);
  if (mapped !== undefined) return { evseId: mapped.evseId, connectorId: mapped.connectorId };
  return { evseId: reportedConnectorId, connectorId: reportedConnectorId === 0 ? 0 : 1 };
}
