// A part is one of the three engines under the platform: where it is, where it came from, and how it ends.
import { Fault } from '#kit/fault';

export type PartName = 'kafka' | 'postgres' | 'clickhouse';

export const partNames: readonly PartName[] = ['kafka', 'postgres', 'clickhouse'];

export type Part = {
  readonly name: PartName;
  /** What services are given: `host:port` for Kafka, else a URL. */
  readonly url: string;
  readonly source: 'given' | 'embedded' | 'container';
  /** Resolves with one sentence, and the tail of its log, when the part ends without being asked to. */
  readonly failed: Promise<string>;
  close(): Promise<void>;
};

/** Where parts are put and how they shall be. */
export type PartPlace = {
  /** Holds `kafka/`, `postgres/`, `clickhouse/`. */
  readonly dataDir: string;
  readonly logDir: string;
  readonly pidDir: string;
  /** Throw-away data: faster to start, not safe against a crash of the machine. */
  readonly throwAway: boolean;
};

/** Why an embedded part or a container cannot be had here; the next way is tried. */
export class PartAbsent extends Error {}

export type WaysToPart = {
  readonly name: PartName;
  /** The variable that names a part which runs already. */
  readonly variable: string;
  readonly given: string | undefined;
  readonly embedded: () => Promise<Part>;
  readonly container: () => Promise<Part>;
};

/** The part from its URL, else embedded, else as a container; one sentence when no way leads to it. */
export async function obtainPart(ways: WaysToPart): Promise<Part> {
  if (ways.given !== undefined && ways.given !== '') {
    return { name: ways.name, url: ways.given, source: 'given', failed: new Promise(() => {}), close: async () => {} };
  }
  const reasons: string[] = [];
  for (const way of [ways.embedded, ways.container]) {
    try {
      return await way();
    } catch (error) {
      if (!(error instanceof PartAbsent)) throw error;
      reasons.push(error.message);
    }
  }
  throw new Fault('PART_UNAVAILABLE', {
    detail: `No ${ways.name} here: ${reasons.join('; ')}; mend one of these, or name a running one in ${ways.variable}.`,
  });
}
