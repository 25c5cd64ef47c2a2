// What a projection is run with.
import type { LogWriter } from '#kit/event-log/types';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import type { OpenReader } from '#kit/projection/owned-partitions';

export type ProjectionOptions = {
  /** The service's database; the projection's schemas are ready (prepareProjection). */
  readonly database: Database;
  readonly openReader: OpenReader;
  /** Needed by a projection that emits; also takes dead letters, so `<topic>.dlq` must exist where it is given. */
  readonly writer?: LogWriter;
  /** A rebuild: what the fold says is recorded history already, so it is dropped before it costs its bytes. */
  readonly muted?: boolean;
  readonly logger: Logger;
  /** Partitions of this process; all by default. Whoever starts last owns them. */
  readonly partitions?: readonly number[];
  readonly batchRecordsMax?: number;
  /**
   * Batches that are not full are committed this far apart at least (0: as they come). A state is written once per
   * batch, so under load a quarter of a second saves most of the database's work.
   */
  readonly commitEveryMs?: number;
  readonly cachedStatesMax?: number;
  /** A partition that would park more keys stops instead: then the code is at fault, not the events. */
  readonly parkedKeysMax?: number;
  /** Told after each commit, in order; what it throws is logged only. */
  readonly onCommitted?: (batch: CommittedBatch) => void;
};

export type CommittedBatch = {
  readonly events: number;
  readonly keys: readonly string[];
  readonly positions: readonly { readonly partition: number; readonly nextOffset: number }[];
};
