// The projections that a replay is measured with, each as its service runs it.
import { join } from 'node:path';
import type { Topic, Topics } from '#contracts/topics';
import { openLogReader } from '#kit/event-log/reader';
import type { LogWriter } from '#kit/event-log/types';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import type { ProjectionOptions } from '#kit/projection/options';
import { runProjection, type RunningProjection } from '#kit/projection/runner';
import { prepareProjection } from '#kit/projection/schema';
import type { Projection } from '#kit/projection/types';
import { logSettings as billingLog } from '#services/billing/config';
import { sessionsProjection as billedSessions, sqlOf as billingSqlOf } from '#services/billing/projections';
import { logSettings as ocpiLog } from '#services/ocpi/config';
import { sessionsView, sqlOf as ocpiSqlOf } from '#services/ocpi/projections';
import { logSettings as sessionsLog, sessionsConfig } from '#services/sessions/config';
import { sessionsProjection } from '#services/sessions/projection';
import { logSettings as stationsLog } from '#services/stations/config';
import { stationsProjection } from '#services/stations/projections';

export type ReplayParts = {
  readonly environment: NodeJS.ProcessEnv;
  readonly brokers: readonly string[];
  /** Empty, under the role of the projection's service. */
  readonly database: Database;
  readonly topics: Topics;
  readonly logger: Logger;
  /** Where emissions go; absent: the replay is muted, as a rebuild is. */
  readonly writer?: LogWriter;
};

export type Replayed = {
  /** Of the service, and of its figure; of billing and ocpi it is the projection that folds what sessions say. */
  readonly name: string;
  readonly source: (topics: Topics) => Topic;
  open(parts: ReplayParts): Promise<RunningProjection>;
};

export const replayed: readonly Replayed[] = [
  {
    name: 'sessions',
    source: ({ events }) => events,
    open(parts) {
      const { batchRecordsMax, commitEveryMs, cachedStatesMax } = sessionsConfig(parts.environment);
      return fold(parts, sessionsProjection(parts.topics), {
        log: sessionsLog,
        directory: sqlOf('sessions'),
        options: { batchRecordsMax, commitEveryMs, cachedStatesMax },
      });
    },
  },
  {
    name: 'stations',
    source: ({ events }) => events,
    open: (parts) =>
      fold(parts, stationsProjection(parts.topics), {
        log: stationsLog,
        directory: sqlOf('stations', 'stations'),
        options: {},
      }),
  },
  {
    name: 'billing',
    source: ({ sessions }) => sessions,
    open(parts) {
      const projection = billedSessions(parts.topics);
      return fold(parts, projection, { log: billingLog, directory: billingSqlOf(projection), options: {} });
    },
  },
  {
    name: 'ocpi',
    source: ({ sessions }) => sessions,
    open(parts) {
      const projection = sessionsView(parts.topics);
      return fold(parts, projection, { log: ocpiLog, directory: ocpiSqlOf(projection), options: {} });
    },
  },
];

function sqlOf(service: string, ...folders: readonly string[]): string {
  return join(import.meta.dirname, '../../services', service, 'sql', ...folders);
}

type As = {
  readonly log: { readonly fetchWaitMs: number; readonly fetchBytesMax: number; readonly bufferBytesMax: number };
  readonly directory: string;
  readonly options: Pick<ProjectionOptions, 'batchRecordsMax' | 'commitEveryMs' | 'cachedStatesMax'>;
};

async function fold<S, Events, Emission>(
  { brokers, database, logger, writer }: ReplayParts,
  projection: Projection<S, Events, Emission>,
  { log, directory, options }: As,
): Promise<RunningProjection> {
  await prepareProjection(database, { ...projection, directory });
  return runProjection(projection, {
    database,
    openReader: (topic, onLost) =>
      openLogReader({ ...log, brokers, clientId: `replay-${projection.name}`, topic: topic.name, onLost }, logger),
    logger,
    ...options,
    ...(writer === undefined ? { muted: true } : { writer }),
  });
}
