// Process: looks again and again at what changed or is due, and decides which alerts open and close. The clock enters here alone.
import { sleep } from '#kit/back-off';
import { failpoint } from '#kit/failpoint';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import { counter, gauge } from '#kit/metrics';
import type { Database } from '#kit/postgres';
import type { Decisions } from '../domain/board.ts';
import { prune } from '../store/deliveries.ts';
import { nothingWritten, writtenMarks } from '../store/written.ts';
import type { DriftSource } from './drifts.ts';
import { newsSince, type Cursor } from './news.ts';
import { seedTenants } from './seeding.ts';
import { TenantLooks, type Look } from './tenant-looks.ts';

export type EvaluationOptions = {
  readonly database: Database;
  readonly logger: Logger;
  readonly tickMs: number;
  readonly keptDays: number;
  readonly driftEveryMs: number;
  readonly lookAtAllEveryMs: number;
  readonly drifts: DriftSource;
  /** Resolves when the tables hold what the log held at the call. */
  readToEnd(): Promise<void>;
  leads(): boolean;
  now(): number;
};

const pruneEveryMs = 3_600_000;
const dayMs = 86_400_000;

const opened = counter('alerts_opened_total', { help: 'Alerts that opened, by kind', labels: ['kind'] });
const closed = counter('alerts_closed_total', { help: 'Alerts that closed, by kind', labels: ['kind'] });
const passSeconds = gauge('alerts_pass_seconds', { help: 'Duration of the last look', labels: [] });
const failed = counter('alerts_passes_failed_total', { help: 'Looks that were not taken to their end', labels: [] });

export class Evaluation implements Closable {
  readonly #options: EvaluationOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #prunedAt = 0;
  /** Up to where the tables were looked at; undefined: who leads knows nothing yet. */
  #cursor: Cursor | undefined;
  readonly #tenants = new Map<string, TenantLooks>();

  constructor(options: EvaluationOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const { tickMs, leads, logger } = this.#options;
    for (await sleep(tickMs, signal); !signal.aborted; await sleep(tickMs, signal)) {
      // Who did not lead knows nothing of what was decided meanwhile.
      if (!leads()) {
        this.#forgetAll();
        continue;
      }
      const startedMs = performance.now();
      try {
        await this.#pass();
        passSeconds.set({}, (performance.now() - startedMs) / 1_000);
      } catch (error) {
        failed.inc({});
        if (!signal.aborted) logger.warn({ err: error }, 'alerts not decided');
      }
    }
  }

  /**
   * 1. the time, 2. the tables hold all that the log held then, 3. what changed in them and what operators wrote, 4. tenant
   * by tenant: looked at, decided, written. In that order: a station that came back before 1 is seen as such, so a fold that
   * lags opens nothing. A crash leaves each tenant decided whole or not at all; the next look decides the same under the
   * same ids.
   */
  async #pass(): Promise<void> {
    const { database, now, readToEnd } = this.#options;
    const nowMs = now();
    await readToEnd();
    const tenantIds = await seedTenants(database, nowMs);
    const { cursor, changes } = await newsSince(database, this.#cursor);
    const marks = await writtenMarks(database);
    if (changes === undefined) this.#forgetAll();
    // Whoever fails below forgets what it knew, and looks at all anew.
    this.#cursor = cursor;
    for (const tenantId of tenantIds) {
      if (this.#closing.signal.aborted) return;
      const none = { changed: new Set<string>(), charged: new Set<string>() };
      const mark = marks.get(tenantId) ?? nothingWritten;
      await this.#decideOrTell(tenantId, { nowMs, mark, changes: changes?.get(tenantId) ?? none });
    }
    for (const tenantId of this.#tenants.keys()) if (!tenantIds.includes(tenantId)) this.#tenants.delete(tenantId);
    if (nowMs - this.#prunedAt < pruneEveryMs) return;
    this.#prunedAt = nowMs;
    await prune(database, nowMs - this.#options.keptDays * dayMs);
  }

  /** One tenant's trouble must not leave the others without alerts. */
  async #decideOrTell(tenantId: string, look: Look): Promise<void> {
    try {
      await this.#decideFor(tenantId, look);
    } catch (error) {
      failed.inc({});
      if (!this.#closing.signal.aborted) this.#options.logger.warn({ err: error, tenantId }, 'alerts not decided');
    }
  }

  async #decideFor(tenantId: string, look: Look): Promise<void> {
    const tenant = this.#tenants.get(tenantId) ?? new TenantLooks(tenantId, this.#options);
    this.#tenants.set(tenantId, tenant);
    const decisions = await tenant.decide(look);
    if (isNothing(decisions) || !this.#options.leads()) return;
    if (!(await tenant.write(decisions, look.nowMs))) return;
    const unknown = failpoint('alerts.after-decisions');
    if (unknown !== undefined) await unknown;
    for (const { kind } of decisions.opened) opened.inc({ kind });
    for (const { kind } of decisions.closed) closed.inc({ kind });
  }

  #forgetAll(): void {
    this.#cursor = undefined;
    this.#tenants.clear();
  }
}

function isNothing({ opened: news, closed: ends, changed }: Decisions): boolean {
  return news.length + ends.length + changed.length === 0;
}
