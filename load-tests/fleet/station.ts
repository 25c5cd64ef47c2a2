// A simulated station of any version: boots, beats, reports its status, and does what the platform asks.
import { checkMonitors } from '#load-tests/fleet/answers/monitoring';
import type { Claimant } from '#load-tests/fleet/answers/reservations';
import type { Clock } from '#load-tests/fleet/clock';
import { Delivery, type DeliveryHost } from '#load-tests/fleet/delivery';
import type { BootCause, BootFacts, Commanded, CommandedEvse, Dialect, RemoteStart } from '#load-tests/fleet/dialect';
import { Evse, type EvseHost, type Pace } from '#load-tests/fleet/evse';
import { haltFacilities, type Facilities } from '#load-tests/fleet/facilities';
import type { FleetVersion, StationIdentity } from '#load-tests/fleet/identities';
import { isoOf } from '#load-tests/fleet/payload';
import { Random } from '#load-tests/fleet/random';
import { Registration } from '#load-tests/fleet/registration';
import type { CallOutcome, Outgoing } from '#load-tests/fleet/rpc';
import type { Settings } from '#load-tests/fleet/settings';
import { uplinkOf, type StationParts } from '#load-tests/fleet/station-parts';
import { StatusReport } from '#load-tests/fleet/status-report';
import type { Tally } from '#load-tests/fleet/tally';
import { drawTraits, type Traits } from '#load-tests/fleet/traits';
import type { ChargingSession, PresentedToken, StopCause, TransactionMessage } from '#load-tests/fleet/transaction';
import type { Uplink } from '#load-tests/fleet/uplink';
import { bootFactsOf, plainVendor, type Vendor } from '#load-tests/fleet/vendors';

const rebootSeconds = { min: 5, max: 15 };
/** What was not sent yet; the oldest goes. */
const unsentMax = 100;

export class Station implements EvseHost, DeliveryHost, Commanded {
  readonly identity: StationIdentity;
  readonly dialect: Dialect;
  readonly vendor: Vendor;
  readonly settings: Settings;
  readonly traits: Traits;
  readonly clock: Clock;
  readonly tally: Tally;
  readonly pace: Pace;
  readonly facilities: Facilities = {};
  firmwareVersion: string;
  readonly #random: Random;
  readonly #uplink: Uplink;
  readonly #delivery: Delivery;
  readonly #registration = new Registration(this);
  readonly #statuses = new StatusReport(this);
  readonly #evses: readonly Evse[];
  #lastTimestampMs = 0;
  #rebootsWhenIdle = false;
  #isQuiet = false;
  #unsent: Outgoing[] | undefined;
  #speaking: Promise<void> | undefined;
  #afterBoot: (() => void) | undefined;

