// Process: takes bulk jobs and firmware campaigns through their stations, at their pace, until they are done or must stop.
import { failpoint } from '#kit/failpoint';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import { transaction, type Database } from '#kit/postgres';
import { isWithin, paced, standingOfWave, type Counts, type WaveStanding } from '../domain/rollout.ts';
import type { CommandInput } from '../api/command-schemas.ts';
import {
  askingNow,
  inputOf,
  lookLater,
  noteAnswered,
  noteAsking,
  skip,
  takeBack,
  waitingOf,
  type Answered,
  type Asking,
} from './asking.ts';
import { bulkSchema, changeWithin, countStations, jobColumns, type Job } from './jobs.ts';
import { forgetTokens } from './forget-tokens.ts';
import { noteProgress } from './progress.ts';
import { readinessOf, type ReadinessParts } from './readiness.ts';
import { Ticking } from '../ticking.ts';

/** refused: never (its station is gone, the command is not valid for it), or not now. */
export type Requested = 'taken' | { readonly why: string; readonly isFinal: boolean };

export type BulkRunnerOptions = ReadinessParts & {
  readonly database: Database;
  readonly logger: Logger;
  readonly tickMs: number;
  request(asking: Asking, input: CommandInput): Promise<Requested>;
  leads(): boolean;
  now(): number;
};

const jobsMax = 1_000;
const askedAtOnceMax = 100;
const requestsAtOnce = 10;
const candidatesMax = 500;
/** Looks that pass before a station that charges, or is away, is looked at again. */
const looksBetween = 15;

export class BulkRunner implements Closable {
  readonly #options: BulkRunnerOptions;
  readonly #ticking: Ticking;

  constructor(options: BulkRunnerOptions) {
    this.#options = options;
    this.#ticking = new Ticking(options.tickMs, () => this.#tick());
  }

  close(): Promise<void> {
    return this.#ticking.close();
  }

  /**
   * 1. What was noted as asked is requested: also what a crash left. 2. What became of it. 3. Per job: does it go on, and
   * who is next; that is noted, and requested in the next round of 1. A crash anywhere repeats requests under their names,
   * or takes back who was surely not asked.
   */
  async #tick(): Promise<void> {
    const { database, leads, logger, now } = this.#options;
    if (!leads()) return;
    try {
      await this.#request();
      await noteProgress(database, now(), this.#lookAgainMs);
      // Each tenant's oldest before any tenant's next: one with very many jobs leaves room for the others.
      const jobs = await database.query<Job>(
        `select ${jobColumns} from ${bulkSchema}.bulk_jobs where state = 'running'
         order by row_number() over (partition by tenant_id order by created_at_ms), created_at_ms limit ${jobsMax}`,
      );
      for (const job of jobs) await this.#advance(job);
      await this.#request();
      await forgetTokens(database, now());
    } catch (error) {
      logger.warn({ err: error }, 'bulk jobs not looked at');
    }
  }

  get #lookAgainMs(): number {
    return looksBetween * this.#options.tickMs;
  }

  /** One job's trouble must not hold up the others. */
  async #advance(job: Job): Promise<void> {
    try {
      const standing = await this.#standingOf(job);
      if (standing.kind === 'running') await this.#askNext(job);
      else await this.#endWave(job, standing);
    } catch (error) {
      this.#options.logger.warn({ err: error, jobId: job.jobId }, 'a bulk job does not go on');
    }
  }

  async #standingOf(job: Job): Promise<WaveStanding> {
    const counts: Record<keyof Counts, number> = { waiting: 0, open: 0, succeeded: 0, failed: 0, skipped: 0 };
    for (const { wave, state, count } of await countStations(this.#options.database, job))
      if (wave === job.wave) counts[countedAs(state)] += count;
    const { stopAtFailedPercent } = job.terms;
    return standingOfWave(counts, { stopAtFailedPercent, needsSuccess: job.kind === 'firmware' });
  }

  /** Who pauses or cancels a job at the same time wins or loses as a whole: the state it was read in must still stand. */
  async #endWave(job: Job, standing: Exclude<WaveStanding, { kind: 'running' }>): Promise<void> {
    const { database, now, logger } = this.#options;
    const atMs = now();
    const isLast = job.wave >= job.terms.waves.length - 1;
    if (standing.kind === 'over' && !isLast) {
      await database.query(
        `update ${bulkSchema}.bulk_jobs set wave = wave + 1, wave_started_at_ms = $4
         where tenant_id = $1 and job_id = $2 and wave = $3 and state = 'running'`,
        [job.tenantId, job.jobId, job.wave, atMs],
      );
      return;
    }
    const why = standing.kind === 'stop' ? `wave ${job.wave + 1}: ${standing.why}` : null;
    const change = { from: ['running'], to: why === null ? 'done' : 'stopped', why, atMs } as const;
    const isChanged = await transaction(database, (client) => changeWithin(client, job, change), {
      schema: bulkSchema,
    });
    if (isChanged) logger.info({ jobId: job.jobId, state: change.to, why }, 'bulk job ended');
  }

  async #askNext(job: Job): Promise<void> {
    const { database, now, tickMs } = this.#options;
    const nowMs = now();
    if (!isWithin(job.terms.campaign?.hours ?? null, nowMs)) return;
    const pace = { perMinute: job.terms.pacePerMinute, atOnceMax: askedAtOnceMax, tickMs };
    const { count, after } = paced(job.nextAskAtMs, nowMs, pace);
    if (count === 0) return;
    const waiting = await waitingOf(database, job, nowMs, candidatesMax);
    if (waiting.length === 0) return;
    const { ready, busy, skipped } = await readinessOf(this.#options, { job, waiting, count }, nowMs);
    if (skipped.length > 0) await skip(database, job, skipped, nowMs);
    if (busy.length > 0) await lookLater(database, job, busy, nowMs + this.#lookAgainMs);
    if (ready.length > 0)
      await noteAsking(database, job, { stationIds: ready, nowMs, nextAskAtMs: after(ready.length) });
  }

  async #request(): Promise<void> {
    const { database, now } = this.#options;
    const unrequested = failpoint('stations.before-bulk-request');
    if (unrequested !== undefined) await unrequested;
    await takeBack(database, now());
    const asking = await askingNow(database, now(), askedAtOnceMax);
    for (let at = 0; at < asking.length; at += requestsAtOnce)
      await Promise.all(asking.slice(at, at + requestsAtOnce).map((each) => this.#requestOne(each)));
  }

  async #requestOne(asking: Asking): Promise<void> {
    const { database, logger, now, request } = this.#options;
    try {
      const requested = await request(asking, inputOf(asking));
      const unnoted = failpoint('stations.after-bulk-request');
      if (unnoted !== undefined) await unnoted;
      await noteAnswered(database, asking, this.#answeredOf(requested), now());
    } catch (error) {
      logger.warn({ err: error, jobId: asking.jobId, stationId: asking.stationId }, 'a station of a job not asked yet');
    }
  }

  #answeredOf(requested: Requested): Answered {
    if (requested === 'taken') return { kind: 'asked' };
    if (requested.isFinal) return { kind: 'failed', why: requested.why };
    return { kind: 'later', lookAtMs: this.#options.now() + this.#lookAgainMs };
  }
}

function countedAs(state: string): keyof Counts {
  switch (state) {
    case 'waiting':
    case 'succeeded':
    case 'failed':
    case 'skipped':
      return state;
    default:
      return 'open';
  }
}
