// The rebuilds of this service's projections. That of cdrs folds what was decided; nothing is decided again.
import { topicsFor } from '#contracts/topics';
import type { Environment } from '#kit/env';
import { rebuildOf, type RebuildRun } from '#kit/projection/rebuild-run';
import { billingConfig, logSettings as log } from './config.ts';
import { billingProjections, sqlOf } from './projections.ts';

type Name = keyof ReturnType<typeof billingProjections>;

export function billingRebuild(name: Name, environment: Environment): RebuildRun {
  const { databaseUrl, brokers, partitions } = billingConfig(environment);
  const settings = { databaseUrl, role: 'billing', brokers, log };
  const { billing_sessions: sessions, billing_places: places, cdrs } = billingProjections(topicsFor(partitions));
  switch (name) {
    case 'billing_sessions':
      return rebuildOf({ projection: sessions, directory: sqlOf(sessions) }, settings);
    case 'billing_places':
      return rebuildOf({ projection: places, directory: sqlOf(places) }, settings);
    case 'cdrs':
      return rebuildOf({ projection: cdrs, directory: sqlOf(cdrs) }, settings);
  }
}
