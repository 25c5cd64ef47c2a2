// The rebuilds of the OCPI view.
import { topicsFor } from '#contracts/topics';
import type { Environment } from '#kit/env';
import { rebuildOf, type RebuildRun } from '#kit/projection/rebuild-run';
import type { Projection } from '#kit/projection/types';
import { logSettings as log, ocpiConfig } from './config.ts';
import { cdrsView, evseStatusView, registryView, sessionsView, sqlOf } from './projections.ts';

const views = {
  ocpi_registry: (environment: Environment) => runOf(registryView(topicsOf(environment)), environment),
  ocpi_evse_status: (environment: Environment) => runOf(evseStatusView(topicsOf(environment)), environment),
  ocpi_sessions: (environment: Environment) => runOf(sessionsView(topicsOf(environment)), environment),
  ocpi_cdrs: (environment: Environment) => runOf(cdrsView(topicsOf(environment)), environment),
} as const;

export function ocpiRebuild(name: keyof typeof views, environment: Environment): RebuildRun {
  return views[name](environment);
}

function topicsOf(environment: Environment) {
  return topicsFor(ocpiConfig(environment).partitions);
}

function runOf<S, E>(projection: Projection<S, E>, environment: Environment): RebuildRun {
  const { databaseUrl, brokers } = ocpiConfig(environment);
  return rebuildOf({ projection, directory: sqlOf(projection) }, { databaseUrl, role: 'ocpi', brokers, log });
}
