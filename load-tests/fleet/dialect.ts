// What a station of any OCPP version needs from its version: how to say things, and how to answer the platform.
import type { FleetVersion, StationIdentity } from '#load-tests/fleet/identities';
import type { Answer, Outgoing } from '#load-tests/fleet/rpc';
import type { Settings } from '#load-tests/fleet/settings';
import type { Traits } from '#load-tests/fleet/traits';
import type {
  ChargingSession,
  PresentedToken,
  Reading,
  StopCause,
  TransactionMessage,
} from '#load-tests/fleet/transaction';

export type EvseStatus = 'available' | 'preparing' | 'charging' | 'finishing';

export type BootCause = 'power-up' | 'remote-reset' | 'triggered' | 'reconnected';

export type BootAnswer = { readonly status: 'Accepted' | 'Pending' | 'Rejected'; readonly intervalSeconds: number };

/** What the answer to a transaction message decides. */
export type TransactionVerdict = { readonly transactionId: string | undefined; readonly tokenAccepted: boolean };

export type Dialect = {
  readonly version: FleetVersion;
  readonly subprotocol: string;
  /** The smallest step of the register that the version can report. */
  readonly resolutionMilliWh: number;
  /** 2.x tells changes of the charging state inside the transaction. */
  readonly tellsChargingState: boolean;
  boot(identity: StationIdentity, cause: BootCause): Outgoing;
  readBoot(payload: unknown): BootAnswer | undefined;
  heartbeat(): Outgoing;
  /** How the version names the status; a station reports only changes of that name. */
  statusName(status: EvseStatus): string;
  status(evseId: number, name: string, atMs: number): Outgoing;
  authorize(token: PresentedToken): Outgoing;
  isAuthorized(payload: unknown): boolean;
  /** 2.x stations name their transactions themselves. */
  newTransactionId(): string | undefined;
  transaction(message: TransactionMessage, traits: Traits): Outgoing;
  readVerdict(payload: unknown): TransactionVerdict;
  /** A reading outside the queue, as TriggerMessage asks for it. */
  meterValues(evseId: number, session: ChargingSession | undefined, reading: Reading): Outgoing;
  answer(station: Commanded, action: string, payload: unknown): Answer;
};

/** One EVSE as the platform's commands see it. */
export type CommandedEvse = {
  readonly evseId: number;
  readonly status: EvseStatus;
  readonly session: ChargingSession | undefined;
};

/** The station as the platform's commands see it. */
export type Commanded = {
  readonly identity: StationIdentity;
  readonly settings: Settings;
  readonly traits: Traits;
  readonly commandedEvses: readonly CommandedEvse[];
  readonly isAccepted: boolean;
  now(): number;
  /** That EVSE where it can begin a session now, or the first one that can. */
  freeEvse(evseId: number | undefined): number | undefined;
  evseOf(transactionId: string): number | undefined;
  startRemotely(evseId: number, token: PresentedToken, remoteStartId: number | undefined): void;
  stop(evseId: number, cause: StopCause): void;
  reboot(cause: 'soft-reset' | 'hard-reset'): void;
  rebootWhenIdle(): void;
  changePassword(password: string): void;
  /** Sends a message of its own accord, as a trigger or a report asks. */
  tell(outgoing: Outgoing): void;
  tellBoot(): void;
  tellStatus(evseId: number | undefined): void;
  /** 2.x: an update about the running transactions. */
  tellTransaction(evseId: number | undefined): void;
  tellReading(evseId: number | undefined): void;
};
