// Exchanges that wait to be told, bounded in bytes: where there is no room the oldest go.
import type { FramesConnection } from './frames.ts';
import { frameCharsMax, type Exchange } from './domain/exchange.ts';

export type Noted = { readonly connection: FramesConnection; readonly exchange: Exchange; readonly seq: number };

/** What an entry keeps beside its texts, and what a parsed payload takes for each character that it was. */
const entryBytes = 256;
const parsedBytesPerChar = 4;
const headMax = 1_024;

export class FrameQueue {
  readonly #bytesMax: number;
  #entries: (Noted | undefined)[] = [];
  #head = 0;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get length(): number {
    return this.#entries.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  oldestReceivedAt(): number | undefined {
    return this.#entries[this.#head]?.exchange.receivedAt;
  }

  /** Returns how many were dropped for it. */
  push(noted: Noted): number {
    this.#entries.push(noted);
    this.#bytes += bytesOf(noted);
    let dropped = 0;
    for (; this.#bytes > this.#bytesMax && this.length > 0; dropped++) this.#shift();
    return dropped;
  }

  /** The oldest, within both bounds, of records and of the texts that are kept of them; at least one. */
  take(recordsMax: number, charsMax: number): readonly Noted[] {
    const taken: Noted[] = [];
    let chars = 0;
    while (taken.length < recordsMax && chars < charsMax) {
      const noted = this.#shift();
      if (noted === undefined) break;
      chars += charsOf(noted);
      taken.push(noted);
    }
    return taken;
  }

  /** Forgets everything; returns how many those were. */
  clear(): number {
    const { length } = this;
    this.#entries = [];
    this.#head = 0;
    this.#bytes = 0;
    return length;
  }

  #shift(): Noted | undefined {
    const noted = this.#entries[this.#head];
    if (noted === undefined) return undefined;
    this.#entries[this.#head] = undefined;
    this.#head += 1;
    this.#bytes -= bytesOf(noted);
    // The places of what was taken go in large pieces: a shift per entry would move all others.
    if (this.#head === this.#entries.length || (this.#head >= headMax && this.#head * 2 > this.#entries.length)) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return noted;
  }
}

function charsOf({ exchange: { request, answer } }: Noted): number {
  return Math.min(request.length, frameCharsMax) + Math.min(answer?.length ?? 0, frameCharsMax);
}

function bytesOf({ exchange: { request, answer, payload } }: Noted): number {
  const perChar = payload === undefined ? 1 : 1 + parsedBytesPerChar;
  return entryBytes + request.length * perChar + (answer?.length ?? 0);
}
