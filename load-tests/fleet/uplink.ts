// A station's way to the platform: one connection at a time, back-off between them, calls over whichever is open.
import { backOffMs } from '#load-tests/fleet/back-off';
import type { Clock, Timer } from '#load-tests/fleet/clock';
import type { Random } from '#load-tests/fleet/random';
import { Rpc, type Answer, type CallOutcome, type Outgoing } from '#load-tests/fleet/rpc';
import type { Settings } from '#load-tests/fleet/settings';
import type { Tally } from '#load-tests/fleet/tally';
import { WsLink, type LinkEnd } from '#load-tests/fleet/ws-client';

export type UplinkParts = {
  readonly stationId: string;
  readonly subprotocol: string | undefined;
  /** Endpoints without the identity; the station turns to the next one after a failure. */
  readonly urls: readonly string[];
  readonly localAddress: string | undefined;
  readonly idPrefix: string;
  readonly idSuffix: string | undefined;
  readonly onPing: 'ignore' | 'drop' | undefined;
  readonly clock: Clock;
  readonly tally: Tally;
  readonly settings: Settings;
  readonly random: Random;
  opened(): void;
  lost(): void;
  answer(action: string, payload: unknown): Answer;
};

/** So many calls without an answer in a row, and the connection is taken for dead. */
const timeoutsInRowMax = 2;
const goingAwayCode = 1001;

export class Uplink {
  readonly #parts: UplinkParts;
  readonly #rpc: Rpc;
  #password: string;
  #link: WsLink | undefined;
  #isUp = false;
  #isClosed = false;
  #failures = 0;
  #timeoutsInRow = 0;
  /** A wait that somebody decided, instead of the back-off. */
  #restartMs: number | undefined;
  #connectTimer: Timer | undefined;
  #pingTimer: Timer | undefined;

  constructor(parts: UplinkParts, password: string) {
    this.#parts = parts;
    this.#password = password;
    this.#rpc = new Rpc({
      clock: parts.clock,
      tally: parts.tally,
      idPrefix: parts.idPrefix,
      idSuffix: parts.idSuffix,
      answer: (action, payload) => parts.answer(action, payload),
    });
  }

  get isOpen(): boolean {
    return this.#isUp && this.#link?.isOpen === true;
  }

  newId(): string {
    return this.#rpc.newId();
  }

  connect(): void {
    if (this.#isClosed) return;
    const { urls, stationId, subprotocol, localAddress, onPing } = this.#parts;
    const url = `${urls[this.#failures % urls.length] ?? ''}/${encodeURIComponent(stationId)}`;
    const link = new WsLink(
      { url, subprotocol, user: stationId, password: this.#password, localAddress, onPing },
      {
        opened: () => this.#opened(link),
        message: (text) => this.#rpc.receive(text),
        ended: (end) => this.#ended(end),
      },
    );
    this.#link = link;
  }

  async call(outgoing: Outgoing, id?: string): Promise<CallOutcome> {
    const outcome = await this.#rpc.call(outgoing, id);
    if (outcome.kind === 'timeout') {
      this.#timeoutsInRow += 1;
      if (this.#timeoutsInRow >= timeoutsInRowMax) this.cut();
    } else if (outcome.kind !== 'lost') {
      // Only an answer is a success: a platform that takes connections and drops them is met with growing waits.
      this.#timeoutsInRow = 0;
      this.#failures = 0;
    }
    return outcome;
  }

  /** A SEND; false where there is no connection. */
  tell(outgoing: Outgoing): boolean {
    return this.isOpen && this.#rpc.tell(outgoing);
  }

  /** Holds from the next connection on. */
  changePassword(password: string): void {
    this.#password = password;
  }

  /** Says goodbye and comes back after the wait, as a reboot does. */
  restart(waitMs: number): void {
    this.#restartMs = waitMs;
    this.#link?.shut(goingAwayCode);
  }

  /** Breaks the connection without a word. */
  cut(): void {
    this.#link?.cut();
  }

  close(): void {
    this.#isClosed = true;
    this.#connectTimer?.cancel();
    this.#link?.shut(goingAwayCode);
  }

  #opened(link: WsLink): void {
    this.#isUp = true;
    this.#timeoutsInRow = 0;
    this.#parts.tally.connected += 1;
    this.#rpc.opened((text) => link.send(text));
    this.#expectPing(link);
    this.#parts.opened();
  }

  #ended(end: LinkEnd): void {
    this.#link = undefined;
    this.#pingTimer?.cancel();
    if (this.#isUp) this.#parts.tally.connected -= 1;
    else if (end.kind === 'refused') this.#parts.tally.refusedUpgrades += 1;
    else this.#parts.tally.failedConnects += 1;
    this.#isUp = false;
    this.#rpc.closed();
    this.#parts.lost();
    if (this.#isClosed) return;
    this.#failures += 1;
    const retryAfterMs = end.kind === 'refused' ? end.retryAfterSeconds * 1000 : 0;
    const waitMs = this.#restartMs ?? Math.max(retryAfterMs, this.#backOffMs());
    this.#restartMs = undefined;
    this.#connectTimer = this.#parts.clock.after(waitMs, () => this.connect());
  }

  #backOffMs(): number {
    const { settings, random } = this.#parts;
    const backOff = {
      waitMinimumSeconds: settings.backOffWaitMinimumSeconds,
      randomRangeSeconds: settings.backOffRandomRangeSeconds,
      repeatTimes: settings.backOffRepeatTimes,
    };
    return backOffMs(this.#failures, backOff, random);
  }

  #expectPing(link: WsLink): void {
    const seconds = this.#parts.settings.webSocketPingIntervalSeconds;
    if (seconds === 0) return;
    this.#pingTimer = this.#parts.clock.after(seconds * 1000, () => {
      link.sendPing();
      this.#expectPing(link);
    });
  }
}
