// Runs a sink: carries a topic's records into a timeseries store, each cut once, over crashes of any part.
import { createBackOff, sleep } from '#kit/back-off';
import type { ClickHouse } from '#kit/clickhouse';
import type { LogReader, LogWriter, PartitionBatch, TopicSpec } from '#kit/event-log/types';
import { failpoint } from '#kit/failpoint';
import { Fault } from '#kit/fault';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import { type Database, transaction } from '#kit/postgres';
import { buryAll } from '#kit/projection/dead-letter';
import { FenceBroken } from '#kit/projection/fence';
import { type OpenReader, OwnedPartitions, type PartitionStatus } from '#kit/projection/owned-partitions';
import { positionMetrics } from '#kit/projection/position-metrics';
import { type SinkBatch, type SinkBlock, type ToBlocks, toBlocksSafely } from '#kit/sink/blocks';
import { type CutRange, CutCollector, type Cut, tokenOf } from '#kit/sink/cut';
import { noteCut, prepareSink, readCuts, settleCut, sinkSchemaOf } from '#kit/sink/intent';
import { claimSink, isSinkFree, reclaimSink } from '#kit/sink/ownership';
import { sinkMetrics } from '#kit/sink/sink-metrics';

export type SinkOptions = {
  /** Names the schema of its positions (`sink_<name>`), its tokens and metrics; unique in the installation. */
  readonly name: string;
  readonly topic: TopicSpec;
  /** Record types that it reads; all others are passed over by their header. */
  readonly types: readonly string[];
  readonly toBlocks: ToBlocks;
  /** Its topic keeps records for days only: what went before it was read is passed over, with a warning. */
  readonly mayMiss?: boolean;
  readonly openReader: OpenReader;
  readonly database: Database;
  readonly clickhouse: Pick<ClickHouse, 'insertRowBinary'>;
  /** Takes dead letters; `<topic>.dlq` must exist where it is given. */
  readonly writer?: LogWriter;
  readonly logger: Logger;
  readonly partitions?: readonly number[];
  readonly flushRecordsMax?: number;
  readonly flushBytesMax?: number;
  /** A record waits at most this long for others to come with it. */
  readonly flushMs?: number;
};

export type SinkStatus = { readonly name: string; readonly partitions: readonly PartitionStatus[] };
export type RunningSink = Closable & { status(): SinkStatus };

const flushRecordsMaxDefault = 20_000;
const flushBytesMaxDefault = 16 * 1024 * 1024;
const flushMsDefault = 1_000;
const backOffMsMax = 10_000;
const refreshMs = 5_000;
const regainMs = 500;

/** Claims the partitions and follows them until close(). Throws Fault DATABASE_UNAVAILABLE or LOG_UNAVAILABLE. */
export async function runSink(options: SinkOptions): Promise<RunningSink> {
  const sink = new SinkRunner(options);
  await sink.start();
  return sink;
}

/** A cut with its rows, made in the given era. */
type ReadyCut = { readonly cut: Cut; readonly era: number; readonly made: SinkBatch };

class SinkRunner implements RunningSink {
  readonly #options: SinkOptions;
  readonly #owned: OwnedPartitions;
  readonly #collector: CutCollector;
  readonly #positionMetrics = positionMetrics('sink');
  readonly #metrics = sinkMetrics();
  readonly #closing = new AbortController();
  readonly #backOff = createBackOff(this.#closing.signal, backOffMsMax);
  /** Counts restarts from the stored positions; what was read before one is not used after it. */
  #era = 0;
  /** Cuts that were noted before a crash: cut again exactly so. */
  #planned: CutRange[][] = [];
  #reader: LogReader | undefined;
  #reading: Promise<{ batches: PartitionBatch[]; era: number }> | undefined;
  #loop: Promise<void> = Promise.resolve();
  #refresh: NodeJS.Timeout | undefined;
  #regaining: Promise<void> = Promise.resolve();

