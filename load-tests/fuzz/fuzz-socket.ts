// One station that sends spoiled frames: some at a time, then a mark whose answer tells that all before it was dealt with.
import { setTimeout as delay } from 'node:timers/promises';
import type { StationIdentity } from '#load-tests/fleet/identities';
import { Random } from '#load-tests/fleet/random';
import { type LinkEnd, WsLink } from '#load-tests/fleet/ws-client';
import { encodeFrame, opcodes } from '#load-tests/fleet/ws-frames';
import type { Corpus, Message } from './corpus.ts';
import { owedAnswer, type Owed } from './must-answer.ts';
import { spoil, type Wire } from './mutations.ts';
import { pick } from './sample.ts';
import type { Tally } from './tally.ts';

export type FuzzSocketOptions = {
  readonly url: string;
  readonly subprotocol: string;
  readonly identity: StationIdentity;
  readonly seed: string;
  readonly corpus: Corpus;
  readonly frames: number;
  /** Frames per second; 0: as fast as they are dealt with. */
  readonly rate: number;
  readonly tally: Tally;
};

type Sent = { readonly text: string; readonly mutation: string; readonly owed: Owed | undefined };
type Heard = { readonly type: number };

/** Below the CALLs that may wait at a gateway, mark included. */
const windowFrames = 10;
const markTimeoutMs = 60_000;
const connectTriesMax = 200;
const reconnectMs = 100;
const answersShare = 0.12;
const boot16 = { chargePointVendor: 'Example', chargePointModel: 'Fuzz' };
const boot2 = { reason: 'PowerUp', chargingStation: { vendorName: 'Example', model: 'Fuzz' } };
/** uWebSockets cuts these without a close frame. */
const cutsSocket: ReadonlySet<string> = new Set(['too-large', 'not-utf-8']);

export class FuzzSocket {
  readonly #options: FuzzSocketOptions;
  readonly #random: Random;
  readonly #heard = new Map<string, Heard>();
  #link: WsLink | undefined;
  #ended: Promise<LinkEnd> = Promise.resolve({ kind: 'failed', why: 'not connected yet' });
  #onHeard: ((id: string) => void) | undefined;
  #ids = 0;

  constructor(options: FuzzSocketOptions) {
    this.#options = options;
    this.#random = new Random(`${options.seed}/${options.identity.stationId}`);
  }

