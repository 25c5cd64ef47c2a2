// Which odd messages the log is told of: a station that is odd in every message must not double what it says.

/** After the first message with the same quirks every so many-th is told; those between are counted. */
export const toldEvery = 1_000;
/** Kinds of odd messages of one connection that are told; a station that invents more is counted alone. */
const kindsMax = 64;

export class ToldQuirks {
  readonly #messages = new Map<string, number>();

  /** Of how many messages, this one included, the log is to be told now; 0: not now. */
  due(action: string, quirks: readonly string[]): number {
    const kind = `${action} ${quirks.join(' ')}`;
    const seen = (this.#messages.get(kind) ?? 0) + 1;
    if (seen === 1 && this.#messages.size >= kindsMax) return 0;
    this.#messages.set(kind, seen);
    if (seen === 1) return 1;
    // The first was told by itself.
    return seen % toldEvery === 0 ? Math.min(toldEvery, seen - 1) : 0;
  }
}
