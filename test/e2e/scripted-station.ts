// A station that says what a test tells it, answers our CALLs as it is told, and remembers everything it heard.
import { setTimeout as delay } from 'node:timers/promises';
import type { FleetVersion } from '#load-tests/fleet/identities';
import { WsLink, type LinkEnd } from '#load-tests/fleet/ws-client';
import { eventually } from './operator-client.ts';

export type HeardCall = { readonly id: string; readonly action: string; readonly payload: Record<string, unknown> };

export type StationOptions = {
  readonly port: number;
  readonly stationId: string;
  readonly password: string;
  readonly version: FleetVersion;
  /** Who it says it is; by default the station of its URL. */
  readonly user?: string;
  /** What its upgrade offers; by default its version's. */
  readonly subprotocol?: string;
  /** The answer to a CALL of ours; undefined: none. */
  readonly answer?: (call: HeardCall) => object | undefined;
};

/** An answer that is a CALLERROR. */
export class CallError {
  readonly code: string;

  constructor(code: string) {
    this.code = code;
  }
}

type Answer = { readonly type: number; readonly payload: Record<string, unknown> };

const answerTimeoutMs = 30_000;
const refusedMsMax = 60_000;
const returnsMax = 3;

export class ScriptedStation {
  readonly opened: Promise<void>;
  readonly ended: Promise<LinkEnd>;
  /** Our CALLs to it, in order. */
  readonly calls: HeardCall[] = [];
  /** Every text it heard. */
  readonly heard: string[] = [];
  readonly #link: WsLink;
  readonly #asked = new Map<string, (answer: Answer) => void>();
  readonly #options: StationOptions;
  #ids = 0;

  constructor(options: StationOptions) {
    const { port, stationId, password, version, user = stationId, subprotocol = `ocpp${version}` } = options;
    this.#options = options;
    const url = `ws://127.0.0.1:${port}/ocpp/${stationId}`;
    let end: (why: LinkEnd) => void = () => undefined;
    let open: () => void = () => undefined;
    this.ended = new Promise((resolve) => (end = resolve));
    this.opened = new Promise((resolve) => (open = resolve));
    this.#link = new WsLink(
      { url, user, password, subprotocol },
      { opened: () => open(), message: (text) => this.#hear(text), ended: (why) => end(why) },
    );
  }

  /** Connects, again where it is refused: a gateway just started, woken, or yet to hear of the station, wants to be asked later. */
  static async connect(options: StationOptions): Promise<ScriptedStation> {
    for (const until = performance.now() + refusedMsMax; ;) {
      const station = new ScriptedStation(options);
      const end = await Promise.race([station.opened, station.ended]);
      if (end === undefined) return station;
      if (end.kind !== 'refused' || performance.now() > until)
        throw new Error(`${options.stationId}: ${JSON.stringify(end)}`);
      await delay(100);
    }
  }

  send(text: string): void {
    this.#link.send(text);
  }

  /** Sends a CALL; its answer, or undefined where the connection ended without one. */
  async ask(action: string, payload: object, id = `m${this.#ids++}`): Promise<Answer | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`${action} was not answered`)), answerTimeoutMs);
    });
    const answered = new Promise<Answer>((resolve) => this.#asked.set(id, resolve));
    this.send(JSON.stringify([2, id, action, payload]));
    try {
      return await Promise.race([answered, this.ended.then(() => undefined), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async boot(model = 'M'): Promise<void> {
    await this.ask('BootNotification', bootOf(this.#options, model));
  }

  close(): void {
    this.#link.shut(1000);
  }

  #hear(text: string): void {
    this.heard.push(text);
    const [type, id, ...rest] = JSON.parse(text) as [number, string, ...unknown[]];
    if (type !== 2) {
      this.#asked.get(id)?.({ type, payload: (type === 3 ? rest[0] : { code: rest[0] }) as Record<string, unknown> });
      return;
    }
    const call = { id, action: String(rest[0]), payload: rest[1] as Record<string, unknown> };
    this.calls.push(call);
    const answer = this.#options.answer === undefined ? { status: 'Accepted' } : this.#options.answer(call);
    if (answer === undefined) return;
    this.send(JSON.stringify(answer instanceof CallError ? [4, id, answer.code, '', {}] : [3, id, answer]));
  }
}

function bootOf({ version }: StationOptions, model: string): object {
  if (version === '1.6') return { chargePointVendor: 'V', chargePointModel: model };
  return { reason: 'PowerUp', chargingStation: { vendorName: 'V', model } };
}

/** A scripted station that comes back when its line ends, as stations do, and says again what nobody answered. */
export class ReturningStation {
  readonly #options: StationOptions;
  readonly #earlier: ScriptedStation[] = [];
  #station: ScriptedStation;

  private constructor(options: StationOptions, station: ScriptedStation) {
    this.#options = options;
    this.#station = station;
  }

  static async boot(options: StationOptions): Promise<ReturningStation> {
    const station = new ReturningStation(options, await ScriptedStation.connect(options));
    await station.ask('BootNotification', bootOf(options, 'M'));
    return station;
  }

  /** Our CALLs to it, on whichever of its connections. */
  get calls(): readonly HeardCall[] {
    return [...this.#earlier, this.#station].flatMap(({ calls }) => calls);
  }

  async ask(action: string, payload: object): Promise<Answer> {
    for (let left = returnsMax; ; left -= 1) {
      const answer = await this.#station.ask(action, payload);
      if (answer !== undefined) return answer;
      const end = JSON.stringify(await this.#station.ended);
      if (left === 0) throw new Error(`${action} was not answered on any connection; the last one ended: ${end}`);
      process.stderr.write(`${this.#options.stationId} comes back after ${end}\n`);
      this.#earlier.push(this.#station);
      this.#station = await ScriptedStation.connect(this.#options);
    }
  }

  /** Sends a text that may be no frame, and resolves with what is heard next. */
  async provoke(text: string): Promise<void> {
    const station = this.#station;
    const heard = station.heard.length;
    station.send(text);
    await eventually(`an answer to ${text}`, async () => (station.heard.length > heard ? true : undefined));
  }

  close(): void {
    this.#station.close();
  }
}
