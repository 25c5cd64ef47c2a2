// Step 3 of a station's CALL: what its row asks to know, of our caches at once, of others with a deadline.
import type { Connection } from './connection.ts';
import type { Row } from './domain/action.ts';
import type { PresentedToken } from './domain/authorization.ts';
import type { Answer, Question } from './domain/question.ts';
import { presentToken } from './present-token.ts';

export type Looked = { readonly token: PresentedToken | undefined; readonly answer: Answer | undefined };

export const nothing: Looked = { token: undefined, answer: undefined };

/** At once where the row asks nobody else: the hot path awaits nothing here. */
export function look(connection: Connection, row: Row<object>, request: object): Looked | Promise<Looked> {
  const shown = row.shows?.(request);
  const token = shown === undefined ? undefined : presentToken(connection, shown);
  const question = row.asks?.(request);
  if (question !== undefined || token instanceof Promise) return answered(connection, token, question);
  return token === undefined ? nothing : { token, answer: undefined };
}

type Presented = PresentedToken | undefined;

/** Both are asked at the same time. */
async function answered(
  { parts, tenantId, stationId }: Connection,
  presented: Presented | Promise<Presented>,
  question: Question | undefined,
): Promise<Looked> {
  const asked = question === undefined ? undefined : parts.questions.ask(question, { tenantId, stationId });
  const [token, answer] = await Promise.all([presented, asked]);
  return { token, answer };
}
