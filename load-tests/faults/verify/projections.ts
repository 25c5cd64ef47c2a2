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
import { alertsProjections, sqlOf as alertsSqlOf } from '#services/alerts/projections';
import { billingProjections, sqlOf as billingSqlOf } from '#services/billing/projections';
import { cdrsView, evseStatusView, registryView, sessionsView, sqlOf as ocpiSqlOf } from '#services/ocpi/projections';
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

/** Those of the services that run. */
export function refoldables(topics: Topics, secrets: Secrets, services: ReadonlySet<string>): readonly Refoldable[] {
  const billing = billingProjections(topics);
  const alerts = alertsProjections(topics);
  return [
    refoldable('sessions', sessionsProjection(topics), join(rootDir, 'services/sessions/sql')),
    refoldable('stations', stationsProjection(topics), join(rootDir, 'services/stations/sql/stations')),
    refoldable(
      'stations',
      commandsProjection(topics, refsOf(secrets)),
      join(rootDir, 'services/stations/sql/commands'),
    ),
    refoldable('billing', billing.billing_sessions, billingSqlOf(billing.billing_sessions)),
    refoldable('billing', billing.billing_places, billingSqlOf(billing.billing_places)),
    refoldable('billing', billing.cdrs, billingSqlOf(billing.cdrs)),
    refoldable('ocpi', registryView(topics), ocpiSqlOf(registryView(topics))),
    refoldable('ocpi', evseStatusView(topics), ocpiSqlOf(evseStatusView(topics))),
    refoldable('ocpi', sessionsView(topics), ocpiSqlOf(sessionsView(topics))),
    refoldable('ocpi', cdrsView(topics), ocpiSqlOf(cdrsView(topics))),
    refoldable('alerts', alerts.alerts_stations, alertsSqlOf(alerts.alerts_stations)),
    refoldable('alerts', alerts.alerts_places, alertsSqlOf(alerts.alerts_places)),
    refoldable('alerts', alerts.alerts_sessions, alertsSqlOf(alerts.alerts_sessions)),
  ].filter(({ service }) => services.has(service));
}

function refoldable<S, Events, Emission>(
  service: string,
  projection: Projection<S, Events, Emission>,
  directory: string,
): Refoldable {
  const { name, version, topic } = projection;
  return {
    name,
    service,
    version,
    topic,
    fold: (options) => runProjection(projection, options),
    prepare: (database) => prepareProjection(database, { ...projection, directory }),
  };
}
