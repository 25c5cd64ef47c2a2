// The sessions fold with another output, as a rebuild of its own: `tsx second-generation.ts <tenant>`, for tests that kill it.
import { join } from 'node:path';
import { topicsFor } from '#contracts/topics';
import { rebuildOf, type RebuildRun } from '#kit/projection/rebuild-run';
import { logSettings as log, sessionsConfig } from '#services/sessions/config';
import { sessionCorrections } from '#services/sessions/corrections';
import type { SessionEvents } from '#services/sessions/domain/fold';
import { sessionsProjection } from '#services/sessions/projection';

const generation = 2;

/** Of this tenant's sessions, those that end by the car's plug end by the driver; all else is as it was. */
function secondRebuild(environment: NodeJS.ProcessEnv, tenantId: string): RebuildRun {
  const { databaseUrl, brokers, partitions } = sessionsConfig(environment);
  const topics = topicsFor(partitions);
  const first = sessionsProjection(topics);
  const end = first.fold.TransactionEnded;
  if (end === undefined) throw new Error('the fold reads no ends');
  const renamed = (event: SessionEvents['TransactionEnded']): SessionEvents['TransactionEnded'] =>
    event.meta.tenantId === tenantId && event.reason === 'EVDisconnected' ? { ...event, reason: 'Local' } : event;
  const fold: typeof first.fold = {
    ...first.fold,
    TransactionEnded: (state, event, at) => end(state, renamed(event), at),
  };
  const place = { source: topics.events, target: topics.sessions, generation };
  return rebuildOf(
    {
      projection: { ...first, generation, fold },
      directory: join(import.meta.dirname, '../../../services/sessions/sql'),
      corrections: sessionCorrections(place),
    },
    { databaseUrl, role: 'sessions', brokers, log },
  );
}

const [tenantId = ''] = process.argv.slice(2);
console.log(JSON.stringify(await secondRebuild(process.env, tenantId)({ dryRun: false }, () => {})));
