// The last facts answered on a socket: a repeat of the same message gets the same answer and is recorded no more.
import { createHash } from 'node:crypto';

type Kept = { readonly id: string; readonly print: string; readonly answer: string };

/** Stations send one CALL at a time, so a repeat is of the last one or the one before. */
const keptMax = 2;
/** A longer text is kept as its hash: an idle station must not hold the last 256 KiB it ever said. */
const textKeptCharsMax = 1024;

export class Answered {
  readonly #kept: Kept[] = [];

  /** The answer of the same message (same id, same text: ids restart at boot on some firmwares). */
  find(id: string, text: string): string | undefined {
    for (const kept of this.#kept) if (kept.id === id && kept.print === printOf(text)) return kept.answer;
    return undefined;
  }

  keep(id: string, text: string, answer: string): void {
    if (this.#kept.length === keptMax) this.#kept.shift();
    this.#kept.push({ id, print: printOf(text), answer });
  }
}

function printOf(text: string): string {
  return text.length <= textKeptCharsMax ? text : createHash('sha256').update(text).digest('base64');
}
