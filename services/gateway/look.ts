// Step 3 of a station's CALL: what its row asks to know, of our caches at once, of others with a deadline.
import { tokenRefOf } from '#contracts/keys';
import type { Connection } from './connection.ts';
import type { Row, TokenShown } from './domain/action.ts';
import type { PresentedToken } from './domain/authorization.ts';
import type { Answer } from './domain/question.ts';

export type Looked = { readonly token: PresentedToken | undefined; readonly answer: Answer | undefined };

export const nothing: Looked = { token: undefined, answer: undefined };

/** At once where the row asks nobody else: the hot path awaits nothing here. */
export function look(connection: Connection, row: Row<object>, request: object): Looked | Promise<Looked> {
  const shown = row.shows?.(request);
  const token = shown === undefined ? undefined : present(connection, shown);
  const question = row.asks?.(request);
  if (question !== undefined) {
    const { parts, tenantId, stationId } = connection;
    return parts.questions.ask(question, { tenantId, stationId }).then((answer) => ({ token, answer }));
  }
  return token === undefined ? nothing : { token, answer: undefined };
}

const none: PresentedToken['vouchers'] = [];

function present(connection: Connection, shown: TokenShown): PresentedToken {
  const { parts, tenantId, key } = connection;
  const tokenRef = tokenRefOf(parts.tenantKey(tenantId), shown.type, shown.uid);
  const found = parts.caches.token(tenantId, tokenRef);
  const vouchers = found === undefined ? parts.vouchers.of(key, tokenRef) : none;
  return { tokenRef, tokenType: shown.type, found, vouchers };
}
