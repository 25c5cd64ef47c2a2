// A station's standing with the platform: boots until it is accepted, then beats; a reconnect alone changes nothing.
import type { Clock, Timer } from '#load-tests/fleet/clock';
import type { BootCause, BootFacts, Dialect } from '#load-tests/fleet/dialect';
import type { CallOutcome, Outgoing } from '#load-tests/fleet/rpc';
import type { Settings } from '#load-tests/fleet/settings';
import type { Tally } from '#load-tests/fleet/tally';
import type { Traits } from '#load-tests/fleet/traits';
import type { Vendor } from '#load-tests/fleet/vendors';

export type RegistrationHost = {
  readonly dialect: Dialect;
  readonly settings: Settings;
  readonly traits: Traits;
  readonly clock: Clock;
  readonly tally: Tally;
  readonly vendor: Vendor;
  readonly bootFacts: BootFacts;
  isReachable(): boolean;
  call(outgoing: Outgoing): Promise<CallOutcome>;
  accepted(): void;
  beaten(): void;
};

const bootRetrySeconds = 60;

/** none: must boot; waiting: Pending or Rejected, boots again after the interval; accepted: survives reconnects. */
type Standing = 'none' | 'waiting' | 'accepted';

export class Registration {
  readonly #host: RegistrationHost;
  #standing: Standing = 'none';
  #cause: BootCause = 'power-up';
  #bootTimer: Timer | undefined;
  #heartbeatTimer: Timer | undefined;

  constructor(host: RegistrationHost) {
    this.#host = host;
  }

  get isAccepted(): boolean {
    return this.#standing === 'accepted';
  }

  opened(): void {
    const { traits, vendor } = this.#host;
    if (!this.isAccepted) void this.boot(this.#cause);
    else if (traits.bootsOnReconnect && vendor.quirks.bootsOnce !== true) void this.boot('reconnected');
    else this.#accept();
  }

  lost(): void {
    this.#bootTimer?.cancel();
    this.#heartbeatTimer?.cancel();
  }

  /** The station restarts; some makes never say so. */
  restart(cause: BootCause): void {
    if (this.#host.vendor.quirks.bootsOnce === true && this.isAccepted) return;
    this.#standing = 'none';
    this.#cause = cause;
  }

  /** The platform no longer holds us accepted (2.x B02.FR.09, 1.6J errata 3.10): boot again. */
  refused(): void {
    if (!this.isAccepted) return;
    this.#standing = 'none';
    void this.boot('reconnected');
  }

  async boot(cause: BootCause): Promise<void> {
    const { dialect, settings, tally } = this.#host;
    this.#bootTimer?.cancel();
    tally.boots += 1;
    const outcome = await this.#host.call(dialect.boot(this.#host.bootFacts, cause));
    if (outcome.kind === 'lost') return;
    const answer = outcome.kind === 'result' ? dialect.readBoot(outcome.payload) : undefined;
    const intervalSeconds = answer?.intervalSeconds ?? 0;
    if (answer?.status === 'Accepted') {
      if (intervalSeconds > 0) settings.heartbeatIntervalSeconds = intervalSeconds;
      return this.#accept();
    }
    this.#standing = 'waiting';
    const waitSeconds = intervalSeconds > 0 ? intervalSeconds : bootRetrySeconds;
    this.#bootTimer = this.#host.clock.after(waitSeconds * 1000, () => void this.boot(cause));
  }

  #accept(): void {
    this.#standing = 'accepted';
    this.#expectHeartbeat();
    this.#host.accepted();
  }

  #expectHeartbeat(): void {
    this.#heartbeatTimer?.cancel();
    this.#heartbeatTimer = this.#host.clock.after(this.#host.settings.heartbeatIntervalSeconds * 1000, () => {
      if (!this.#host.isReachable()) return;
      void this.#host.call(this.#host.dialect.heartbeat());
      this.#host.beaten();
      this.#expectHeartbeat();
    });
  }
}
