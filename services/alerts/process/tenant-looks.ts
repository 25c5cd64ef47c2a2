// One tenant from look to look: its board, what its operators wrote, and what is read anew because it changed.
import type { Logger } from '#kit/logger';
import { transaction, type Database } from '#kit/postgres';
import { Board, type Decisions } from '../domain/board.ts';
import { standingAlerts, writeDecisions } from '../store/alert-rows.ts';
import { writtenBy, type Mark, type Written } from '../store/written.ts';
import { refreshDrifts, type DriftSource } from './drifts.ts';
import type { Changes } from './news.ts';
import { stationPages, stationsNamed } from './station-pages.ts';

export type TenantLooksOptions = {
  readonly database: Database;
  readonly logger: Logger;
  readonly drifts: DriftSource;
  readonly driftEveryMs: number;
  /** A look at all stations, whatever is known of changes. */
  readonly lookAtAllEveryMs: number;
};

export type Look = {
  readonly nowMs: number;
  readonly mark: Mark;
  /** Undefined: all stations may have changed. */
  readonly changes: Changes | undefined;
};

type Known = {
  readonly mark: Mark;
  readonly written: Written;
  readonly board: Board;
  readonly allAt: number;
  /** How often was decided when the board began, and by it since. */
  readonly decided: number;
};

export class TenantLooks {
  readonly #tenantId: string;
  readonly #options: TenantLooksOptions;
  #known: Known | undefined;
  #driftsAt = 0;

  constructor(tenantId: string, options: TenantLooksOptions) {
    this.#tenantId = tenantId;
    this.#options = options;
  }

  /** What follows of what stations and operators said up to now. Whatever goes wrong: the next one looks at all anew. */
  async decide(look: Look): Promise<Decisions> {
    const known = this.#known;
    this.#known = undefined;
    const { database } = this.#options;
    const written = known?.mark.all === look.mark.all ? known.written : await writtenBy(database, this.#tenantId);
    const drifted = await this.#askDrifts(written, look.nowMs);
    const isNew =
      known === undefined ||
      look.changes === undefined ||
      known.mark.rules !== look.mark.rules ||
      look.nowMs - known.allAt >= this.#options.lookAtAllEveryMs;
    const at = isNew ? await this.#lookAtAll(written, look.nowMs) : known;
    if (!isNew) await this.#lookAtNews(at.board, look, drifted);
    const windows = written.windows.filter(({ to }) => Date.parse(to) > look.nowMs);
    const decisions = at.board.decide(look.nowMs, windows);
    this.#known = { ...at, written, mark: look.mark };
    return decisions;
  }

  /** False: another decided meanwhile; nothing is written, and the next look begins anew. */
  async write(decisions: Decisions, nowMs: number): Promise<boolean> {
    const known = this.#known;
    this.#known = undefined;
    if (known === undefined) return false;
    const { written, decided } = known;
    const deciding = { tenantId: this.#tenantId, nowMs, webhooks: written.webhooks, decided };
    const { database } = this.#options;
    const isFirst = await transaction(database, (client) => writeDecisions(client, deciding, decisions));
    if (!isFirst) return false;
    known.board.accept(decisions);
    this.#known = { ...known, decided: decided + 1 };
    return true;
  }

  async #lookAtAll({ rules }: Written, nowMs: number): Promise<Pick<Known, 'board' | 'decided' | 'allAt'>> {
    const { database } = this.#options;
    const { decided, alerts } = await standingAlerts(database, this.#tenantId);
    const board = new Board({ tenantId: this.#tenantId, rules, standing: alerts });
    for await (const page of stationPages(database, this.#tenantId))
      for (const station of page) board.look(station, nowMs);
    return { board, decided, allAt: nowMs };
  }

  async #lookAtNews(board: Board, { nowMs, changes }: Look, drifted: readonly string[]): Promise<void> {
    const ids = new Set([...(changes?.changed ?? []), ...drifted, ...board.due(nowMs)]);
    const arrived = await this.#lookAt(board, [...ids], nowMs);
    // Only now: of a station that was not known before nobody knew whom its sessions concern.
    const concerned = [...(changes?.charged ?? []), ...arrived].flatMap((stationId) => board.concerned(stationId));
    const others = new Set(concerned.filter((stationId) => !ids.has(stationId)));
    await this.#lookAt(board, [...others], nowMs);
  }

  /** Those that are new where they stand. */
  async #lookAt(board: Board, stationIds: readonly string[], nowMs: number): Promise<readonly string[]> {
    if (stationIds.length === 0) return [];
    const gone = new Set(stationIds);
    const arrived: string[] = [];
    for await (const page of stationsNamed(this.#options.database, this.#tenantId, stationIds))
      for (const station of page) {
        const { stationId } = station.watch;
        gone.delete(stationId);
        if (board.look(station, nowMs)) arrived.push(stationId);
      }
    for (const stationId of gone) board.forget(stationId);
    return arrived;
  }

  /** Who does not answer says nothing new: what was known of its stations stays. */
  async #askDrifts({ rules }: Written, nowMs: number): Promise<readonly string[]> {
    const { database, drifts, driftEveryMs, logger } = this.#options;
    const isAsked = rules.some(({ condition }) => condition.kind === 'drift');
    if (!isAsked || nowMs - this.#driftsAt < driftEveryMs) return [];
    this.#driftsAt = nowMs;
    try {
      return await refreshDrifts(database, drifts, this.#tenantId, nowMs);
    } catch (error) {
      logger.warn({ err: error, tenantId: this.#tenantId }, 'drifts not known');
      return [];
    }
  }
}
