// Drivers' tokens in the terms of bulk jobs: plain as long as the job needs them, at most as long as the commands topic has them.
import { transaction, type Database } from '#kit/postgres';
import { bulkSchema as schema, changeWithin } from './jobs.ts';

const keptMs = 7 * 24 * 60 * 60 * 1000;
const why = "its drivers' tokens are kept for seven days";

/** 1. What is older ends. 2. What is over, and asks nobody any more, loses them. A crash between repeats. */
export async function forgetTokens(database: Database, nowMs: number): Promise<void> {
  const old = await database.query<{ tenantId: string; jobId: string }>(
    `select tenant_id as "tenantId", job_id as "jobId" from ${schema}.bulk_jobs
     where shown_parameters is not null and state in ('running', 'paused') and created_at_ms <= $1 limit 100`,
    [nowMs - keptMs],
  );
  const ended = { from: ['running', 'paused'], to: 'cancelled', why, atMs: nowMs } as const;
  for (const job of old) await transaction(database, (client) => changeWithin(client, job, ended), { schema });
  await database.query(
    `update ${schema}.bulk_jobs as job set terms = jsonb_set(terms, '{parameters}', shown_parameters), shown_parameters = null
     where shown_parameters is not null and state not in ('running', 'paused')
       and not exists (select from ${schema}.bulk_stations as item
         where item.tenant_id = job.tenant_id and item.job_id = job.job_id and item.state = 'asking')`,
  );
}
