// The rebuild of this service's projection.
import { join } from 'node:path';
import { topicsFor } from '#contracts/topics';
import type { Environment } from '#kit/env';
import { rebuildOf, type RebuildRun } from '#kit/projection/rebuild-run';
import { logSettings as log, sessionsConfig } from './config.ts';
import { sessionCorrections } from './corrections.ts';
import { sessionsProjection } from './projection.ts';

export function sessionsRebuild(environment: Environment): RebuildRun {
  const { databaseUrl, brokers, partitions } = sessionsConfig(environment);
  const topics = topicsFor(partitions);
  const projection = sessionsProjection(topics);
  const place = { source: topics.events, target: topics.sessions, generation: projection.generation };
  const directory = join(import.meta.dirname, 'sql');
  const plan = { projection, directory, corrections: sessionCorrections(place, topics.activeSessions) };
  return rebuildOf(plan, { databaseUrl, role: 'sessions', brokers, log });
}
