// The register of bulk jobs in stations_own, as operators write and read it.
import type { PoolClient } from 'pg';
import { asTenant, type Database } from '#kit/postgres';
import type { CommandInput } from '../api/command-schemas.ts';
import type { FirmwareTerms } from '../domain/firmware-rollout.ts';
import { shownParameters, type RefOf } from '../domain/shown-parameters.ts';
import type { Hours } from '../domain/rollout.ts';
import type { Selection } from './selection.ts';

export type JobKind = 'commands' | 'firmware';
export type JobState = 'running' | 'paused' | 'done' | 'stopped' | 'cancelled';

export type CampaignTerms = FirmwareTerms & {
  readonly hours: Hours | null;
  /** A station that cannot be reached, or charges, for so long is skipped. */
  readonly reachWithinHours: number;
  /** From the request to the boot with the target version. */
  readonly installWithinMinutes: number;
};

export type JobTerms = {
  readonly name: string | null;
  readonly selection: Selection;
  readonly intent: CommandInput['intent'];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly expiresInSeconds: number | null;
  readonly pacePerMinute: number;
  readonly stopAtFailedPercent: number | null;
  /** Sizes of the waves, in order. */
  readonly waves: readonly number[];
  readonly campaign: CampaignTerms | null;
};

export type Job = {
  readonly tenantId: string;
  readonly jobId: string;
  readonly kind: JobKind;
  readonly terms: JobTerms;
  readonly state: JobState;
  readonly why: string | null;
  readonly wave: number;
  readonly waveStartedAtMs: number;
  readonly nextAskAtMs: number;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly endedAtMs: number | null;
};

export const bulkSchema = 'stations_own';
const schema = bulkSchema;

export const jobColumns = `tenant_id as "tenantId", job_id as "jobId", kind, terms, state, why, wave,
  wave_started_at_ms as "waveStartedAtMs", next_ask_at_ms as "nextAskAtMs", created_at_ms as "createdAtMs",
  created_by as "createdBy", ended_at_ms as "endedAtMs"`;

/** Job and stations, both or neither; false where a job of this id stands already. @param stationIds in their order */
export function addJob(database: Database, job: Job, stationIds: readonly string[], refOf: RefOf): Promise<boolean> {
  const { tenantId, jobId, kind, terms, createdAtMs, createdBy } = job;
  const waves = terms.waves.flatMap((size, wave) => Array.from({ length: size }, () => wave));
  return inRegister(database, tenantId, async (client) => {
    const { rowCount } = await client.query(
      `insert into bulk_jobs (tenant_id, job_id, kind, terms, state, wave_started_at_ms, next_ask_at_ms, created_at_ms, created_by, shown_parameters)
       values ($1, $2, $3, $4, 'running', $5, $5, $5, $6, $7) on conflict do nothing`,
      [tenantId, jobId, kind, JSON.stringify(terms), createdAtMs, createdBy, hiding(job, refOf)],
    );
    if (rowCount !== 1) return false;
    await client.query(
      `insert into bulk_stations (tenant_id, job_id, station_id, position, wave)
       select $1, $2, station_id, position, wave
       from unnest($3::text[], $4::int[]) with ordinality as given (station_id, wave, position)`,
      [tenantId, jobId, stationIds, waves],
    );
    return true;
  });
}

/** Null where they hold no driver's token. */
function hiding({ tenantId, terms }: Job, refOf: RefOf): string | null {
  const shown = JSON.stringify(shownParameters(tenantId, terms.parameters, refOf));
  return shown === JSON.stringify(terms.parameters) ? null : shown;
}

export async function findJob(database: Database, tenantId: string, jobId: string): Promise<Job | undefined> {
  const found = `select ${jobColumns} from bulk_jobs where tenant_id = $1 and job_id = $2`;
  const { rows } = await inRegister(database, tenantId, (client) => client.query<Job>(found, [tenantId, jobId]));
  return rows[0];
}