  constructor(parts: StationParts) {
    this.identity = parts.identity;
    this.dialect = parts.dialect;
    this.vendor = parts.vendor ?? plainVendor;
    this.firmwareVersion = this.vendor.firmwareVersion;
    this.settings = parts.settings;
    this.clock = parts.clock;
    this.tally = parts.tally;
    this.pace = parts.pace;
    const seed = `${parts.seed}/${parts.identity.stationId}`;
    this.#random = new Random(seed);
    this.traits = drawTraits(this.#random);
    this.#uplink = uplinkOf(parts, this.#random, {
      opened: () => this.#registration.opened(),
      lost: () => this.#lost(),
      answer: (action, payload) => this.dialect.answer(this, action, payload),
    });
    this.#delivery = new Delivery(this, { model: parts.model, logger: parts.logger });
    this.#evses = Array.from({ length: parts.identity.evses }, (_, index) => new Evse(this, index + 1, seed));
  }

  get version(): FleetVersion {
    return this.dialect.version;
  }

  get isAccepted(): boolean {
    return this.#registration.isAccepted;
  }

  get bootFacts(): BootFacts {
    return bootFactsOf(this.vendor, this.identity, this.firmwareVersion);
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
    haltFacilities(this.facilities);
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
    const said = this.vendor.quirks.rewrite?.(outgoing) ?? outgoing;
    const outcome = await this.#uplink.call(said, id);
    if (outcome.kind === 'error' && outcome.code === 'SecurityError') this.#registration.refused();
    return outcome;
  }

  ask(outgoing: Outgoing): Promise<CallOutcome> {
    return this.call(outgoing);
  }

  tell(outgoing: Outgoing): void {
    void this.call(outgoing);
  }

  tellDurably(outgoing: Outgoing): void {
    const keep = (): void => void (this.#unsent = [...(this.#unsent ?? []), outgoing].slice(-unsentMax));
    if (!this.isReachable()) return keep();
    this.#speaking = this.call(outgoing).then(({ kind }) => (kind === 'lost' ? keep() : undefined));
  }

  async spoken(): Promise<void> {
    await this.#speaking;
  }

  tellSecurity(type: string): void {
    this.tellDurably({ action: 'SecurityEventNotification', payload: { type, timestamp: isoOf(this.now()) } });
  }

  send(outgoing: Outgoing): boolean {
    return this.isAccepted && this.#uplink.tell(outgoing);
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
    void this.#statuses.tell(evse, false);
    checkMonitors(this);
    if (this.#rebootsWhenIdle && this.#evses.every((each) => each.session === undefined)) this.reboot('soft-reset');
  }

  conditionsChanged(): void {
    for (const evse of this.#evses) this.statusChanged(evse);
  }

  settleMeters(): void {
    for (const evse of this.#evses) evse.settle();
  }

  measured(): void {
    checkMonitors(this);
  }

  hasQueued(transactionId: string | undefined): boolean {
    return this.#delivery.hasQueued(transactionId);
  }

  freeEvse(evseId: number | undefined, claimant: Claimant): number | undefined {
    if (!this.isAccepted || this.#isQuiet) return undefined;
    return this.#selected(evseId).find((evse) => evse.isFree(claimant))?.evseId;
  }

  evseOf(transactionId: string): number | undefined {
    return this.#evses.find((evse) => evse.session?.transactionId === transactionId)?.evseId;
  }

  startRemotely(evseId: number, token: PresentedToken, start: RemoteStart): void {
    this.#evses[evseId - 1]?.startRemotely(token, start);
  }

  stop(evseId: number, cause: StopCause): void {
    this.#evses[evseId - 1]?.stop(cause);
  }

  reboot(cause: 'soft-reset' | 'hard-reset'): void {
    this.#restart(cause, 'remote-reset');
  }

  rebootWith(cause: BootCause, afterwards: () => void): void {
    this.#afterBoot = afterwards;
    this.#restart('soft-reset', cause);
  }

  #restart(stop: StopCause, boot: BootCause): void {
    this.#rebootsWhenIdle = false;
    this.#isQuiet = false;
    for (const evse of this.#evses) {
      evse.stop(stop);
      evse.pause();
    }
    this.#registration.restart(boot);
    this.#statuses.forget();
    this.#uplink.restart(this.#random.integer(rebootSeconds.min, rebootSeconds.max) * 1000);
  }

  quiesce(): void {
    this.#isQuiet = true;
    for (const evse of this.#evses) evse.pause();
  }

  resume(): void {
    this.#isQuiet = false;
    for (const evse of this.#evses) evse.begin();
  }

  rebootWhenIdle(): void {
    this.#rebootsWhenIdle = true;
    this.quiesce();
  }

  changePassword(password: string): void {
    this.#uplink.changePassword(password);
  }

  tellBoot(): void {
    void this.#registration.boot('triggered');
  }

  tellStatus(evseId: number | undefined): void {
    for (const evse of this.#selected(evseId)) void this.#statuses.tell(evse, true);
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

  #lost(): void {
    this.#registration.lost();
    this.#delivery.interrupt();
  }

  accepted(): void {
    const { quirks } = this.vendor;
    if (quirks.repeatsStart === true) this.#delivery.repeatStart();
    if (quirks.onAccepted !== undefined) this.tell(quirks.onAccepted(this.now()));
    for (const evse of this.#evses) {
      void this.#statuses.tell(evse, false);
      if (!this.#isQuiet) evse.begin();
    }
    for (const outgoing of this.#unsent?.splice(0) ?? []) this.tellDurably(outgoing);
    const afterBoot = this.#afterBoot;
    this.#afterBoot = undefined;
    afterBoot?.();
    this.#delivery.next();
  }

  beaten(): void {
    const { onHeartbeat } = this.vendor.quirks;
    if (onHeartbeat !== undefined) this.tell(onHeartbeat(this.now()));
  }
}
