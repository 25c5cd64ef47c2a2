// Process: decides about every ended session once, and appends its CDR or a review. Its tables are a fold of what it appends.
import { encodeRecord } from '#contracts/codec';
import { partitionOf, sessionKey } from '#contracts/keys';
import type { Topic } from '#contracts/topics';
import type { LogWriter } from '#kit/event-log/types';
import { failpoint } from '#kit/failpoint';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import { appendAll, type Addressed } from '#kit/projection/append-all';
import { readCase } from './case-reads.ts';
import { decide, reviewOf, type Decision } from './domain/decide.ts';
import { readDue, type Cursors, type Due } from './due.ts';
import { decisions } from './metrics.ts';

export type IssuingOptions = {
  readonly database: Database;
  readonly topic: Topic;
  readonly log: LogWriter;
  readonly logger: Logger;
  readonly tickMs: number;
  /** All ended sessions are looked at anew so often, whatever changed: a re-driven key tells nobody. */
  readonly sweepEveryMs: number;
  /** Whether this instance decides. */
  leads(): boolean;
  /** Resolves when the tables hold everything that was appended before the call, to our output and to the registry's history. */
  readToEnd(): Promise<void>;
  now(): number;
};

const pageSessions = 200;

export class Issuing implements Closable {
  readonly #options: IssuingOptions;
  readonly #timer: NodeJS.Timeout;
  #cursors: Cursors = new Map();
  #sweptAt = 0;
  #led = false;
  #isAsked = false;
  #working: Promise<void> | undefined;
  #closed = false;

  constructor(options: IssuingOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.look(), options.tickMs);
  }

  /** Something was committed that may make a session due. */
  look(): void {
    if (this.#closed) return;
    this.#isAsked = true;
    this.#working ??= this.#work();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#working;
  }

  async #work(): Promise<void> {
    try {
      // A batch of commits asks many times at once; and what ends before it is awaited would never be seen to end.
      await new Promise((resolve) => setImmediate(resolve));
      while (this.#isAsked && !this.#closed) {
        this.#isAsked = false;
        if (this.#mayDecide()) await this.#round();
      }
    } catch (error) {
      // The next tick decides again: the same decision has the same id.
      this.#options.logger.warn({ err: error }, 'sessions not decided');
    } finally {
      this.#working = undefined;
    }
  }

  #mayDecide(): boolean {
    const { leads, now, sweepEveryMs } = this.#options;
    const isLeading = leads();
    // Whoever takes over knows nothing of what was looked at.
    if (!isLeading || !this.#led || now() - this.#sweptAt >= sweepEveryMs) {
      this.#cursors = new Map();
      this.#sweptAt = now();
    }
    this.#led = isLeading;
    return isLeading;
  }

  /**
   * 1. Is anything due? 2. Wait until the tables hold our own output and the registry's history to their ends, so that
   * nothing already decided or written is overlooked. 3. Decide on what is due then. 4. Append.
   * A crash after 4 leaves decisions that 2 reads; one before it leaves sessions that are still due.
   */
  async #round(): Promise<void> {
    const { database, readToEnd, leads } = this.#options;
    for (let isFull = true; isFull && leads() && !this.#closed;) {
      const first = await readDue(database, this.#cursors, pageSessions);
      if (first.due.length === 0) {
        this.#cursors = first.next;
        return;
      }
      await readToEnd();
      const page = await readDue(database, this.#cursors, pageSessions);
      if (!leads()) return;
      await this.#decideAll(page.due);
      isFull = page.isFull;
      // What was appended is not in the tables yet, so the same page is read again before the cursors move.
      if (page.due.length === 0) this.#cursors = page.next;
      else isFull = true;
    }
  }

  async #decideAll(due: readonly Due[]): Promise<void> {
    const { log, logger } = this.#options;
    const made: { readonly due: Due; readonly decision: Decision }[] = [];
    for (const each of due) made.push({ due: each, decision: await this.#decisionOf(each) });
    await failpoint('billing.before-append');
    await appendAll(
      log,
      made.map((each) => this.#addressed(each)),
    );
    await failpoint('billing.after-append');
    for (const { decision } of made) {
      const what = decision.kind === 'issue' ? 'issued' : decision.review.reason;
      decisions.inc({ decision: what });
      const { tenantId, sessionId } = decision.kind === 'issue' ? decision.cdr : decision.review;
      logger.info({ tenantId, sessionId, decision: what }, 'session decided');
    }
  }

  /** One that we fail at must not stop the others: a person looks at it. */
  async #decisionOf(due: Due): Promise<Decision> {
    const { database, now, logger } = this.#options;
    const given = await readCase(database, due, now());
    try {
      return decide(given, now());
    } catch (error) {
      logger.error({ err: error, sessionId: due.session.sessionId }, 'session not priced');
      return reviewOf(given, { reason: 'unpriceable', detail: `we failed: ${String(error)}` }, now());
    }
  }

  #addressed({ due: { session }, decision }: { readonly due: Due; readonly decision: Decision }): Addressed {
    const { topic } = this.#options;
    const key = sessionKey(session.tenantId, session.sessionId);
    const record =
      decision.kind === 'issue'
        ? { key, type: 'CdrIssued', value: encodeRecord('CdrIssued', decision.cdr) }
        : { key, type: 'BillingReviewOpened', value: encodeRecord('BillingReviewOpened', decision.review) };
    return { topic: topic.name, partition: partitionOf(key, topic.partitions), record };
  }
}
