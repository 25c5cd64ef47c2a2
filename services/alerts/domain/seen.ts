// What a board remembers of each station that it looked at: when to look again without news, and where it stands.
export type Seen = {
  readonly locationId: string | null;
  /** Before it no verdict changes by time alone, ms. */
  readonly until: number;
  /** Keys of its alerts that stand, and of the sites that count it. */
  readonly alertKeys: readonly string[];
  readonly siteKeys: readonly string[];
  /** A session of its own would change a verdict: it had none for too long. */
  readonly isQuiet: boolean;
  /** A session of a neighbour would: nobody there charges. */
  readonly isAlone: boolean;
};

export class SeenStations {
  readonly #stations = new Map<string, Seen>();
  /** By location. */
  readonly #alone = new Map<string, Set<string>>();

  get(stationId: string): Seen | undefined {
    return this.#stations.get(stationId);
  }

  set(stationId: string, seen: Seen): void {
    this.delete(stationId);
    this.#stations.set(stationId, seen);
    const { locationId, isAlone } = seen;
    if (!isAlone || locationId === null) return;
    const there = this.#alone.get(locationId) ?? new Set();
    this.#alone.set(locationId, there.add(stationId));
  }

  delete(stationId: string): void {
    const locationId = this.#stations.get(stationId)?.locationId ?? null;
    this.#stations.delete(stationId);
    if (locationId === null) return;
    const there = this.#alone.get(locationId);
    there?.delete(stationId);
    if (there?.size === 0) this.#alone.delete(locationId);
  }

  /** Those whose verdicts may have changed by time alone. */
  due(nowMs: number): string[] {
    const due: string[] = [];
    for (const [stationId, { until }] of this.#stations) if (until <= nowMs) due.push(stationId);
    return due;
  }

  /** Those to which it matters that this station gave energy. */
  concerned(stationId: string): string[] {
    const seen = this.#stations.get(stationId);
    if (seen === undefined) return [];
    const neighbours = seen.locationId === null ? [] : [...(this.#alone.get(seen.locationId) ?? [])];
    return seen.isQuiet && !neighbours.includes(stationId) ? [...neighbours, stationId] : neighbours;
  }
}
