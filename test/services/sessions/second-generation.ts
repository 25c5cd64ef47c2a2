// The sessions fold with another output, as a rebuild of its own: `tsx second-generation.ts <tenant> [dearer]`, for tests.
import { join } from 'node:path';
import { topicsFor } from '#contracts/topics';
import { rebuildOf, type RebuildRun } from '#kit/projection/rebuild-run';
import { logSettings as log, sessionsConfig } from '#services/sessions/config';
import { sessionCorrections } from '#services/sessions/corrections';
import type { SessionEvents } from '#services/sessions/domain/fold';
import { sessionsProjection } from '#services/sessions/projection';

const generation = 2;

type Ended = SessionEvents['TransactionEnded'];

/** What becomes of an end; of those that are left as they are, the event itself. */
const changes: Readonly<Record<string, (event: Ended) => Ended>> = {
  /** An end by the car's plug is one by the driver. */
  renamed: (event) => (event.reason === 'EVDisconnected' ? { ...event, reason: 'Local' } : event),
  /** 1 kWh more in each seventh transaction whose end itself says its register (1.6). */
  dearer(event) {
    const { transactionId, meterStopMilliWh } = event;
    if (meterStopMilliWh === null || Number(transactionId) % 7 !== 0) return event;
    return { ...event, meterStopMilliWh: meterStopMilliWh + 1_000_000 };
  },
};

function secondRebuild(environment: NodeJS.ProcessEnv, tenantId: string, change: (event: Ended) => Ended): RebuildRun {
  const { databaseUrl, brokers, partitions } = sessionsConfig(environment);
  const topics = topicsFor(partitions);
  const first = sessionsProjection(topics);
  const end = first.fold.TransactionEnded;
  if (end === undefined) throw new Error('the fold reads no ends');
  const changed = (event: Ended): Ended => (event.meta.tenantId === tenantId ? change(event) : event);
  const fold: typeof first.fold = {
    ...first.fold,
    TransactionEnded: (state, event, at) => end(state, changed(event), at),
  };
  const place = { source: topics.events, target: topics.sessions, generation };
  return rebuildOf(
    {
      projection: { ...first, generation, fold },
      directory: join(import.meta.dirname, '../../../services/sessions/sql'),
      corrections: sessionCorrections(place, topics.activeSessions),
    },
    { databaseUrl, role: 'sessions', brokers, log },
  );
}

const [tenantId = '', name = 'renamed'] = process.argv.slice(2);
const change = changes[name];
if (change === undefined) throw new Error(`there is no change ${name}`);
console.log(JSON.stringify(await secondRebuild(process.env, tenantId, change)({ dryRun: false }, () => {})));
