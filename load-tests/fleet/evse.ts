// One EVSE and its drivers: plugs in, authorises, charges, reports, stops, again and again, with or without a connection.
import { dropTransactionProfiles, limitOfEvse } from '#load-tests/fleet/answers/charging-profiles';
import { mayCharge, useReservation, type Claimant } from '#load-tests/fleet/answers/reservations';
import { forgetCosts } from '#load-tests/fleet/answers/tariffs';
import { conditionOf, verdictOf } from '#load-tests/fleet/card-check';
import { drawVehicle } from '#load-tests/fleet/charging-curve';
import type { Clock, Timer } from '#load-tests/fleet/clock';
import type { CommandedEvse, Dialect, EvseStatus, RemoteStart } from '#load-tests/fleet/dialect';
import type { Facilities } from '#load-tests/fleet/facilities';
import type { StationIdentity } from '#load-tests/fleet/identities';
import { MeterPoint, type Load } from '#load-tests/fleet/meter-point';
import { Random } from '#load-tests/fleet/random';
import type { CallOutcome, Outgoing } from '#load-tests/fleet/rpc';
import type { Settings } from '#load-tests/fleet/settings';
import type { Tally } from '#load-tests/fleet/tally';
import type { Traits } from '#load-tests/fleet/traits';
import type {
  ChargingSession,
  PresentedToken,
  Reading,
  ReadingContext,
  StartCause,
  StopCause,
  TransactionMessage,
} from '#load-tests/fleet/transaction';
import type { Vendor } from '#load-tests/fleet/vendors';

export type Pace = { readonly sessionSeconds: number; readonly idleSeconds: number };

/** What an EVSE asks of its station. */
export type EvseHost = {
  readonly identity: StationIdentity;
  readonly dialect: Dialect;
  readonly settings: Settings;
  readonly traits: Traits;
  readonly clock: Clock;
  readonly tally: Tally;
  readonly pace: Pace;
  readonly vendor: Vendor;
  readonly facilities: Facilities;
  isReachable(): boolean;
  /** Epoch ms, never the same twice in a station. */
  timestamp(): number;
  call(outgoing: Outgoing): Promise<CallOutcome>;
  enqueue(message: TransactionMessage): void;
  statusChanged(evse: CommandedEvse): void;
  measured(): void;
};

const plugToCardMs = { min: 1000, max: 4000 };
const stopToUnplugMs = { min: 2000, max: 6000 };

type Start = { readonly token: PresentedToken; readonly cause: StartCause; readonly remote: RemoteStart | undefined };

export class Evse implements CommandedEvse {
  readonly evseId: number;
  readonly #host: EvseHost;
  readonly #random: Random;
  #status: EvseStatus = 'available';
  #session: ChargingSession | undefined;
  readonly #meter: MeterPoint;
  #isCycling = false;
  #timer: Timer | undefined;
  #stopTimer: Timer | undefined;

  constructor(host: EvseHost, evseId: number, seed: string) {
    this.#host = host;
    this.evseId = evseId;
    this.#random = new Random(`${seed}/evse/${evseId}`);
    this.#meter = new MeterPoint(this.#random);
  }

  get status(): EvseStatus {
    return this.#status === 'available' ? (this.#condition ?? 'available') : this.#status;
  }

  get session(): ChargingSession | undefined {
    return this.#session;
  }

