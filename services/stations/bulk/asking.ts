// Asking stations for what their job wants: noted first, then requested under a name that follows from job and station.
import { commandIdOf } from '#contracts/keys';
import { transaction, type Database } from '#kit/postgres';
import type { CommandInput } from '../api/command-schemas.ts';
import { bulkSchema as schema, type Job, type JobTerms } from './jobs.ts';

export type Waiting = { readonly stationId: string };

export type Asking = {
  readonly tenantId: string;
  readonly jobId: string;
  readonly stationId: string;
  readonly askedAtMs: number;
  readonly terms: JobTerms;
  readonly createdBy: string;
};

/** Stations of the job's wave that may be asked now, in their order. */
export function waitingOf(
  database: Database,
  { tenantId, jobId, wave }: Job,
  nowMs: number,
  limit: number,
): Promise<Waiting[]> {
  return database.query<Waiting>(
    `select station_id as "stationId" from ${schema}.bulk_stations
     where tenant_id = $1 and job_id = $2 and wave = $3 and state = 'waiting' and look_at_ms <= $4
     order by position limit $5`,
    [tenantId, jobId, wave, nowMs, limit],
  );
}

/**
 * Notes that these are asked now, and when the next ones may be. Nothing where somebody paused or cancelled the job
 * meanwhile: after their answer no further station is asked.
 */
export async function noteAsking(
  database: Database,
  { tenantId, jobId }: Job,
  asked: { readonly stationIds: readonly string[]; readonly nowMs: number; readonly nextAskAtMs: number },
): Promise<void> {
  const { stationIds, nowMs, nextAskAtMs } = asked;
  const commandIds = stationIds.map((stationId) => commandIdOf(tenantId, stationId, idempotencyKeyOf(jobId)));
  await transaction(
    database,
    async (client) => {
      const { rowCount } = await client.query(
        `update bulk_jobs set next_ask_at_ms = $3 where tenant_id = $1 and job_id = $2 and state = 'running'`,
        [tenantId, jobId, nextAskAtMs],
      );
      if (rowCount !== 1) return;
      await client.query(
        `update bulk_stations as item set state = 'asking', asked_at_ms = $5, look_at_ms = 0, command_id = named.command_id
         from unnest($3::text[], $4::text[]) as named (station_id, command_id)
         where item.tenant_id = $1 and item.job_id = $2 and item.station_id = named.station_id and item.state = 'waiting'`,
        [tenantId, jobId, stationIds, commandIds, nowMs],
      );
    },
    { schema },
  );
}

/** Puts off the look at stations that cannot be asked now. */
export async function lookLater(
  database: Database,
  { tenantId, jobId }: Job,
  stationIds: readonly string[],
  lookAtMs: number,
): Promise<void> {
  await database.query(
    `update ${schema}.bulk_stations set look_at_ms = $4
     where tenant_id = $1 and job_id = $2 and station_id = any($3::text[]) and state = 'waiting'`,
    [tenantId, jobId, stationIds, lookAtMs],
  );
}

export type Skipped = { readonly stationId: string; readonly outcome: string };

export async function skip(
  database: Database,
  { tenantId, jobId }: Job,
  skipped: readonly Skipped[],
  nowMs: number,
): Promise<void> {
  await database.query(
    `update ${schema}.bulk_stations as item set state = 'skipped', outcome = named.outcome, ended_at_ms = $5
     from unnest($3::text[], $4::text[]) as named (station_id, outcome)
     where item.tenant_id = $1 and item.job_id = $2 and item.station_id = named.station_id and item.state = 'waiting'`,
    [tenantId, jobId, skipped.map(({ stationId }) => stationId), skipped.map(({ outcome }) => outcome), nowMs],
  );
}

/** Who was noted so long ago and not asked may charge by now, and is no longer within the pace. */
const askedWithinMs = 60_000;

/**
 * Takes back who was noted and is surely not asked, as no key was claimed for the command: where the job does not run any
 * more, where the request was put off, and where a crash left it for long. They wait again, or go with a job that is over.
 */
export async function takeBack(database: Database, nowMs: number): Promise<void> {
  await database.query(
    `update ${schema}.bulk_stations as item set asked_at_ms = null, command_id = null,
       state = case when job.state in ('running', 'paused') then 'waiting' else 'cancelled' end,
       ended_at_ms = case when job.state in ('running', 'paused') then null else $1::bigint end
     from ${schema}.bulk_jobs as job
     where item.state = 'asking' and job.tenant_id = item.tenant_id and job.job_id = item.job_id
       and (job.state <> 'running' or item.look_at_ms > 0 or item.asked_at_ms <= $2)
       and not exists (select from ${schema}.idempotency_keys as key
         where key.tenant_id = item.tenant_id and key.command_id = item.command_id)`,
    [nowMs, nowMs - askedWithinMs],
  );
}

/** What was noted as asked, and may not be in the log yet: of this look, or of one that a crash cut short. */
export function askingNow(database: Database, nowMs: number, limit: number): Promise<Asking[]> {
  return database.query<Asking>(
    `select item.tenant_id as "tenantId", item.job_id as "jobId", station_id as "stationId", asked_at_ms as "askedAtMs",
       terms, created_by as "createdBy"
     from ${schema}.bulk_stations as item join ${schema}.bulk_jobs using (tenant_id, job_id)
     where item.state = 'asking' and look_at_ms <= $1 order by look_at_ms, asked_at_ms, position limit $2`,
    [nowMs, limit],
  );
}

/** asked: it is in the log. failed: it will never be. later: not now. */
export type Answered =
  | { readonly kind: 'asked' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'later'; readonly lookAtMs: number };

export async function noteAnswered(
  database: Database,
  { tenantId, jobId, stationId }: Asking,
  answered: Answered,
  nowMs: number,
): Promise<void> {
  const change = {
    asked: `state = 'asked'`,
    failed: `state = 'failed', outcome = 'refused', detail = $4, ended_at_ms = $5`,
    later: `look_at_ms = $4`,
  }[answered.kind];
  const values = {
    asked: () => [],
    failed: () => [answered.kind === 'failed' ? answered.why : '', nowMs],
    later: () => [answered.kind === 'later' ? answered.lookAtMs : 0],
  }[answered.kind]();
  await database.query(
    `update ${schema}.bulk_stations set ${change}
     where tenant_id = $1 and job_id = $2 and station_id = $3 and state = 'asking'`,
    [tenantId, jobId, stationId, ...values],
  );
}

function idempotencyKeyOf(jobId: string): string {
  return `bulk-${jobId}`;
}

/** A campaign's command is for now: whoever does not get it soon may be charging when it comes. */
const campaignExpirySeconds = 300;

/** The same at every repeat: what stands in it follows from the job and from what was noted. */
export function inputOf({ jobId, terms, askedAtMs }: Asking): CommandInput {
  const { intent, parameters, expiresInSeconds, campaign } = terms;
  const idempotencyKey = idempotencyKeyOf(jobId);
  if (campaign === null)
    return { intent, parameters, idempotencyKey, ...(expiresInSeconds === null ? {} : { expiresInSeconds }) };
  const timed = { ...parameters, retrieveAt: new Date(askedAtMs).toISOString() };
  return { intent, parameters: timed, idempotencyKey, expiresInSeconds: expiresInSeconds ?? campaignExpirySeconds };
}
