// The rebuilds of what the alerts service folds.
import { topicsFor } from '#contracts/topics';
import type { Environment } from '#kit/env';
import { rebuildOf, type RebuildRun } from '#kit/projection/rebuild-run';
import type { Projection } from '#kit/projection/types';
import { alertsConfig, logSettings as log } from './config.ts';
import { alertsProjections, sqlOf } from './projections.ts';

type Views = ReturnType<typeof alertsProjections>;

const runs = {
  alerts_stations: (views: Views, environment: Environment) => runOf(views.alerts_stations, environment),
  alerts_places: (views: Views, environment: Environment) => runOf(views.alerts_places, environment),
  alerts_sessions: (views: Views, environment: Environment) => runOf(views.alerts_sessions, environment),
} as const;

export function alertsRebuild(name: keyof typeof runs, environment: Environment): RebuildRun {
  return runs[name](alertsProjections(topicsFor(alertsConfig(environment).partitions)), environment);
}

function runOf<S, E>(projection: Projection<S, E>, environment: Environment): RebuildRun {
  const { databaseUrl, brokers } = alertsConfig(environment);
  return rebuildOf({ projection, directory: sqlOf(projection) }, { databaseUrl, role: 'alerts', brokers, log });
}
