// A 1.6 station that does nothing but ask about cards, for the bench of Authorize.
import { setTimeout as delay } from 'node:timers/promises';
import type { StationIdentity } from '#load-tests/fleet/identities';
import { WsLink } from '#load-tests/fleet/ws-client';

const connectTimeoutMs = 60_000;
const retryMs = 500;

/** One station that asks about cards; its answers come in the order of its questions. */
export class Asker {
  readonly #link: WsLink;
  readonly #waiting: ((text: string) => void)[] = [];
  #ids = 0;

  constructor(url: string, { stationId, password }: StationIdentity, opened: () => void, failed: (why: Error) => void) {
    this.#link = new WsLink(
      { url: `${url}/${stationId}`, user: stationId, password, subprotocol: 'ocpp1.6' },
      {
        opened,
        message: (text) => this.#waiting.shift()?.(text),
        ended: (end) => failed(new Error(`${stationId}: ${JSON.stringify(end)}`)),
      },
    );
  }

  /** Again and again where it is refused: the gateway has yet to hear of the station. */
  static async connect(url: string, identity: StationIdentity): Promise<Asker> {
    for (const until = performance.now() + connectTimeoutMs; ;) {
      try {
        const asker = await Asker.#open(url, identity);
        await asker.#call('BootNotification', { chargePointVendor: 'Bench', chargePointModel: 'Asker' });
        return asker;
      } catch (error) {
        if (performance.now() > until) throw error;
        await delay(retryMs);
      }
    }
  }

  static #open(url: string, identity: StationIdentity): Promise<Asker> {
    return new Promise((resolve, reject) => {
      const asker: Asker = new Asker(url, identity, () => resolve(asker), reject);
    });
  }

  async ask(idTag: string): Promise<string> {
    const [, , payload] = JSON.parse(await this.#call('Authorize', { idTag })) as [
      number,
      string,
      { idTagInfo?: { status: string } },
    ];
    return payload.idTagInfo?.status ?? 'none';
  }

  close(): void {
    this.#link.shut(1000);
  }

  #call(action: string, payload: object): Promise<string> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#link.send(JSON.stringify([2, `b${this.#ids++}`, action, payload]));
    });
  }
}
