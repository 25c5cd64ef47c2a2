// One station of a bench: connects, boots, starts a transaction, then sends nothing but MeterValues, one at a time.
import type { StationIdentity } from '#load-tests/fleet/identities';
import { MeterFrame, firstRegisterWh } from '#load-tests/fleet/meter-frame';
import { integerOf, isoOf, textOf } from '#load-tests/fleet/payload';
import { WsLink } from '#load-tests/fleet/ws-client';

/** What the platform must have of a station when the bench is over. */
export type StationLoad = {
  readonly transactionId: number | undefined;
  readonly acknowledged: number;
  readonly lastTimestampMs: number;
  readonly lastRegisterWh: number;
};

export type BenchPeerOptions = {
  readonly url: string;
  readonly identity: StationIdentity;
  /** Its place in the schedule. */
  readonly index: number;
  readonly runId: string;
  readonly startsTransaction: boolean;
  readonly localAddress: string | undefined;
  /** An answer came; `isResult` false where the platform refused. */
  answered(peer: BenchPeer, isResult: boolean): void;
  ended(peer: BenchPeer): void;
};

const connectorId = 1;

type SetupCall = { readonly id: string; readonly settle: (payload: unknown) => void };

export class BenchPeer {
  readonly stationId: string;
  readonly index: number;
  /** Messages sent and answered so far; the scheduler reads them. */
  sent = 0;
  acknowledged = 0;
  isBusy = false;
  isOpen = false;
  sentAtMs = 0;
  readonly #options: BenchPeerOptions;
  readonly #link: WsLink;
  #frame: MeterFrame | undefined;
  #transactionId: number | undefined;
  #awaitedHead = '';
  #lastTimestampMs = 0;
  #acknowledgedTimestampMs = 0;
  #acknowledgedRegisterWh = firstRegisterWh;
  #setup: SetupCall | undefined;
  #setupCalls = 0;

  constructor(options: BenchPeerOptions, ready: (error: Error | undefined) => void) {
    this.#options = options;
    this.stationId = options.identity.stationId;
    this.index = options.index;
    const { identity, url, localAddress } = options;
    this.#link = new WsLink(
      {
        url: `${url}/${encodeURIComponent(identity.stationId)}`,
        subprotocol: 'ocpp1.6',
        user: identity.stationId,
        password: identity.password,
        localAddress,
      },
      {
        opened: () => void this.#prepare().then(ready, ready),
        message: (text) => this.#read(text),
        ended: (end) => {
          ready(new Error(`${this.stationId} ended: ${JSON.stringify(end)}`));
          this.#setup?.settle(undefined);
          this.isOpen = false;
          options.ended(this);
        },
      },
    );
  }

  get load(): StationLoad {
    return {
      transactionId: this.#transactionId,
      acknowledged: this.acknowledged,
      lastTimestampMs: this.#acknowledgedTimestampMs,
      lastRegisterWh: this.#acknowledgedRegisterWh,
    };
  }

  sendMeterValues(nowMs: number): void {
    const frame = this.#frame;
    if (frame === undefined) return;
    this.sent += 1;
    this.isBusy = true;
    this.sentAtMs = nowMs;
    this.#lastTimestampMs = Math.max(this.#lastTimestampMs + 1, Date.now());
    frame.patch(
      { number: this.sent, atMs: this.#lastTimestampMs, registerWh: firstRegisterWh + this.sent },
      isoOf(this.#lastTimestampMs),
    );
    this.#awaitedHead = frame.answerHead(this.sent);
    this.#link.sendFrame(frame.bytes);
  }

  /** Leaves without a word: the bench does not take place. */
  abandon(): void {
    this.#link.cut();
  }

  /** Ends the transaction where nothing is in flight, and says goodbye. */
  async close(): Promise<void> {
    if (this.isOpen && !this.isBusy && this.#transactionId !== undefined) {
      const meterStop = this.#acknowledgedRegisterWh;
      const timestamp = isoOf(Math.max(this.#lastTimestampMs + 1, Date.now()));
      await this.#call('StopTransaction', {
        transactionId: this.#transactionId,
        meterStop,
        timestamp,
        reason: 'Local',
      });
    }
    this.#link.shut(1000);
  }

  async #prepare(): Promise<undefined> {
    const boot = await this.#call('BootNotification', { chargePointVendor: 'Chargestream', chargePointModel: 'Bench' });
    if (textOf(boot, 'status') !== 'Accepted') throw new Error(`${this.stationId} was not accepted`);
    if (this.#options.startsTransaction) {
      const [token] = this.#options.identity.tokens;
      const start = {
        connectorId,
        idTag: token?.uid ?? 'BENCH',
        meterStart: firstRegisterWh,
        timestamp: isoOf(Date.now()),
      };
      this.#transactionId = integerOf(await this.#call('StartTransaction', start), 'transactionId');
      if (this.#transactionId === undefined) throw new Error(`${this.stationId} got no transaction`);
    }
    this.#frame = new MeterFrame({
      idPrefix: `${this.#options.runId}-`,
      connectorId,
      transactionId: this.#transactionId,
    });
    this.isOpen = true;
    return undefined;
  }

  #call(action: string, payload: object): Promise<unknown> {
    const id = `${this.#options.runId}-s${++this.#setupCalls}`;
    return new Promise((settle) => {
      this.#setup = { id, settle };
      this.#link.send(JSON.stringify([2, id, action, payload]));
    });
  }

  #read(text: string): void {
    if (this.isBusy && text.startsWith(this.#awaitedHead)) return this.#answered(true);
    const frame = JSON.parse(text) as readonly unknown[];
    if (frame[0] === 2) {
      this.#link.send(JSON.stringify([4, frame[1], 'NotSupported', 'a bench station only reports', {}]));
      return;
    }
    if (this.#setup !== undefined && frame[1] === this.#setup.id) {
      const { settle } = this.#setup;
      this.#setup = undefined;
      settle(frame[0] === 3 ? frame[2] : undefined);
      return;
    }
    // The same answer in another spelling, or a refusal.
    if (this.isBusy && this.#awaitedHead.endsWith(`"${String(frame[1])}"`)) this.#answered(frame[0] === 3);
  }

  #answered(isResult: boolean): void {
    this.isBusy = false;
    if (isResult) {
      this.acknowledged += 1;
      this.#acknowledgedTimestampMs = this.#lastTimestampMs;
      this.#acknowledgedRegisterWh = firstRegisterWh + this.sent;
    }
    this.#options.answered(this, isResult);
  }
}
