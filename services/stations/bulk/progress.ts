// How far the stations of all jobs have come, as the live tables of commands, boots and firmware jobs tell.
import type { Database } from '#kit/postgres';
import { installFailure } from '../domain/firmware-rollout.ts';
import type { FirmwareJobs } from '../domain/jobs.ts';
import { bulkSchema as schema } from './jobs.ts';

/** A command that the log does not keep any more, and of which nothing was noted: the service was away for so long. */
const forgottenMs = 8 * 24 * 60 * 60 * 1000;
const lookedAtOnceMax = 200;

/** Each step may be repeated: it changes only what stands where the step begins. A crash between two loses none. */
export async function noteProgress(database: Database, nowMs: number, lookAgainMs: number): Promise<void> {
  await noteCompleted(database);
  await noteForgotten(database, nowMs);
  await noteBooted(database);
  await noteFailed(database, nowMs, lookAgainMs);
  await noteLate(database, nowMs);
}

/** A firmware update that was accepted is not done: its station installs. So may one whose answer was lost. */
async function noteCompleted(database: Database): Promise<void> {
  await database.query(
    `update ${schema}.bulk_stations as item set
       state = case when job.kind = 'firmware' and command.outcome in ('accepted', 'unknown') then 'installing'
                    when command.outcome = 'accepted' then 'succeeded' else 'failed' end,
       outcome = command.outcome, detail = command.detail,
       ended_at_ms = case when job.kind = 'firmware' and command.outcome in ('accepted', 'unknown') then null
                          else command.completed_at_ms end
     from ${schema}.bulk_jobs as job, commands.commands as command
     where item.state = 'asked' and job.tenant_id = item.tenant_id and job.job_id = item.job_id
       and command.tenant_id = item.tenant_id and command.station_id = item.station_id
       and command.command_id = item.command_id and command.state = 'completed'`,
  );
}

async function noteForgotten(database: Database, nowMs: number): Promise<void> {
  await database.query(
    `update ${schema}.bulk_stations set state = 'failed', outcome = 'unknown', ended_at_ms = $1
     where state = 'asked' and asked_at_ms < $2`,
    [nowMs, nowMs - forgottenMs],
  );
}

/** Whatever its command came to: a station that boots with the target version has it. */
async function noteBooted(database: Database): Promise<void> {
  await database.query(
    `update ${schema}.bulk_stations as item set state = 'succeeded', outcome = 'installed', detail = null,
       ended_at_ms = boot.recorded_at_ms
     from ${schema}.bulk_jobs as job, stations.boots as boot
     where item.state in ('asked', 'installing') and job.kind = 'firmware'
       and job.tenant_id = item.tenant_id and job.job_id = item.job_id
       and boot.tenant_id = item.tenant_id and boot.station_id = item.station_id
       and boot.recorded_at_ms >= item.asked_at_ms
       and boot.firmware_version = job.terms -> 'campaign' ->> 'targetVersion'`,
  );
}

type Installing = {
  readonly tenantId: string;
  readonly jobId: string;
  readonly stationId: string;
  readonly askedAtMs: number;
  readonly firmwareJobs: FirmwareJobs | null;
};

/** Documents are large: only some are read at each look, each of them seldom. */
async function noteFailed(database: Database, nowMs: number, lookAgainMs: number): Promise<void> {
  const installing = await database.query<Installing>(
    `update ${schema}.bulk_stations as item set look_at_ms = $2
     from (select tenant_id, job_id, station_id from ${schema}.bulk_stations
       where state = 'installing' and look_at_ms <= $1 order by look_at_ms limit $3) as due
     where item.tenant_id = due.tenant_id and item.job_id = due.job_id and item.station_id = due.station_id
     returning item.tenant_id as "tenantId", item.job_id as "jobId", item.station_id as "stationId",
       item.asked_at_ms as "askedAtMs",
       (select document from stations.station_details as told where told.tenant_id = item.tenant_id
         and told.station_id = item.station_id and subject = 'firmwareJobs') as "firmwareJobs"`,
    [nowMs, nowMs + lookAgainMs, lookedAtOnceMax],
  );
  for (const { tenantId, jobId, stationId, askedAtMs, firmwareJobs } of installing) {
    const failure = installFailure(firmwareJobs ?? [], askedAtMs);
    if (failure === undefined) continue;
    await database.query(
      `update ${schema}.bulk_stations set state = 'failed', outcome = 'installFailed', detail = $4, ended_at_ms = $5
       where tenant_id = $1 and job_id = $2 and station_id = $3 and state = 'installing'`,
      [tenantId, jobId, stationId, failure, nowMs],
    );
  }
}

async function noteLate(database: Database, nowMs: number): Promise<void> {
  await database.query(
    `update ${schema}.bulk_stations as item set state = 'failed', outcome = 'noBoot', ended_at_ms = $1,
       detail = 'no boot with the target version in time'
     from ${schema}.bulk_jobs as job
     where item.state = 'installing' and job.tenant_id = item.tenant_id and job.job_id = item.job_id
       and item.asked_at_ms + (job.terms -> 'campaign' ->> 'installWithinMinutes')::bigint * 60000 <= $1`,
    [nowMs],
  );
}
