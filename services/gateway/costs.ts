// What a transaction costs, in the answer to its message (2.x I02, I03): asked after its facts are in the log, and only where
// the station shows it. Whatever becomes of the question, the station is answered.
import type { Connection } from './connection.ts';
import { jsonAmountOf, showsCosts } from './domain/cost.ts';
import { encodeResult } from './domain/frame.ts';
import type { Answer, CostQuestion } from './domain/question.ts';
import { costsTold } from './metrics.ts';
import type { Questions } from './sources.ts';

/** How to get the text of an answer once the facts of its message are acknowledged. */
export type LateAnswer = () => Promise<string>;

type Reply = { readonly id: string; readonly reply: object };
type Asker = Pick<Connection, 'tenantId' | 'stationId' | 'key'>;

/** At once where nothing is asked. Every answer without a cost that was asked for is counted under its reason. */
export function answerWithCost(
  connection: Connection,
  { id, reply }: Reply,
  question: CostQuestion | undefined,
): string | LateAnswer {
  const { parts, station, tenantId } = connection;
  const bare = encodeResult(id, reply);
  if (question === undefined || !showsCosts(station, parts.caches.tenant(tenantId))) return bare;
  if (!parts.costs.isDue(connection, question)) return bare;
  return async () => {
    const totalCost = await parts.costs.of(connection, question);
    return totalCost === undefined ? bare : encodeResult(id, { ...reply, totalCost });
  };
}

export type CostsOptions = {
  readonly questions: Questions;
  /** What a running transaction came to is asked at most so often. */
  readonly runningEveryMs: number;
  now(): number;
};

/** Running transactions that are remembered; of one that is forgotten the cost may be told a little too soon. */
const rememberedMax = 100_000;

export class Costs {
  readonly #options: CostsOptions;
  /** When the cost of a running transaction was last asked for, the longest ago first. */
  readonly #askedAt = new Map<string, number>();

  constructor(options: CostsOptions) {
    this.#options = options;
  }

  /** An end always is; what runs, once in a while, also where nobody could tell the last time. */
  isDue({ key }: Asker, { transactionId, endedAt }: CostQuestion): boolean {
    const transaction = `${key}/${transactionId}`;
    const now = this.#options.now();
    const askedAt = this.#askedAt.get(transaction);
    if (endedAt === null && askedAt !== undefined && now - askedAt < this.#options.runningEveryMs) return false;
    this.#askedAt.delete(transaction);
    if (endedAt === null) this.#remember(transaction, now);
    return true;
  }

  /** Undefined where it is not known in time. Never rejects. */
  async of({ tenantId, stationId }: Asker, question: CostQuestion): Promise<number | undefined> {
    const answer = await this.#options.questions.ask(question, { tenantId, stationId });
    const amount = answer.kind === 'cost' ? jsonAmountOf(answer.total) : undefined;
    costsTold.inc({ outcome: amount === undefined ? reasonOf(answer) : 'told' });
    return amount;
  }

  #remember(transaction: string, now: number): void {
    this.#askedAt.set(transaction, now);
    if (this.#askedAt.size <= rememberedMax) return;
    const [oldest] = this.#askedAt.keys();
    if (oldest !== undefined) this.#askedAt.delete(oldest);
  }
}

/** Billing's own few reasons; else that it was not reached, or that no JSON number holds what it said. */
function reasonOf(answer: Answer): string {
  if (answer.kind === 'refused') return answer.why;
  return answer.kind === 'cost' ? 'beyond-number' : 'unreachable';
}
