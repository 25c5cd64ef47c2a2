// What a lane hands to its producer: the records of one partition that go into one record batch, and what became of them.
import type { AppendRecord } from './types.ts';

/** One append() that waits. All its records stay in one batch, so its base offset tells every offset. */
export type PendingAppend = {
  readonly records: readonly AppendRecord[];
  readonly bytes: number;
  readonly queuedAtMs: number;
  readonly resolve: (baseOffset: number) => void;
  readonly reject: (fault: Error) => void;
  /** The caller was told that the outcome is unknown; the records go on all the same, or later ones would overtake. */
  isAbandoned: boolean;
};

/**
 * The unacknowledged batch of a partition; there is never a second one. A retry sends the same records under the same
 * sequence, so that the broker recognises what it already has; a new producer starts again at sequence 0.
 */
export type ProduceBatch = {
  readonly topic: string;
  readonly partition: number;
  readonly groups: readonly PendingAppend[];
  readonly recordCount: number;
  readonly bytes: number;
  /** notSequenced until a producer took it on. */
  firstSequence: number;
  state: 'unacknowledged' | 'acknowledged' | 'refused';
  /** Offset of the first record once acknowledged. */
  baseOffset: number;
  /** Name of the last error. */
  error: string | undefined;
};

export const notSequenced = -1;

/** One idempotent producer, as a lane uses it: a single request at a time. */
export type LaneProducer = {
  /**
   * One attempt. Marks every batch: acknowledged with its base offset, refused for what it holds, or left
   * unacknowledged to be tried again. Rejects when this producer must not be used again (its sequences are doubtful).
   */
  produce(batches: readonly ProduceBatch[]): Promise<void>;
  /** True when it should be replaced before its sequences come near their end. */
  readonly isWorn: boolean;
  close(): Promise<void>;
};
