// Answers what a transaction costs: as soon as the fold holds its end, by the very code that decides about its bill. It
// decides nothing and writes nothing.
import type { CostAnswer, CostQuestion } from '#contracts/costs';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import { readCase } from './case-reads.ts';
import { costOf, knownAs } from './domain/cost.ts';
import { readTransactions, type Due } from './due.ts';
import { costs as counted } from './metrics.ts';

export type CostsOptions = {
  readonly database: Database;
  readonly logger: Logger;
  /** As for a decision: resolves when the tables hold our own output and the registry's history. */
  readToEnd(): Promise<void>;
  now(): number;
  /** Questions that may wait at once; one more is answered that they are too many. */
  readonly waitingMax: number;
  /** How often is looked without a commit of this instance: another one may fold the session. */
  readonly lookEveryMs: number;
};

type Waiting = {
  readonly question: CostQuestion;
  readonly timer: NodeJS.Timeout;
  /** Version of a running session as it was first found; what its station said just now may make a newer one. */
  foundAs: string | undefined;
  /** From then on a running session is priced as it is known. */
  readonly settledAt: number;
  answer(answer: CostAnswer): void;
};

/** What runs is priced in any case once its time to settle is over, so that takes longer. */
const pricingMsMax = 5_000;
/** Read, and priced, at once. */
const atOnceMax = 64;

export class Costs implements Closable {
  readonly #options: CostsOptions;
  readonly #waiting = new Set<Waiting>();
  readonly #timer: NodeJS.Timeout;
  #isAsked = false;
  #working: Promise<void> | undefined;
  #closed = false;

  constructor(options: CostsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.look(), options.lookEveryMs);
  }

  /** Resolves in time, whatever becomes of the folds. Never rejects. */
  async ask(question: CostQuestion): Promise<CostAnswer> {
    const answer = await this.#answerTo(question);
    counted.inc({ outcome: 'why' in answer ? answer.why : 'told' });
    return answer;
  }

  /** Something was committed that may be asked for. */
  look(): void {
    if (this.#closed || this.#waiting.size === 0) return;
    this.#isAsked = true;
    this.#working ??= this.#work();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const waiting of this.#waiting) waiting.answer({ why: 'not-folded' });
    await this.#working;
  }

  #answerTo(question: CostQuestion): Promise<CostAnswer> {
    if (this.#closed || this.#waiting.size >= this.#options.waitingMax)
      return Promise.resolve({ why: 'too-many-questions' });
    return new Promise((resolve) => {
      const answer = (told: CostAnswer): void => {
        clearTimeout(waiting.timer);
        this.#waiting.delete(waiting);
        resolve(told);
      };
      const { endedAt, waitMs } = question;
      const timer = setTimeout(() => answer({ why: 'not-folded' }), endedAt === null ? waitMs + pricingMsMax : waitMs);
      const settledAt = this.#options.now() + waitMs;
      const waiting: Waiting = { question, timer, foundAs: undefined, settledAt, answer };
      this.#waiting.add(waiting);
      this.look();
    });
  }

  async #work(): Promise<void> {
    try {
      // Many are asked, and many commits come, at once.
      await new Promise((resolve) => setImmediate(resolve));
      while (this.#isAsked && !this.#closed) {
        this.#isAsked = false;
        const all = [...this.#waiting];
        for (let from = 0; from < all.length; from += atOnceMax) await this.#round(all.slice(from, from + atOnceMax));
      }
    } catch (error) {
      // Looked at again at the next tick, until their time is over.
      this.#options.logger.warn({ err: error }, 'costs not told');
    } finally {
      this.#working = undefined;
    }
  }

  /**
   * 1. Whose sessions are known as they are asked for? 2. Wait until nothing that a price is made of is overlooked. 3. Read
   * them as they are then, and price. The same order as a decision's, so that both see the same.
   */
  async #round(waiting: readonly Waiting[]): Promise<void> {
    const { database, readToEnd } = this.#options;
    const ripe = (await this.#sorted(waiting)).map(({ each }) => each);
    if (ripe.length === 0) return;
    await readToEnd();
    const left = ripe.filter((each) => this.#waiting.has(each));
    if (left.length === 0) return;
    await Promise.all((await this.#sorted(left)).map(({ each, due }) => this.#price(database, each, due)));
  }

  /** Those that can be answered now; those that never can are. */
  async #sorted(waiting: readonly Waiting[]): Promise<{ readonly each: Waiting; readonly due: Due }[]> {
    const found = await readTransactions(
      this.#options.database,
      waiting.map(({ question }) => question),
    );
    return waiting.flatMap((each, index) => {
      const due = found[index];
      const known = knownAs(due?.session, each.question.endedAt);
      if (known === 'now' && due !== undefined) return this.#isSettled(each, due) ? [{ each, due }] : [];
      if (known !== 'wait' && known !== 'now') each.answer({ why: known });
      return [];
    });
  }

  #isSettled(waiting: Waiting, { session: { ended, generation, sourceOffset } }: Due): boolean {
    const version = `${generation}/${sourceOffset}`;
    waiting.foundAs ??= version;
    return ended || waiting.foundAs !== version || this.#options.now() >= waiting.settledAt;
  }

  async #price(database: Database, { question, answer }: Waiting, due: Due): Promise<void> {
    const { now, logger } = this.#options;
    const given = await readCase(database, due, now());
    try {
      answer(costOf(given, now()));
    } catch (error) {
      // The decision about it fails alike, and opens a review.
      logger.error({ err: error, transactionId: question.transactionId }, 'transaction not priced');
      answer({ why: 'unpriceable' });
    }
  }
}
