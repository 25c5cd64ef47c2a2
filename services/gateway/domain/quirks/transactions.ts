// Messages of a transaction are never refused for their payload (OCPP 1.6 4.7, 4.8, 4.10; 2.x E): what is missing, what may go.
import { transactionIdOf } from '#contracts/keys';
import type { OcppVersion } from '#contracts/ocpp';

const transactional: Readonly<Record<OcppVersion, ReadonlySet<string>>> = {
  '1.6': new Set(['StartTransaction', 'StopTransaction', 'MeterValues']),
  '2.0.1': new Set(['TransactionEvent', 'MeterValues']),
  '2.1': new Set(['TransactionEvent', 'MeterValues']),
};

export function isTransactional(version: OcppVersion, action: string): boolean {
  return transactional[version].has(action);
}

/** A token that was shown and cannot be read is nobody's: without any, a start would be one that needs none. */
export function withTokenOfNobody(
  { action, payload }: { readonly action: string; readonly payload: unknown },
  kept: object,
): void {
  if (action !== 'TransactionEvent' || Object.hasOwn(kept, 'idToken') || !Object.hasOwn(Object(payload), 'idToken'))
    return;
  Object.assign(kept, { idToken: { idToken: '', type: 'Central' } });
}

type Unreadable = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly action: string;
  readonly payload: unknown;
};

/** The answer to what nobody can read: the station forgets the message, which is kept; a start gets an id, the same each time. */
export function replyAnyway({ tenantId, stationId, action, payload }: Unreadable): object {
  const told = typeof payload === 'object' && payload !== null ? (payload as Readonly<Record<string, unknown>>) : {};
  if (action === 'StartTransaction') {
    const { connectorId, timestamp, meterStart, text } = told;
    const transactionId = transactionIdOf({
      tenantId,
      stationId,
      connectorId: typeof connectorId === 'number' ? connectorId : 0,
      timestamp: JSON.stringify(timestamp) ?? textAfterId(text),
      meterStart: JSON.stringify(meterStart) ?? '',
      tokenRef: '',
    });
    return { transactionId, idTagInfo: { status: 'Invalid' } };
  }
  // idTokenInfo is required where the request names a token.
  if (action === 'TransactionEvent' && told['idToken'] !== undefined) return { idTokenInfo: { status: 'Invalid' } };
  return {};
}

/** Of a frame that was no JSON its text tells one start from the next; a repeat may come under another id. */
function textAfterId(text: unknown): string {
  return typeof text === 'string' ? text.replace(/^\s*\[\s*2\s*,\s*"[^"]*"/, '') : '';
}
