// The rebuilds of this service's projections. That of commands reaches as far back as their topic, which is seven days.
import { join } from 'node:path';
import { readSecrets } from '#contracts/secrets';
import { topicsFor } from '#contracts/topics';
import type { Environment } from '#kit/env';
import { rebuildOf, type RebuildRun } from '#kit/projection/rebuild-run';
import type { Projection } from '#kit/projection/types';
import { logSettings as log, stationsConfig } from './config.ts';
import { commandsProjection, stationsProjection } from './projections.ts';
import { refsOf } from './token-refs.ts';

export function stationsRebuild(environment: Environment): RebuildRun {
  return runOf(stationsProjection(topicsFor(stationsConfig(environment).partitions)), environment);
}

export function commandsRebuild(environment: Environment): RebuildRun {
  const { partitions, secretsFile } = stationsConfig(environment);
  return runOf(commandsProjection(topicsFor(partitions), refsOf(readSecrets(secretsFile))), environment);
}

function runOf<S, E>(projection: Projection<S, E>, environment: Environment): RebuildRun {
  const { databaseUrl, brokers } = stationsConfig(environment);
  const directory = join(import.meta.dirname, 'sql', projection.name);
  return rebuildOf({ projection, directory }, { databaseUrl, role: 'stations', brokers, log });
}