/** The newest first. */
export async function listJobs(
  database: Database,
  { tenantId, kind }: Pick<Job, 'tenantId' | 'kind'>,
  { before, limit }: { readonly before: readonly [number, string] | null; readonly limit: number },
): Promise<Job[]> {
  const listed = `select ${jobColumns} from bulk_jobs
    where tenant_id = $1 and kind = $2 and ($3::bigint is null or (created_at_ms, job_id) < ($3, $4))
    order by created_at_ms desc, job_id desc limit $5`;
  const values = [tenantId, kind, before?.[0] ?? null, before?.[1] ?? '', limit];
  return inRegister(database, tenantId, async (client) => (await client.query<Job>(listed, values)).rows);
}

export type Change = {
  readonly from: readonly JobState[];
  readonly to: JobState;
  readonly why: string | null;
  readonly atMs: number;
};

/** False where it is in none of the states that it may be changed from. Stations that wait go with a job that is over. */
export function changeState(
  database: Database,
  { tenantId, jobId }: Pick<Job, 'tenantId' | 'jobId'>,
  change: Change,
): Promise<boolean> {
  return inRegister(database, tenantId, (client) => changeWithin(client, { tenantId, jobId }, change));
}

export async function changeWithin(
  client: PoolClient,
  { tenantId, jobId }: Pick<Job, 'tenantId' | 'jobId'>,
  { from, to, why, atMs }: Change,
): Promise<boolean> {
  const isOver = to !== 'running' && to !== 'paused';
  const { rowCount } = await client.query(
    `update bulk_jobs set state = $4, why = $5, ended_at_ms = $6 where tenant_id = $1 and job_id = $2 and state = any($3)`,
    [tenantId, jobId, from, to, why, isOver ? atMs : null],
  );
  if (rowCount !== 1) return false;
  if (isOver) {
    await client.query(
      `update bulk_stations set state = 'cancelled', ended_at_ms = $3
       where tenant_id = $1 and job_id = $2 and state = 'waiting'`,
      [tenantId, jobId, atMs],
    );
  }
  return true;
}

export type CountRow = {
  readonly wave: number;
  readonly state: string;
  readonly outcome: string | null;
  readonly count: number;
};

export async function countStations(
  database: Database,
  { tenantId, jobId }: Pick<Job, 'tenantId' | 'jobId'>,
): Promise<CountRow[]> {
  const counted = `select wave, state, outcome, count(*) as count from bulk_stations
    where tenant_id = $1 and job_id = $2 group by wave, state, outcome order by wave, state, outcome`;
  return inRegister(
    database,
    tenantId,
    async (client) => (await client.query<CountRow>(counted, [tenantId, jobId])).rows,
  );
}

export type StationRow = {
  readonly stationId: string;
  readonly position: number;
  readonly wave: number;
  readonly state: string;
  readonly outcome: string | null;
  readonly detail: string | null;
  readonly commandId: string | null;
  readonly askedAtMs: number | null;
  readonly endedAtMs: number | null;
};

/** In the order in which they are asked. */
export async function listStations(
  database: Database,
  { tenantId, jobId }: Pick<Job, 'tenantId' | 'jobId'>,
  { after, limit, state }: { readonly after: number; readonly limit: number; readonly state: string | null },
): Promise<StationRow[]> {
  const listed = `select station_id as "stationId", position, wave, state, outcome, detail, command_id as "commandId",
      asked_at_ms as "askedAtMs", ended_at_ms as "endedAtMs"
    from bulk_stations where tenant_id = $1 and job_id = $2 and position > $3 and ($5::text is null or state = $5)
    order by position limit $4`;
  const values = [tenantId, jobId, after, limit, state];
  return inRegister(database, tenantId, async (client) => (await client.query<StationRow>(listed, values)).rows);
}

function inRegister<T>(database: Database, tenantId: string, fn: (client: PoolClient) => Promise<T>): Promise<T> {
  return asTenant(database, tenantId, fn, { schema });
}
