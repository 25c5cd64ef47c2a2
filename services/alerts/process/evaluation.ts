// Process: looks at all stations again and again, and decides which alerts open and close. The clock enters here alone.
import type { AlertRuleValue, MaintenanceWindowValue, WebhookValue } from '#contracts/alerting';
import { sleep } from '#kit/back-off';
import { failpoint } from '#kit/failpoint';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import { counter, gauge } from '#kit/metrics';
import { transaction, type Database } from '#kit/postgres';
import { Pass, type Decisions } from '../domain/pass.ts';
import { standingAlerts, writeDecisions } from '../store/alert-rows.ts';
import { prune } from '../store/deliveries.ts';
import { refreshDrifts, type DriftSource } from './drifts.ts';
import { seedTenants } from './seeding.ts';
import { stationPages } from './station-pages.ts';

export type EvaluationOptions = {
  readonly database: Database;
  readonly logger: Logger;
  readonly tickMs: number;
  readonly keptDays: number;
  readonly driftEveryMs: number;
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
const passSeconds = gauge('alerts_pass_seconds', { help: 'Duration of the last look at all stations', labels: [] });
const failed = counter('alerts_passes_failed_total', { help: 'Looks that were not taken to their end', labels: [] });

export class Evaluation implements Closable {
  readonly #options: EvaluationOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #prunedAt = 0;
  /** When each tenant's drifts were asked for. */
  readonly #driftsAt = new Map<string, number>();

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
      if (!leads()) continue;
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
   * 1. the time, 2. the tables hold all that the log held then, 3. tenant by tenant: looked at, decided, written.
   * In that order: a station that came back before 1 is seen as such, so a fold that lags opens nothing. A crash leaves
   * each tenant decided whole or not at all; the next look decides the same under the same ids.
   */
  async #pass(): Promise<void> {
    const { database, now, readToEnd } = this.#options;
    const nowMs = now();
    await readToEnd();
    for (const tenantId of await seedTenants(database, nowMs)) {
      if (this.#closing.signal.aborted) return;
      await this.#decideOrTell(tenantId, nowMs);
    }
    if (nowMs - this.#prunedAt < pruneEveryMs) return;
    this.#prunedAt = nowMs;
    await prune(database, nowMs - this.#options.keptDays * dayMs);
  }

  /** One tenant's trouble must not leave the others without alerts. */
  async #decideOrTell(tenantId: string, nowMs: number): Promise<void> {
    try {
      await this.#decideFor(tenantId, nowMs);
    } catch (error) {
      failed.inc({});
      if (!this.#closing.signal.aborted) this.#options.logger.warn({ err: error, tenantId }, 'alerts not decided');
    }
  }

  async #decideFor(tenantId: string, nowMs: number): Promise<void> {
    const { database, leads } = this.#options;
    const { rules, windows, webhooks } = await writtenBy(database, tenantId);
    if (rules.some(({ enabled, condition }) => enabled && condition.kind === 'drift'))
      await this.#askDrifts(tenantId, nowMs);
    const { decided, alerts } = await standingAlerts(database, tenantId);
    const pass = new Pass({
      tenantId,
      nowMs,
      rules: rules.filter(({ enabled }) => enabled),
      windows: windows.filter(({ to }) => Date.parse(to) > nowMs),
      standing: alerts,
    });
    for await (const page of stationPages(database, tenantId)) for (const station of page) pass.look(station);
    const decisions = pass.decide();
    if (isNothing(decisions) || !leads()) return;
    const deciding = { tenantId, nowMs, webhooks, decided };
    const isFirst = await transaction(database, (client) => writeDecisions(client, deciding, decisions));
    if (!isFirst) return;
    const unknown = failpoint('alerts.after-decisions');
    if (unknown !== undefined) await unknown;
    for (const { kind } of decisions.opened) opened.inc({ kind });
    for (const { kind } of decisions.closed) closed.inc({ kind });
  }

  /** Who does not answer says nothing new: what was known of its stations stays. */
  async #askDrifts(tenantId: string, nowMs: number): Promise<void> {
    const { database, drifts, driftEveryMs, logger } = this.#options;
    if (nowMs - (this.#driftsAt.get(tenantId) ?? 0) < driftEveryMs) return;
    this.#driftsAt.set(tenantId, nowMs);
    try {
      await refreshDrifts(database, drifts, tenantId, nowMs);
    } catch (error) {
      logger.warn({ err: error, tenantId }, 'drifts not known');
    }
  }
}

function isNothing({ opened: news, closed: ends, changed }: Decisions): boolean {
  return news.length + ends.length + changed.length === 0;
}

/** All that operators wrote of a tenant. */
async function writtenBy(database: Database, tenantId: string) {
  const rows = await database.query<{ kind: string; value: object }>(
    'select kind, value from resources where tenant_id = $1 order by kind, id',
    [tenantId],
  );
  const of = <V>(kind: string): V[] => rows.filter((row) => row.kind === kind).map(({ value }) => value as V);
  return {
    rules: of<AlertRuleValue>('rule'),
    windows: of<MaintenanceWindowValue>('window'),
    webhooks: of<WebhookValue>('webhook'),
  };
}