  /** Free for a remote start: nobody is here, or somebody has plugged in and no transaction runs yet. */
  isFree(claimant: Claimant): boolean {
    if (this.#session !== undefined || (this.#status !== 'available' && this.#status !== 'preparing')) return false;
    const condition = this.#condition;
    return condition === undefined || (condition === 'reserved' && this.#mayCharge(claimant));
  }

  get powerW(): number {
    return this.#meter.powerW(this.#load);
  }

  /** Counts what has flowed so far. */
  settle(): void {
    this.#meter.advance(this.#host.clock.now(), this.#load);
  }

  get #load(): Load {
    return { vehicle: this.#session?.vehicle, limit: limitOfEvse(this.#host, this) };
  }

  get #condition(): ReturnType<typeof conditionOf> {
    return conditionOf(this.#host.facilities, this.evseId);
  }

  #mayCharge(claimant: Claimant): boolean {
    return mayCharge(this.#host.facilities, this.evseId, claimant);
  }

  /** Lets drivers come; the first one may be here soon. */
  begin(): void {
    if (this.#isCycling) return;
    this.#isCycling = true;
    if (this.#status === 'available') this.#expectDriver(this.#random.next() * this.#host.pace.idleSeconds);
  }

  /** No driver comes any more; a session that runs goes on until it is stopped. */
  pause(): void {
    this.#isCycling = false;
    if (this.#session !== undefined) return;
    this.#timer?.cancel();
    if (this.#status !== 'available') this.#become('available');
  }

  /** Leaves everything as it is, as a power failure does. */
  halt(): void {
    this.#isCycling = false;
    this.#timer?.cancel();
    this.#stopTimer?.cancel();
  }

  startRemotely(token: PresentedToken, remote: RemoteStart): void {
    this.#timer?.cancel();
    this.#become('preparing');
    const start: Start = { token, cause: 'remote', remote };
    if (this.#host.settings.authorizeRemoteStart === 1) void this.#authorize(start);
    else this.#start(start, { uid: token.uid, groupUid: remote.groupUid });
  }

  stop(cause: StopCause): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#timer?.cancel();
    this.#stopTimer?.cancel();
    const event = this.#event(session, 'Transaction.End');
    this.#session = undefined;
    this.#host.enqueue({ kind: 'ended', cause, ...event });
    dropTransactionProfiles(this.#host.facilities, this.evseId);
    forgetCosts(this.#host.facilities, session.transactionId);
    this.#become('finishing');
    this.#timer = this.#host.clock.after(this.#random.integer(stopToUnplugMs.min, stopToUnplugMs.max), () =>
      this.#unplug(),
    );
  }

  read(context: ReadingContext): Reading {
    const { resolutionMilliWh: stepMilliWh } = this.#host.dialect;
    return this.#meter.read({ atMs: this.#host.timestamp(), context, stepMilliWh }, this.#load);
  }

  #expectDriver(waitSeconds: number): void {
    this.#timer = this.#host.clock.after(waitSeconds * 1000, () => this.#plugIn());
  }

  #plugIn(): void {
    const token = this.#host.identity.tokens[this.evseId - 1];
    if (token === undefined) return;
    const condition = this.#condition;
    if (condition === 'unavailable' || condition === 'faulted') return this.#nextDriver();
    // At a reserved EVSE the card comes first: it may be another driver's.
    const onPlug = this.#host.dialect.tellsChargingState && this.#host.traits.startsOnPlug && condition === undefined;
    const start: Start = { token, cause: onPlug ? 'plug' : 'driver', remote: undefined };
    this.#become('preparing');
    if (onPlug) this.#open(start, { uid: token.uid, groupUid: undefined });
    this.#timer = this.#host.clock.after(
      this.#random.integer(plugToCardMs.min, plugToCardMs.max),
      () => void this.#authorize(start),
    );
  }

  /** A card is shown. Without an answer the driver is not left standing: the station starts offline, where it may. */
  async #authorize(start: Start): Promise<void> {
    const outcome = this.#host.isReachable()
      ? await this.#host.call(this.#host.dialect.authorize(start.token))
      : undefined;
    if (this.#status !== 'preparing') return;
    const { groupUid, isAllowed } = verdictOf(this.#host, start.token.uid, outcome);
    const claimant = { uid: start.token.uid, groupUid: groupUid ?? start.remote?.groupUid };
    if (isAllowed && this.#mayCharge(claimant)) return this.#start(start, claimant);
    this.#host.tally.refusedDrivers += 1;
    if (this.#session !== undefined) return this.stop('deauthorized');
    this.#become('available');
    this.#nextDriver();
  }

  #start(start: Start, claimant: Claimant): void {
    if (this.#session !== undefined && start.cause !== 'plug') return;
    if (this.#session !== undefined) {
      this.#host.enqueue({ kind: 'authorized', ...this.#event(this.#session, 'Sample.Periodic') });
    } else {
      this.#open(start, claimant);
    }
    const session = this.#session;
    if (session === undefined) return;
    start.remote?.begun(session.transactionId);
    this.#become('charging');
    if (this.#host.dialect.tellsChargingState)
      this.#host.enqueue({ kind: 'charging', ...this.#event(session, 'Sample.Periodic') });
    this.#expectReading();
    const lengthSeconds = this.#host.pace.sessionSeconds * (0.5 + this.#random.next());
    this.#stopTimer = this.#host.clock.after(lengthSeconds * 1000, () => this.stop('driver'));
  }

  /** The transaction begins; from here on everything about it goes through the queue. */
  #open(start: Start, claimant: Claimant): void {
    this.#meter.rearm();
    const reading = this.read('Transaction.Begin');
    const session: ChargingSession = {
      evseId: this.evseId,
      token: start.token,
      vehicle: drawVehicle(this.#random, this.#host.vendor.current),
      startCause: start.cause,
      startedAtMs: reading.atMs,
      meterStartMilliWh: reading.registerMilliWh,
      remoteStartId: start.remote?.remoteStartId,
      reservationId: useReservation(this.#host.facilities, this.evseId, claimant),
      transactionId: this.#host.dialect.newTransactionId(),
      seqNo: 1,
    };
    this.#session = session;
    const offline = !this.#host.isReachable();
    this.#host.enqueue({
      kind: 'started',
      session,
      atMs: reading.atMs,
      seqNo: 0,
      offline,
      reading,
      messageId: undefined,
    });
  }

  /** A reading out of turn, about the transaction that runs. */
  reportNow(): void {
    if (this.#session !== undefined) this.#host.enqueue({ kind: 'metered', ...this.#event(this.#session, 'Trigger') });
  }

  #report(): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#host.enqueue({ kind: 'metered', ...this.#event(session, 'Sample.Periodic') });
    this.#host.measured();
    if (this.#meter.isFull(session.vehicle)) return this.stop('vehicle');
    this.#expectReading();
  }

  #event(session: ChargingSession, context: ReadingContext): Omit<TransactionMessage, 'kind' | 'cause'> {
    const reading = this.read(context);
    const seqNo = session.seqNo++;
    return { session, atMs: reading.atMs, seqNo, offline: !this.#host.isReachable(), reading, messageId: undefined };
  }

  #unplug(): void {
    this.#become('available');
    this.#nextDriver();
  }

  #nextDriver(): void {
    if (this.#isCycling) this.#expectDriver(this.#random.exponential(this.#host.pace.idleSeconds));
  }

  #become(status: EvseStatus): void {
    this.#status = status;
    this.#host.statusChanged(this);
  }

  /** MeterValueSampleInterval 0 means no periodic readings (1.6 section 9.1). */
  #expectReading(): void {
    const { meterIntervalSeconds } = this.#host.settings;
    if (meterIntervalSeconds > 0)
      this.#timer = this.#host.clock.after(meterIntervalSeconds * 1000, () => this.#report());
  }
}
