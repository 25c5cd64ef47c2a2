// A well-behaved station beside the fuzzed ones: how long its CALLs take, with a fact and without.
import { setTimeout as delay } from 'node:timers/promises';
import type { StationIdentity } from '#load-tests/fleet/identities';
import { WsLink } from '#load-tests/fleet/ws-client';

const everyMs = 200;
const connectTriesMax = 100;
const answerTimeoutMs = 30_000;

/** A 1.6 station that sends a heartbeat and a status in turn, five CALLs a second. */
export class Probe {
  /** Messages so far. */
  sent = 0;
  readonly #identity: StationIdentity;
  readonly #url: string;
  readonly #asked = new Map<string, (atMs: number) => void>();
  #latencies: number[] = [];
  #link: WsLink | undefined;
  #ids = 0;

  constructor(url: string, identity: StationIdentity) {
    this.#url = url;
    this.#identity = identity;
  }

  async connect(): Promise<void> {
    for (let left = connectTriesMax; left > 0; left--) {
      if (await this.#open()) break;
      await delay(everyMs);
    }
    await this.#ask('BootNotification', { chargePointVendor: 'Example', chargePointModel: 'Probe' });
  }

  /** Asks until the signal aborts; rejects where an answer fails to come. */
  async run(signal: AbortSignal): Promise<void> {
    const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' };
    for (let n = 0; !signal.aborted; n++) {
      const startedMs = performance.now();
      if (n % 2 === 0) await this.#ask('Heartbeat', {});
      else await this.#ask('StatusNotification', status);
      const tookMs = performance.now() - startedMs;
      this.#latencies.push(tookMs);
      await delay(Math.max(1, everyMs - tookMs));
    }
  }

  /** Of all CALLs since the last time; forgets them. */
  takeLatencies(): readonly number[] {
    return this.#latencies.splice(0);
  }

  close(): void {
    this.#link?.shut(1000);
  }

  #open(): Promise<boolean> {
    const { stationId, password } = this.#identity;
    return new Promise((resolve) => {
      this.#link = new WsLink(
        { url: `${this.#url}/${stationId}`, user: stationId, password, subprotocol: 'ocpp1.6' },
        {
          opened: () => resolve(true),
          message: (text) => {
            const [, id] = JSON.parse(text) as [number, string];
            this.#asked.get(id)?.(performance.now());
          },
          ended: () => resolve(false),
        },
      );
    });
  }

  #ask(action: string, payload: object): Promise<void> {
    const id = `probe-${this.#ids++}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${this.#identity.stationId}: ${action} was not answered`)),
        answerTimeoutMs,
      );
      this.#asked.set(id, () => {
        clearTimeout(timer);
        this.#asked.delete(id);
        resolve();
      });
      this.sent += 1;
      this.#link?.send(JSON.stringify([2, id, action, payload]));
    });
  }
}
