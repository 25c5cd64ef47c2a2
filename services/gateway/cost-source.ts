// Asks billing what a transaction costs, by the code that makes its bill; how long billing may wait for its folds is told.
import { costAnswer, type CostQuestion } from '#contracts/costs';
import { Compile } from 'typebox/compile';
import type { Source } from './sources.ts';

export type BillingDoor = {
  readonly url: string;
  readonly internalToken: string;
  /** Billing says itself that it does not know the end yet, before the question is given up. */
  readonly waitMs: number;
};

/** As long as folds usually take: a running transaction is told once a minute, and its station waits meanwhile. */
const runningWaitMsMax = 700;

const isAnswer = Compile(costAnswer);

export function costSource({ url, internalToken, waitMs }: BillingDoor): Source<'cost'> {
  const runningWaitMs = Math.min(waitMs, runningWaitMsMax);
  return async ({ transactionId, endedAt }, { tenantId, stationId, signal }) => {
    const patience = endedAt === null ? runningWaitMs : waitMs;
    const question: CostQuestion = { tenantId, stationId, transactionId, endedAt, waitMs: patience };
    const response = await fetch(`${url}/internal/costs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${internalToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(question),
      redirect: 'error',
      signal,
    });
    if (!response.ok) throw new Error(`billing answers ${response.status}`);
    const told: unknown = await response.json();
    if (!isAnswer.Check(told)) throw new Error('billing answers with something else');
    return 'why' in told ? { kind: 'refused', why: told.why } : { kind: 'cost', total: told.totalInclVat };
  };
}
