// The last facts answered on a socket: a repeat of the same message gets the same answer and is recorded no more.

type Kept = { readonly id: string; readonly text: string; readonly answer: string };

/** Stations send one CALL at a time, so a repeat is of the last one or the one before. */
const keptMax = 2;

export class Answered {
  readonly #kept: Kept[] = [];

  /** The answer of the same message (same id, same text: ids restart at boot on some firmwares). */
  find(id: string, text: string): string | undefined {
    for (const kept of this.#kept) if (kept.id === id && kept.text === text) return kept.answer;
    return undefined;
  }

  keep(id: string, text: string, answer: string): void {
    if (this.#kept.length === keptMax) this.#kept.shift();
    this.#kept.push({ id, text, answer });
  }
}
