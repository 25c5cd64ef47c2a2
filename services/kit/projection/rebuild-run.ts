// Runs a rebuild as a program of its own does: with a pool and a log of its own, closed when it has ended.
import { openLogReader } from '#kit/event-log/reader';
import type { LogReaderOptions, LogWriterOptions } from '#kit/event-log/types';
import { openLogWriter } from '#kit/event-log/writer';
import { Lifecycle } from '#kit/lifecycle';
import { createLogger } from '#kit/logger';
import { openDatabase } from '#kit/postgres';
import { rebuildProjection, type RebuildMode, type RebuildPlan } from '#kit/projection/rebuild';
import type { OnProgress } from '#kit/projection/rebuild-progress';

/** A rebuild that is ready to run; its summary is one flat object, whatever was rebuilt. */
export type RebuildRun = (mode: RebuildMode, onProgress: OnProgress) => Promise<RebuildOutcome>;

export type RebuildOutcome = {
  /** differs: nothing was changed, a person must look. */
  readonly outcome: 'swapped' | 'would-swap' | 'differs';
  readonly isIdentical: boolean;
};

type OwnOptions = 'brokers' | 'clientId' | 'topic' | 'onLost';

export type RebuildSettings = {
  readonly databaseUrl: string;
  /** Role that owns the projection's schemas. */
  readonly role: string;
  readonly brokers: readonly string[];
  /** As the service reads and writes the log. */
  readonly log: Omit<LogReaderOptions, OwnOptions> & Omit<LogWriterOptions, OwnOptions>;
};

const poolMax = 8;
/** A comparison reads whole tables in one statement. */
const statementTimeoutMs = 6 * 60 * 60 * 1000;

/** The rebuild of a projection with parts of its own. */
export function rebuildOf<S, Events, Emission, Row = never>(
  plan: RebuildPlan<S, Events, Emission, Row>,
  { databaseUrl: url, role, brokers, log }: RebuildSettings,
): RebuildRun {
  const { name } = plan.projection;
  const clientId = `rebuild-${name}`;
  return async (mode, onProgress) => {
    const logger = createLogger(clientId, process.env['LOG_LEVEL'] ?? 'warn');
    const lifecycle = new Lifecycle(logger);
    try {
      const opening = { url, role, schema: name, poolMax, statementTimeoutMs, logger };
      const database = lifecycle.add('database', await openDatabase(opening));
      const writer = lifecycle.add('log', await openLogWriter({ ...log, brokers, clientId }, logger));
      const openReader = ({ name: topic }: { readonly name: string }, onLost: LogReaderOptions['onLost']) =>
        openLogReader({ ...log, brokers, clientId, topic, onLost }, logger);
      return await rebuildProjection(plan, { database, openReader, writer, logger, onProgress }, mode);
    } finally {
      await lifecycle.close();
    }
  };
}
