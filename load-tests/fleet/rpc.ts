// OCPP-J calls of one station: one in flight, 30 s for the answer, ids that never come twice, whatever the connection.
import type { Clock, Timer } from '#load-tests/fleet/clock';
import type { Tally } from '#load-tests/fleet/tally';

export type Outgoing = { readonly action: string; readonly payload: object };

/** `lost`: the connection ended first; whether the platform heard it is unknown. */
export type CallOutcome =
  | { readonly kind: 'result'; readonly payload: unknown }
  | { readonly kind: 'error'; readonly code: string; readonly description: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'lost' };

/** Our answer to a call of the platform; `afterwards` runs once it was sent. */
export type Answer =
  | { readonly kind: 'result'; readonly payload: object; readonly afterwards?: () => void }
  | { readonly kind: 'error'; readonly code: string; readonly description: string };

export type RpcParts = {
  readonly clock: Clock;
  readonly tally: Tally;
  /** Begins every id, so that ids differ between runs too: ids are unique per station across reconnects (1.6J errata 3.7). */
  readonly idPrefix: string;
  /** Ends every id: some makes write longer ones than the specification allows. */
  readonly idSuffix?: string | undefined;
  answer(action: string, payload: unknown): Answer;
};

export const callTimeoutMs = 30_000;
export const callsWaitingMax = 256;

const messageTypes = { call: 2, result: 3, error: 4, send: 6 } as const;

type Call = { readonly id: string; readonly text: string; readonly settle: (outcome: CallOutcome) => void };

export class Rpc {
  readonly #parts: RpcParts;
  readonly #waiting: Call[] = [];
  #send: ((text: string) => void) | undefined;
  #inFlight: Call | undefined;
  #timer: Timer | undefined;
  #lastId = 0;

  constructor(parts: RpcParts) {
    this.#parts = parts;
  }

  newId(): string {
    this.#lastId += 1;
    return `${this.#parts.idPrefix}-${this.#lastId.toString(36)}${this.#parts.idSuffix ?? ''}`;
  }

  opened(send: (text: string) => void): void {
    this.#send = send;
  }

  /** The connection is gone: every open call ends as lost. */
  closed(): void {
    this.#send = undefined;
    const calls = this.#inFlight === undefined ? this.#waiting.splice(0) : [this.#inFlight, ...this.#waiting.splice(0)];
    this.#timer?.cancel();
    this.#inFlight = undefined;
    for (const call of calls) {
      this.#parts.tally.lost += 1;
      call.settle({ kind: 'lost' });
    }
  }

  /** Calls the platform, after the calls that already wait. Give the id to repeat a message under its first one. */
  call(outgoing: Outgoing, id: string = this.newId()): Promise<CallOutcome> {
    if (this.#send === undefined || this.#waiting.length >= callsWaitingMax) return Promise.resolve({ kind: 'lost' });
    return new Promise((settle) => {
      this.#waiting.push({
        id,
        text: JSON.stringify([messageTypes.call, id, outgoing.action, outgoing.payload]),
        settle,
      });
      this.#next();
    });
  }

  /** A SEND of 2.1: nobody answers it, and it waits for no call. False where there is no connection. */
  tell(outgoing: Outgoing): boolean {
    if (this.#send === undefined) return false;
    this.#send(JSON.stringify([messageTypes.send, this.newId(), outgoing.action, outgoing.payload]));
    return true;
  }

  receive(text: string): void {
    const frame = parseFrame(text);
    if (frame === undefined) {
      this.#parts.tally.strayFrames += 1;
      return;
    }
    if (frame[0] === messageTypes.call) this.#answer(frame[1], frame);
    else this.#settle(frame[1], frame);
  }

  #next(): void {
    if (this.#inFlight !== undefined || this.#send === undefined) return;
    const call = this.#waiting.shift();
    if (call === undefined) return;
    this.#inFlight = call;
    this.#timer = this.#parts.clock.deadline(callTimeoutMs, () => this.#timedOut(call));
    this.#parts.tally.callsSent += 1;
    this.#send(call.text);
  }

  #timedOut(call: Call): void {
    this.#parts.tally.timeouts += 1;
    this.#finish(call, { kind: 'timeout' });
  }

  #settle(id: string, frame: readonly unknown[]): void {
    const call = this.#inFlight;
    if (call === undefined || call.id !== id) {
      this.#parts.tally.strayFrames += 1;
      return;
    }
    if (frame[0] === messageTypes.result) {
      this.#parts.tally.acknowledged += 1;
      this.#finish(call, { kind: 'result', payload: frame[2] });
    } else {
      this.#parts.tally.callErrors += 1;
      this.#finish(call, { kind: 'error', code: String(frame[2]), description: String(frame[3]) });
    }
  }

  #finish(call: Call, outcome: CallOutcome): void {
    this.#timer?.cancel();
    this.#inFlight = undefined;
    call.settle(outcome);
    this.#next();
  }

  #answer(id: string, frame: readonly unknown[]): void {
    this.#parts.tally.callsReceived += 1;
    const answer = this.#parts.answer(String(frame[2]), frame[3]);
    if (answer.kind === 'error') {
      this.#send?.(JSON.stringify([messageTypes.error, id, answer.code, answer.description.slice(0, 255), {}]));
      return;
    }
    this.#send?.(JSON.stringify([messageTypes.result, id, answer.payload]));
    answer.afterwards?.();
  }
}

function parseFrame(text: string): readonly [2 | 3 | 4, string, ...unknown[]] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value) || typeof value[1] !== 'string' || value.length < 3) return undefined;
    const [type] = value as unknown[];
    if (type !== messageTypes.call && type !== messageTypes.result && type !== messageTypes.error) return undefined;
    return value as unknown as readonly [2 | 3 | 4, string, ...unknown[]];
  } catch {
    return undefined;
  }
}
