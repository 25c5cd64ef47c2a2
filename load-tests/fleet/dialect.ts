// What a station of any OCPP version needs from its version: how to say things, and how to answer the platform.
import type { Claimant } from '#load-tests/fleet/answers/reservations';
import type { Clock } from '#load-tests/fleet/clock';
import type { Facilities } from '#load-tests/fleet/facilities';
import type { FleetVersion, StationIdentity } from '#load-tests/fleet/identities';
import type { Answer, CallOutcome, Outgoing } from '#load-tests/fleet/rpc';
import type { Settings } from '#load-tests/fleet/settings';
import type { Traits } from '#load-tests/fleet/traits';
import type {
  ChargingSession,
  PresentedToken,
  Reading,
  StopCause,
  TransactionMessage,
} from '#load-tests/fleet/transaction';
import type { Vendor } from '#load-tests/fleet/vendors';

/** Where nobody stands, the last three may hide that an EVSE is available. */
export type EvseStatus = 'available' | 'preparing' | 'charging' | 'finishing' | 'reserved' | 'unavailable' | 'faulted';

export type BootCause = 'power-up' | 'remote-reset' | 'triggered' | 'reconnected' | 'firmware-update';

/** What a station says of itself when it boots. */
export type BootFacts = {
  readonly vendor: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly firmwareVersion: string;
};

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
  boot(facts: BootFacts, cause: BootCause): Outgoing;
  readBoot(payload: unknown): BootAnswer | undefined;
  heartbeat(): Outgoing;
  /** How the version names the status; a station reports only changes of that name. */
  statusName(status: EvseStatus): string;
  status(evseId: number, name: string, atMs: number): Outgoing;
  authorize(token: PresentedToken): Outgoing;
  isAuthorized(payload: unknown): boolean;
  /** The group that the answer to an authorisation names. */
  groupOf(payload: unknown): string | undefined;
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
  /** What flows now. */
  readonly powerW: number;
};

/** What a remote start brings beside the token; `begun` is called once its transaction exists. */
export type RemoteStart = {
  readonly remoteStartId: number | undefined;
  readonly groupUid: string | undefined;
  begun(transactionId: string | undefined): void;
};

/** The station as the platform's commands see it. */
export type Commanded = {
  readonly identity: StationIdentity;
  readonly version: FleetVersion;
  readonly vendor: Vendor;
  readonly settings: Settings;
  readonly traits: Traits;
  readonly clock: Clock;
  readonly facilities: Facilities;
  readonly commandedEvses: readonly CommandedEvse[];
  readonly isAccepted: boolean;
  /** Told at the next boot. */
  firmwareVersion: string;
  now(): number;
  /** That EVSE where the claimant can begin a session now, or the first one that can. */
  freeEvse(evseId: number | undefined, claimant: Claimant): number | undefined;
  evseOf(transactionId: string): number | undefined;
  startRemotely(evseId: number, token: PresentedToken, start: RemoteStart): void;
  stop(evseId: number, cause: StopCause): void;
  reboot(cause: 'soft-reset' | 'hard-reset'): void;
  rebootWhenIdle(): void;
  /** Reboots and calls back once the platform has taken it in again. */
  rebootWith(cause: BootCause, afterwards: () => void): void;
  /** No new driver comes until `resume` or a reboot. */
  quiesce(): void;
  resume(): void;
  changePassword(password: string): void;
  /** Transaction messages that wait, of that transaction where one is named. */
  hasQueued(transactionId: string | undefined): boolean;
  /** Reservations or availability have changed: statuses that differ are told. */
  conditionsChanged(): void;
  /** Counts what has flowed so far, before the limit changes. */
  settleMeters(): void;
  /** Sends a message of its own accord, as a trigger or a report asks. */
  tell(outgoing: Outgoing): void;
  /** The same, kept until there is a connection. */
  tellDurably(outgoing: Outgoing): void;
  /** Resolves once the last of these was answered, or its connection is gone. */
  spoken(): Promise<void>;
  tellSecurity(type: string): void;
  ask(outgoing: Outgoing): Promise<CallOutcome>;
  /** A SEND of 2.1; false where there is no connection. */
  send(outgoing: Outgoing): boolean;
  tellBoot(): void;
  tellStatus(evseId: number | undefined): void;
  /** 2.x: an update about the running transactions. */
  tellTransaction(evseId: number | undefined): void;
  tellReading(evseId: number | undefined): void;
};
