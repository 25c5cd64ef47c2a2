// What a projection is: it folds one topic, key by key, into its own tables, and may emit records of its own.
import type { PoolClient } from 'pg';
import type { AppendRecord, TopicSpec } from '#kit/event-log/types';

/** Where an event stands in its topic. A fold may use it as version; it must use no clock and no randomness. */
export type Position = { readonly partition: number; readonly offset: number };

/** What one event made of a key's state, and what it has to say to the readers of the derived topic (at most a few). */
export type Folded<S, Emission> = { readonly state: S; readonly emit?: readonly Emission[] };

/** A fold is a table whose keys are the record types it reads; the runner skips all others by their header, undecoded. */
export type Fold<S, Events, Emission = never> = {
  readonly [K in keyof Events]?: (state: S | undefined, event: Events[K], at: Position) => Folded<S, Emission>;
};

export type Projection<S, Events, Emission = never> = {
  /** Name of the projection: schema `<name>_<version>`, readers use the schema (of views) `<name>`. */
  readonly name: string;
  readonly version: number;
  /** Counts changes of the fold's output; travels in what it emits. */
  readonly generation: number;
  readonly topic: TopicSpec;
  readonly fold: Fold<S, Events, Emission>;
  /** Decodes a record's framed value; throws Fault SCHEMA_UNKNOWN or RECORD_UNREADABLE, which parks the key. */
  decode(value: Uint8Array): Events[keyof Events];
  /** Reads the states of these keys; absent keys have none yet. Runs under search_path `<name>_<version>`. */
  load(client: PoolClient, keys: readonly string[]): Promise<Map<string, S>>;
  /**
   * Adds to the states what these events of the batch name beyond what load() reads (a state need not hold all its rows),
   * and may drop from them what can be asked again. Called once per batch after load() and before the fold, for all its
   * keys, cached ones too; cached states are those of committed batches. Returns the states to fold on.
   */
  readonly complete?: (
    client: PoolClient,
    batch: ReadonlyMap<string, { readonly state: S | undefined; readonly events: readonly Events[keyof Events][] }>,
  ) => Promise<ReadonlyMap<string, S>>;
  /** Writes the rows of the changed states; called in the transaction that moves the position. */
  save(client: PoolClient, changed: ReadonlyMap<string, S>): Promise<void>;
  /** Where an emission goes. eventIdOf(at, n) makes its id; the record's bytes depend only on (state, event, at). */
  readonly emitTo?: {
    readonly topic: TopicSpec;
    /** With a topic: an emission that another topic gets, in the same way (a current value beside the history). */
    toRecord(emission: Emission, at: Position): { topic?: string; partition: number; record: AppendRecord };
  };
};

export type ProjectionStatus = {
  readonly name: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly nextOffset: number;
    readonly endOffset: number;
    readonly stopped: string | null;
  }[];
  readonly parkedKeys: number;
};
