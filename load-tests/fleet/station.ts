// A simulated station of any version: boots, beats, reports its status, and does what the platform asks.
import type { Clock, Timer } from '#load-tests/fleet/clock';
import { Delivery, type DeliveryHost } from '#load-tests/fleet/delivery';
import type { BootCause, Commanded, CommandedEvse, Dialect } from '#load-tests/fleet/dialect';
import { Evse, type EvseHost, type Pace } from '#load-tests/fleet/evse';
import type { StationIdentity } from '#load-tests/fleet/identities';
import type { Model } from '#load-tests/fleet/model';
import { Random } from '#load-tests/fleet/random';
import type { CallOutcome, Outgoing } from '#load-tests/fleet/rpc';
import type { Settings } from '#load-tests/fleet/settings';
import type { Tally } from '#load-tests/fleet/tally';
import { drawTraits, type Traits } from '#load-tests/fleet/traits';
import type { ChargingSession, PresentedToken, StopCause, TransactionMessage } from '#load-tests/fleet/transaction';
import { Uplink } from '#load-tests/fleet/uplink';
import type { Logger } from '#kit/logger';

export type StationParts = {
  readonly identity: StationIdentity;
  readonly dialect: Dialect;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly tally: Tally;
  readonly model: Model;
  readonly logger: Logger;
  readonly pace: Pace;
  readonly seed: string;
  /** Makes message ids differ between runs. */
  readonly runId: string;
  /** Endpoints without the identity. */
  readonly urls: readonly string[];
  readonly localAddress?: string | undefined;
};

const bootRetrySeconds = 60;
const rebootSeconds = { min: 5, max: 15 };

/** none: must boot; waiting: Pending or Rejected, boots again after the interval; accepted: survives reconnects. */
type Registration = 'none' | 'waiting' | 'accepted';

export class Station implements EvseHost, DeliveryHost, Commanded {
  readonly identity: StationIdentity;
  readonly dialect: Dialect;
  readonly settings: Settings;
  readonly traits: Traits;
  readonly clock: Clock;
  readonly tally: Tally;
  readonly pace: Pace;
  readonly #random: Random;
  readonly #uplink: Uplink;
  readonly #delivery: Delivery;
  readonly #evses: readonly Evse[];
  /** Status names that the platform has acknowledged, by EVSE. */
  readonly #told: (string | undefined)[] = [];
  #registration: Registration = 'none';
  #bootCause: BootCause = 'power-up';
  #lastTimestampMs = 0;
  #rebootsWhenIdle = false;
  #bootTimer: Timer | undefined;
  #heartbeatTimer: Timer | undefined;

