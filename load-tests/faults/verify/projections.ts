// The projections that verify folds again, each with where its SQL and its rows are.
import { join } from 'node:path';
import type { Topics } from '#contracts/topics';
import { rootDir } from '#infra/local/paths';
import type { Secrets } from '#infra/local/secrets';
import type { Database } from '#kit/postgres';
import type { ProjectionOptions } from '#kit/projection/options';
import { runProjection, type RunningProjection } from '#kit/projection/runner';
import { prepareProjection } from '#kit/projection/schema';
import type { Projection } from '#kit/projection/types';
import { sessionsProjection } from '#services/sessions/projection';
import { commandsProjection, stationsProjection } from '#services/stations/projections';
import { refsOf } from '#services/stations/token-refs';

/** A projection of any state, ready to be folded into any database. */
export type Refoldable = {
  readonly name: string;
  readonly service: string;
  readonly version: number;
  readonly topic: Projection<unknown, unknown>['topic'];
  fold(options: ProjectionOptions): Promise<RunningProjection>;
  prepare(database: Database): Promise<void>;
};

export function refoldables(topics: Topics, secrets: Secrets): readonly Refoldable[] {
  return [
    refoldable('sessions', sessionsProjection(topics), 'services/sessions/sql'),
    refoldable('stations', stationsProjection(topics), 'services/stations/sql/stations'),
    refoldable('stations', commandsProjection(topics, refsOf(secrets)), 'services/stations/sql/commands'),
  ];
}

function refoldable<S, Events, Emission>(
  service: string,
  projection: Projection<S, Events, Emission>,
  sqlDir: string,
): Refoldable {
  const { name, version, topic } = projection;
  return {
    name,
    service,
    version,
    topic,
    fold: (options) => runProjection(projection, options),
    prepare: (database) => prepareProjection(database, { ...projection, directory: join(rootDir, sqlDir) }),
  };
}
