// What is known of the station at the other end: its kind, its signs of life, what the log was told of its quirks.
import type { StationBooted, StationRegistered, TraitOverrides } from '#contracts/generated/types';
import { treatedDevice, type KnownDevice } from './devices.ts';
import { bootStatusOf } from './domain/boot.ts';
import { newPulse, noteCall, silenceOf, zombieEverySeconds, type Pulse } from './domain/liveness.ts';
import { ToldQuirks } from './domain/quirks/told.ts';
import type { Liveness } from './liveness.ts';

/** As long as others in the field wait for a boot that may not come (evcc-io/evcc#27309). */
const bootAwaitedMs = 30_000;
/** Rarer heartbeats are none. */
const beatSecondsMax = 7 * 86_400;

export class Peer {
  readonly pulse: Pulse;
  /** What it was registered as, then what it booted as. */
  device: KnownDevice;
  /** Only a living device answers: a second one behind the same identity. */
  onPong: (() => void) | undefined;
  /** By their operators' word, from the next connection on where it changes. */
  readonly #overrides: TraitOverrides | null;
  readonly #liveness: Pick<Liveness, 'second'>;
  /** Made with the first odd message: most stations send none. */
  #toldQuirks: ToldQuirks | undefined;

  /** Interval of its heartbeats as told or written since its boot; 0: as the boot was answered. */
  #beatSeconds = 0;
  #bootAnswered = false;
  #onBootAnswered: (() => void) | undefined;

  constructor(liveness: Pick<Liveness, 'second'>, { vendor, model, heartbeatSeconds, traits }: StationRegistered) {
    this.#overrides = traits;
    this.#liveness = liveness;
    this.device = treatedDevice({ vendor, model, firmware: null }, traits);
    this.pulse = newPulse(liveness.second, heartbeatSeconds);
  }

  get beatSeconds(): number {
    return this.#beatSeconds;
  }

  get toldQuirks(): ToldQuirks {
    return (this.#toldQuirks ??= new ToldQuirks());
  }

  /** Any frame came, pings and pongs included. */
  heard(): void {
    this.pulse.heardAt = this.#liveness.second;
  }

  /** It answered a ping; returns what waited for that, once. */
  ponged(): (() => void) | undefined {
    this.heard();
    this.pulse.hasPonged = true;
    const { onPong } = this;
    this.onPong = undefined;
    return onPong;
  }

  /** A CALL of ours was answered in whatever way, or given up. */
  called(isAnswered: boolean): void {
    noteCall(this.pulse, isAnswered, this.#liveness.second);
  }

  /** When a gateway last ended its line because it was deaf, as its presence says; null: not within the hour. */
  zombieEndedAt(nowMs: number): number | null {
    const agoSeconds = this.#liveness.second - this.pulse.helpedAt;
    return agoSeconds >= zombieEverySeconds ? null : nowMs - agoSeconds * 1000;
  }

  /** The same of an earlier connection, on whichever gateway: clocks of two machines may differ a little. */
  wasZombie(endedAt: number | null, nowMs: number): void {
    if (endedAt === null) return;
    const agoSeconds = Math.floor(Math.max(nowMs - endedAt, 0) / 1000);
    if (agoSeconds < zombieEverySeconds) this.pulse.helpedAt = this.#liveness.second - agoSeconds;
  }

  /** It said what it is, and was told how often to beat. */
  booted({ vendor, model, firmwareVersion, intervalSeconds }: StationBooted): void {
    this.device = treatedDevice({ vendor, model, firmware: firmwareVersion }, this.#overrides);
    this.pulse.silenceMax = silenceOf(intervalSeconds);
    this.#beatSeconds = 0;
  }

  /** It beats so often from now on, or is known to: beats that come less often are no silence. False where that was known. */
  beatsEvery(seconds: number): boolean {
    if (!(seconds > 0)) return false;
    const beatSeconds = Math.ceil(Math.min(seconds, beatSecondsMax));
    this.pulse.silenceMax = Math.max(this.pulse.silenceMax, silenceOf(beatSeconds));
    if (this.#beatSeconds === beatSeconds) return false;
    this.#beatSeconds = beatSeconds;
    return true;
  }

  bootAnswered(): void {
    this.#bootAnswered = true;
    this.#onBootAnswered?.();
  }

  /**
   * Undefined where it may be called now. A model that drops the line when it is called before its boot was answered is
   * waited for; it may have booted on an earlier connection, so not for long.
   */
  untilCallable(): Promise<void> | undefined {
    if (this.device.traits.callsBeforeBoot || this.#bootAnswered) return undefined;
    return new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, bootAwaitedMs);
      timer.unref();
      this.#onBootAnswered = () => {
        clearTimeout(timer);
        resolve();
      };
    }).then(() => {
      this.#bootAnswered = true;
    });
  }

  /** It works without a boot, by its model or by its operators' word, and would be accepted if it booted. */
  worksUnbooted(station: Pick<StationRegistered, 'bootPolicy' | 'onboarded' | 'acceptsWithoutBoot'>): boolean {
    return (station.acceptsWithoutBoot || !this.device.traits.boots) && bootStatusOf(station) === 'Accepted';
  }
}