  /** Resolves when all its frames are sent and dealt with. */
  async run(): Promise<void> {
    const { frames, rate } = this.#options;
    const startedMs = performance.now();
    for (let sent = 0; sent < frames;) {
      if (this.#link?.isOpen !== true && !(await this.#connect())) return;
      const count = Math.min(windowFrames, frames - sent);
      await this.#window(count);
      sent += count;
      const dueInMs = rate === 0 ? 0 : startedMs + (sent / rate) * 1_000 - performance.now();
      if (dueInMs > 0) await delay(dueInMs);
    }
    this.#link?.shut(1000);
  }

  async #connect(): Promise<boolean> {
    const { identity, url, subprotocol, tally } = this.#options;
    for (let tries = 0; tries < connectTriesMax; tries++) {
      const opened = await this.#open(`${url}/${identity.stationId}`, subprotocol);
      if (opened && (await this.#mark(JSON.stringify([2, 'boot', 'BootNotification', this.#boot()]), 'boot')))
        return true;
      await delay(reconnectMs);
    }
    tally.find({ what: 'it cannot connect any more', ...this.#subject('none', '') });
    return false;
  }

  #open(url: string, subprotocol: string): Promise<boolean> {
    const { identity } = this.#options;
    this.#heard.clear();
    return new Promise((resolve) => {
      this.#ended = new Promise((end) => {
        const link = new WsLink(
          { url, user: identity.stationId, password: identity.password, subprotocol },
          {
            opened: () => resolve(true),
            message: (text) => this.#hear(text),
            ended(why) {
              resolve(false);
              end(why);
            },
          },
        );
        this.#link = link;
      });
    });
  }

  async #window(count: number): Promise<void> {
    const { tally } = this.#options;
    const sent: Sent[] = [];
    this.#heard.clear();
    for (let n = 0; n < count; n++) {
      const { name, wire } = spoil({ text: this.#right(), other: this.#right(), random: this.#random });
      const text = Buffer.from(wire.bytes).toString('utf8');
      tally.drew(name);
      sent.push({ text, mutation: name, owed: wire.kind === 'binary' ? undefined : owedAnswer(text) });
      this.#send(wire);
    }
    const id = `mark-${this.#ids++}`;
    if (await this.#mark(JSON.stringify([2, id, 'Heartbeat', {}]), id)) {
      tally.dealtWith += count;
      const shared = sent.filter(({ owed }, n) => sent.some((other, m) => m !== n && other.owed?.id === owed?.id));
      for (const frame of sent) this.#judge(frame, !shared.includes(frame));
      return;
    }
    tally.closedOn += count;
    tally.unsure += count + 1;
    this.#judgeEnd(await this.#ended, sent);
  }

  /** Where several frames have one id, which of them was answered how cannot be told. */
  #judge({ text, mutation, owed }: Sent, isOnlyOne: boolean): void {
    const { tally, identity } = this.#options;
    if (owed === undefined) return;
    const heard = this.#heard.get(owed.id);
    if (heard === undefined) {
      tally.find({ what: `no answer to "${owed.id}"`, ...this.#subject(mutation, text) });
      return;
    }
    if (heard.type !== 3) {
      tally.refused += 1;
      return;
    }
    tally.answered += 1;
    if (owed.action !== 'Heartbeat' && isOnlyOne) tally.acknowledged.add(`${identity.stationId} ${owed.id}`);
  }

  /** A socket ends with a code; without one only where the transport itself was broken. */
  #judgeEnd(end: LinkEnd, sent: readonly Sent[]): void {
    const { tally } = this.#options;
    tally.closed(end);
    if (end.kind === 'closed' && end.code !== 1006) return;
    if (sent.some(({ mutation }) => cutsSocket.has(mutation))) return;
    const last = sent.at(-1);
    tally.find({
      what: `ended without a code: ${JSON.stringify(end)}`,
      ...this.#subject(last?.mutation ?? '', last?.text ?? ''),
    });
  }

  /** Sends a CALL and waits for its answer; false where the socket ended before. */
  async #mark(text: string, id: string): Promise<boolean> {
    const { tally } = this.#options;
    const heard = new Promise<boolean>((resolve) => {
      this.#onHeard = (heardId) => {
        if (heardId === id) resolve(true);
      };
    });
    this.#send({ bytes: Buffer.from(text), kind: 'text' });
    const late = new AbortController();
    const answered = await Promise.race([
      heard,
      this.#ended.then(() => false),
      delay(markTimeoutMs, undefined, { signal: late.signal, ref: false }).then(
        () => 'late' as const,
        () => 'late' as const,
      ),
    ]);
    late.abort();
    this.#onHeard = undefined;
    if (answered !== 'late') return answered;
    tally.find({ what: `no answer within ${markTimeoutMs} ms`, ...this.#subject('mark', text) });
    this.#link?.cut();
    return false;
  }

  #send({ bytes, kind }: Wire): void {
    const link = this.#link;
    this.#options.tally.sent += 1;
    if (kind === 'fragmented') {
      const at = this.#random.integer(1, bytes.length - 1);
      link?.sendFrame(encodeFrame(opcodes.text, bytes.subarray(0, at), false));
      link?.sendFrame(encodeFrame(opcodes.continuation, bytes.subarray(at)));
      return;
    }
    link?.sendFrame(encodeFrame(kind === 'text' ? opcodes.text : opcodes.binary, bytes));
  }

  #hear(text: string): void {
    const [type, id] = JSON.parse(text) as [number, string];
    if (type === 2) {
      // What the platform wants of a station that booted.
      this.#send({ bytes: Buffer.from(JSON.stringify([3, id, { status: 'Accepted' }])), kind: 'text' });
      return;
    }
    this.#heard.set(id, { type });
    this.#onHeard?.(id);
  }

  /** A right frame under an id of its own: a CALL, or an answer to one that never was. */
  #right(): string {
    const { corpus } = this.#options;
    const id = `${(this.#ids++).toString(36)}-${this.#random.integer(0, 35).toString(36)}`;
    if (this.#random.chance(answersShare)) return JSON.stringify([3, id, pick(corpus.answers, this.#random).payload]);
    const { action, payload }: Message = pick(corpus.requests, this.#random);
    return JSON.stringify([action === 'NotifyPeriodicEventStream' ? 6 : 2, id, action, payload]);
  }

  #boot(): object {
    return this.#options.subprotocol === 'ocpp1.6' ? boot16 : boot2;
  }

  #subject(mutation: string, frame: string) {
    return { stationId: this.#options.identity.stationId, mutation, frame };
  }
}