  constructor(parts: StationParts) {
    this.identity = parts.identity;
    this.dialect = parts.dialect;
    this.settings = parts.settings;
    this.clock = parts.clock;
    this.tally = parts.tally;
    this.pace = parts.pace;
    const seed = `${parts.seed}/${parts.identity.stationId}`;
    this.#random = new Random(seed);
    this.traits = drawTraits(this.#random);
    this.#uplink = this.#newUplink(parts);
    this.#delivery = new Delivery(this, { model: parts.model, logger: parts.logger });
    this.#evses = Array.from({ length: parts.identity.evses }, (_, index) => new Evse(this, index + 1, seed));
  }

  get isAccepted(): boolean {
    return this.#registration === 'accepted';
  }

  get commandedEvses(): readonly CommandedEvse[] {
    return this.#evses;
  }

  /** Transaction messages that the platform has not acknowledged. */
  get queued(): number {
    return this.#delivery.queued;
  }

  connect(): void {
    this.#uplink.connect();
  }

  /** Every driver leaves and no new one comes; what is queued still goes out. */
  drain(): void {
    for (const evse of this.#evses) {
      evse.pause();
      evse.stop('driver');
    }
  }

  close(): void {
    for (const evse of this.#evses) evse.halt();
    this.#lost();
    this.#uplink.close();
  }

  /** The cable to the network breaks: for fault runs and tests. */
  cutLink(): void {
    this.#uplink.cut();
  }

  isReachable(): boolean {
    return this.isAccepted && this.#uplink.isOpen;
  }

  now(): number {
    return this.clock.now();
  }

  timestamp(): number {
    this.#lastTimestampMs = Math.max(this.#lastTimestampMs + 1, this.clock.now());
    return this.#lastTimestampMs;
  }

  async call(outgoing: Outgoing, id?: string): Promise<CallOutcome> {
    const outcome = await this.#uplink.call(outgoing, id);
    // The platform no longer holds us accepted (2.x B02.FR.09, 1.6J errata 3.10): boot again, keep the message.
    if (outcome.kind === 'error' && outcome.code === 'SecurityError' && this.isAccepted) {
      this.#registration = 'none';
      void this.#boot('reconnected');
    }
    return outcome;
  }

  tell(outgoing: Outgoing): void {
    void this.call(outgoing);
  }

  enqueue(message: TransactionMessage): void {
    this.#delivery.enqueue(message);
  }

  newMessageId(): string {
    return this.#uplink.newId();
  }

  tokenRefused(session: ChargingSession): void {
    if (this.settings.stopOnInvalidToken === 0) return;
    this.#evses.find((evse) => evse.session === session)?.stop('deauthorized');
  }

  statusChanged(evse: CommandedEvse): void {
    void this.#tellStatusOf(evse, false);
    if (this.#rebootsWhenIdle && this.#evses.every((each) => each.session === undefined)) this.reboot('soft-reset');
  }

  freeEvse(evseId: number | undefined): number | undefined {
    if (!this.isAccepted || this.#rebootsWhenIdle) return undefined;
    return this.#selected(evseId).find((evse) => evse.isFree)?.evseId;
  }

  evseOf(transactionId: string): number | undefined {
    return this.#evses.find((evse) => evse.session?.transactionId === transactionId)?.evseId;
  }

  startRemotely(evseId: number, token: PresentedToken, remoteStartId: number | undefined): void {
    this.#evses[evseId - 1]?.startRemotely(token, remoteStartId);
  }

  stop(evseId: number, cause: StopCause): void {
    this.#evses[evseId - 1]?.stop(cause);
  }

  reboot(cause: 'soft-reset' | 'hard-reset'): void {
    this.#rebootsWhenIdle = false;
    for (const evse of this.#evses) {
      evse.stop(cause);
      evse.pause();
    }
    this.#registration = 'none';
    this.#bootCause = 'remote-reset';
    this.#told.length = 0;
    this.#uplink.restart(this.#random.integer(rebootSeconds.min, rebootSeconds.max) * 1000);
  }

  rebootWhenIdle(): void {
    this.#rebootsWhenIdle = true;
    for (const evse of this.#evses) evse.pause();
  }

  changePassword(password: string): void {
    this.#uplink.changePassword(password);
  }

  tellBoot(): void {
    void this.#boot('triggered');
  }

  tellStatus(evseId: number | undefined): void {
    for (const evse of this.#selected(evseId)) void this.#tellStatusOf(evse, true);
  }

  tellTransaction(evseId: number | undefined): void {
    for (const evse of this.#selected(evseId)) evse.reportNow();
  }

  tellReading(evseId: number | undefined): void {
    for (const evse of this.#selected(evseId))
      this.tell(this.dialect.meterValues(evse.evseId, evse.session, evse.read('Trigger')));
  }

  #selected(evseId: number | undefined): readonly Evse[] {
    return this.#evses.filter((evse) => evseId === undefined || evseId === 0 || evse.evseId === evseId);
  }

  #newUplink(parts: StationParts): Uplink {
    const { clock, tally, settings, urls, localAddress } = parts;
    return new Uplink(
      {
        stationId: parts.identity.stationId,
        subprotocol: parts.dialect.subprotocol,
        idPrefix: parts.runId,
        random: this.#random,
        clock,
        tally,
        settings,
        urls,
        localAddress,
        opened: () => this.#opened(),
        lost: () => this.#lost(),
        answer: (action, payload) => parts.dialect.answer(this, action, payload),
      },
      parts.identity.password,
    );
  }

  #opened(): void {
    if (!this.isAccepted) void this.#boot(this.#bootCause);
    else if (this.traits.bootsOnReconnect) void this.#boot('reconnected');
    else this.#accepted();
  }

  #lost(): void {
    this.#bootTimer?.cancel();
    this.#heartbeatTimer?.cancel();
    this.#delivery.interrupt();
  }

  async #boot(cause: BootCause): Promise<void> {
    this.#bootTimer?.cancel();
    this.tally.boots += 1;
    const outcome = await this.call(this.dialect.boot(this.identity, cause));
    if (outcome.kind === 'lost') return;
    const answer = outcome.kind === 'result' ? this.dialect.readBoot(outcome.payload) : undefined;
    const intervalSeconds = answer?.intervalSeconds ?? 0;
    if (answer?.status === 'Accepted') {
      if (intervalSeconds > 0) this.settings.heartbeatIntervalSeconds = intervalSeconds;
      return this.#accepted();
    }
    this.#registration = 'waiting';
    const waitSeconds = intervalSeconds > 0 ? intervalSeconds : bootRetrySeconds;
    this.#bootTimer = this.clock.after(waitSeconds * 1000, () => void this.#boot(cause));
  }

  #accepted(): void {
    this.#registration = 'accepted';
    this.#expectHeartbeat();
    for (const evse of this.#evses) {
      void this.#tellStatusOf(evse, false);
      if (!this.#rebootsWhenIdle) evse.begin();
    }
    this.#delivery.next();
  }

  #expectHeartbeat(): void {
    this.#heartbeatTimer?.cancel();
    this.#heartbeatTimer = this.clock.after(this.settings.heartbeatIntervalSeconds * 1000, () => {
      if (!this.isReachable()) return;
      this.tell(this.dialect.heartbeat());
      this.#expectHeartbeat();
    });
  }

  /** Only changes are told, and what the platform did not acknowledge is told again after the reconnect. */
  async #tellStatusOf(evse: CommandedEvse, always: boolean): Promise<void> {
    const name = this.dialect.statusName(evse.status);
    if (!this.isReachable() || (!always && this.#told[evse.evseId] === name)) return;
    this.#told[evse.evseId] = name;
    const outcome = await this.call(this.dialect.status(evse.evseId, name, this.now()));
    if (outcome.kind !== 'result' && this.#told[evse.evseId] === name) this.#told[evse.evseId] = undefined;
  }
}