  constructor(options: SinkOptions) {
    const { name, topic, types, database, mayMiss, logger } = options;
    this.#options = options;
    const [schema, metrics] = [sinkSchemaOf(name), this.#positionMetrics];
    this.#owned = new OwnedPartitions({ kind: 'sink', name, topic, database, mayMiss, schema, metrics, logger });
    this.#collector = new CutCollector(types, {
      recordsMax: options.flushRecordsMax ?? flushRecordsMaxDefault,
      bytesMax: options.flushBytesMax ?? flushBytesMaxDefault,
      ageMsMax: options.flushMs ?? flushMsDefault,
    });
  }

  async start(): Promise<void> {
    const { database, name, topic, openReader } = this.#options;
    const partitions = this.#options.partitions ?? Array.from({ length: topic.partitions }, (_, index) => index);
    await prepareSink(database, name);
    const reader = await openReader(topic, (partition, fault) => this.#owned.lost(partition, fault));
    this.#reader = reader;
    try {
      await this.#owned.claim(reader, partitions, claimSink(name));
      this.#beginAtPositions(await this.#readNoted());
    } catch (error) {
      await reader.close();
      throw error;
    }
    this.#loop = this.#follow(reader);
    this.#refresh = setInterval(() => void this.#owned.refreshEndOffsets().catch(() => {}), refreshMs);
    this.#refresh.unref();
    this.#regaining = this.#keepRegaining(reader, partitions);
  }

  status(): SinkStatus {
    return { name: this.#options.name, partitions: this.#owned.status() };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#refresh);
    await this.#reader?.close();
    await Promise.all([this.#loop, this.#regaining]);
  }

  /** A rebuild takes all partitions and sets them free when it has ended. */
  async #keepRegaining(reader: LogReader, partitions: readonly number[]): Promise<void> {
    const { database, name, logger } = this.#options;
    const { signal } = this.#closing;
    for (await sleep(regainMs, signal); !signal.aborted; await sleep(regainMs, signal)) {
      try {
        if (!this.#owned.isLost || !(await isSinkFree(database, name))) continue;
        await this.#owned.claim(reader, partitions, reclaimSink(name));
        const noted = await this.#readNoted();
        await this.#owned.resync(() => this.#beginAtPositions(noted));
      } catch (error) {
        logger.warn({ err: error, sink: name }, 'sink could not be regained, trying again');
      }
    }
  }

  async #follow(reader: LogReader): Promise<void> {
    // While a cut is being inserted, the next one is gathered and encoded: two cuts in memory, never more.
    let upcoming = this.#nextCut(reader);
    for (let ready = await upcoming; ready !== undefined; ready = await upcoming) {
      upcoming = this.#nextCut(reader);
      await this.#flushOrRecover(ready);
    }
  }

  async #nextCut(reader: LogReader): Promise<ReadyCut | undefined> {
    while (!this.#closing.signal.aborted) {
      const cut = this.#takeCut(Date.now());
      if (cut !== undefined) return { cut, era: this.#era, made: toBlocksSafely(this.#options.toBlocks, cut.batches) };
      const isOpen = await this.#gather(reader);
      if (!isOpen) return undefined;
    }
    return undefined;
  }

  #takeCut(nowMs: number): Cut | undefined {
    const readable = new Set(this.#owned.partitions);
    this.#planned = this.#planned.filter((ranges) => ranges.every(({ partition }) => readable.has(partition)));
    const [planned] = this.#planned;
    if (planned === undefined) return this.#collector.dueInMs(nowMs) === 0 ? this.#collector.takeAll(nowMs) : undefined;
    if (!this.#collector.holds(planned)) return undefined;
    this.#planned.shift();
    return this.#collector.take(planned, nowMs);
  }

  /** Waits for records, or for the cut to be due; false when the reader is closed. */
  async #gather(reader: LogReader): Promise<boolean> {
    const recordsMax = this.#options.flushRecordsMax ?? flushRecordsMaxDefault;
    this.#reading ??= reader.next(recordsMax).then((batches) => ({ batches, era: this.#era }));
    const timer = new AbortController();
    const dueInMs = this.#planned.length > 0 ? undefined : this.#collector.dueInMs(Date.now());
    const due = dueInMs === undefined ? [] : [sleep(dueInMs, timer.signal)];
    const read = await Promise.race([this.#reading, ...due]);
    timer.abort();
    if (read === undefined) return true;
    this.#reading = undefined;
    if (read.batches.length === 0) return false;
    // Read before a restart: the log gives it again.
    if (read.era !== this.#era) return true;
    const skipped = this.#collector.add(this.#owned.accept(read.batches), Date.now());
    if (skipped > 0) this.#metrics.skipped.inc({ sink: this.#options.name }, skipped);
    return true;
  }

  async #flushOrRecover(ready: ReadyCut): Promise<void> {
    if (ready.era !== this.#era) return;
    try {
      await this.#flush(ready);
      this.#backOff.reset();
    } catch (error) {
      await this.#recover(error);
    }
  }

  /**
   * 1. the intent, fenced, 2. dead letters, 3. the insert under the cut's token, 4. positions, fenced.
   * A crash before 1 leaves nothing. A crash after 1 cuts the same ranges again and repeats 2 and 3 under the same token,
   * which the store drops if it has it; its keys make the rest harmless. A crash after 4 repeats nothing.
   */
  async #flush({ cut, made }: ReadyCut): Promise<void> {
    const { name, topic, database } = this.#options;
    const advances = this.#owned.fencesOf(cut.ranges);
    const schema = sinkSchemaOf(name);
    const endTimer = this.#metrics.flushSeconds.startTimer({ sink: name });
    if (cut.records > 0) {
      const cutToken = tokenOf(name, topic.name, cut.ranges);
      await transaction(database, (client) => noteCut(client, cutToken, advances), { schema });
      await failpoint('sink.before-insert');
      await this.#bury(made);
      for (const block of made.blocks) await this.#insertUntilDone(block, cutToken);
    }
    await failpoint('sink.before-position');
    await transaction(database, (client) => settleCut(client, advances), { schema });
    this.#owned.moved(advances);
    endTimer();
    this.#metrics.flushes.inc({ sink: name });
  }

  // The outcome of a failed insert is unknown, so the same cut goes again under the same token until it is in.
  async #insertUntilDone(block: SinkBlock, cutToken: string): Promise<void> {
    const { name, clickhouse, logger } = this.#options;
    if (block.rowCount === 0) return;
    const { table, columns, rows } = block;
    while (true) {
      try {
        await clickhouse.insertRowBinary({ table, columns, rows, deduplicationToken: `${cutToken}:${table}` });
        this.#metrics.rows.inc({ sink: name, table }, block.rowCount);
        return;
      } catch (error) {
        this.#positionMetrics.failures.inc({ sink: name, code: codeOf(error) });
        logger.error({ err: error, sink: name, table, rows: block.rowCount }, 'insert failed, trying again');
        await this.#backOff.wait();
        // The intent stays; the next start cuts the same again.
        if (this.#closing.signal.aborted) throw error;
      }
    }
  }

  async #bury({ refused }: SinkBatch): Promise<void> {
    const { name, topic, writer, logger } = this.#options;
    for (const { partition, record, reason, detail } of refused) {
      this.#metrics.refused.inc({ sink: name, reason });
      logger.error(
        { sink: name, partition, offset: record.offset, type: record.type, reason, detail },
        'record refused',
      );
    }
    if (writer !== undefined) await buryAll(writer, topic.name, refused, logger);
  }

  async #recover(failure: unknown): Promise<void> {
    const { name, logger } = this.#options;
    let error = failure;
    while (!this.#closing.signal.aborted) {
      if (!(error instanceof FenceBroken)) {
        this.#positionMetrics.failures.inc({ sink: name, code: codeOf(error) });
        logger.error({ err: error, sink: name }, 'cut failed, trying again');
        await this.#backOff.wait();
      }
      try {
        const noted = await this.#readNoted();
        await this.#owned.resync(() => this.#beginAtPositions(noted));
        return;
      } catch (again) {
        error = again;
      }
    }
  }

  async #readNoted(): Promise<CutRange[][]> {
    const { name, database } = this.#options;
    const { partitions } = this.#owned;
    return transaction(database, (client) => readCuts(client, partitions), { schema: sinkSchemaOf(name) });
  }

  // A compacted topic, or one of days, may no longer hold what a noted cut was made of, so there a new cut is made; its
  // rows have the same keys. So it is where the log ends before the cut does, and of partitions that are not read here.
  #beginAtPositions(noted: CutRange[][]): void {
    const status = this.#owned.status();
    this.#era += 1;
    this.#collector.reset(status);
    const standing = new Map(status.map((each) => [each.partition, each]));
    const isThere = ({ partition, from, to }: CutRange): boolean => {
      const position = standing.get(partition);
      return position?.stopped === null && position.nextOffset === from && position.endOffset >= to;
    };
    const isThinned = this.#options.topic.cleanup === 'compact' || this.#options.mayMiss === true;
    this.#planned = isThinned ? [] : noted.filter((ranges) => ranges.every(isThere));
  }
}

function codeOf(error: unknown): string {
  return error instanceof Fault ? error.code : 'UNEXPECTED';
}
