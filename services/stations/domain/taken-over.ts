// A transaction that began under another system: its start as a fact of ours, so that what its station says later has a session.
import { milliOf } from '#contracts/amounts';
import type { OcppVersion } from '#contracts/ocpp';
import type { TransactionStarted } from '#contracts/generated/types';
import { reportedIdOf } from '#contracts/keys';

/** As its earlier system knew it. */
export type OpenTransaction = {
  readonly stationId: string;
  /** As the station names it: on 1.6 the number that the earlier system gave. */
  readonly transactionId: string;
  readonly evseId: number;
  readonly connectorId?: number;
  /** Register at its start. */
  readonly meterStartWh: number | string;
  readonly startedAt: string;
  readonly tokenUid?: string;
  readonly tokenType?: string;
};

export type Taking = {
  readonly tenantId: string;
  readonly nowMs: number;
  refOf(tenantId: string, tokenType: string, uid: string): string;
};

export type Fault = { readonly path: string; readonly message: string };

const wholeNumber = /^[1-9]\d{0,14}$/;
/** A station's clock may be ahead of ours by so much. */
export const aheadMsMax = 5 * 60_000;
/** Nothing charges for so long. */
export const ageMsMax = 31 * 24 * 60 * 60_000;

/** @param version that the station spoke here last; undefined: it has yet to come. */
export function takeoverFaults(
  { startedAt, meterStartWh, transactionId }: OpenTransaction,
  nowMs: number,
  version: OcppVersion | undefined,
): Fault[] {
  const at = Date.parse(startedAt);
  const faults: Fault[] = [];
  if (Number.isNaN(at)) faults.push({ path: 'startedAt', message: 'is no instant' });
  if (at > nowMs + aheadMsMax) faults.push({ path: 'startedAt', message: 'is in the future' });
  if (at < nowMs - ageMsMax) faults.push({ path: 'startedAt', message: 'is more than 31 days ago' });
  if (milliOf(meterStartWh, 0) === undefined) faults.push({ path: 'meterStartWh', message: 'is no register value' });
  // What a 1.6 station says later names a number, and nothing else would ever be found by it.
  if (version === '1.6' && !wholeNumber.test(transactionId))
    faults.push({ path: 'transactionId', message: 'is no whole number, and the station speaks 1.6' });
  return faults;
}

/**
 * Its identity is station and transaction, so the same one taken over again, in whatever words, is no news to the fold of
 * sessions; and a 2.x station that tells its start itself tells of this one.
 */
export function takenOver(open: OpenTransaction, { tenantId, nowMs, refOf }: Taking): TransactionStarted {
  const { stationId, transactionId, tokenUid, tokenType = null } = open;
  return {
    meta: {
      eventId: `taken-over.${stationId}.${transactionId}`,
      tenantId,
      stationId,
      occurredAt: Date.parse(open.startedAt),
      recordedAt: nowMs,
      source: 'operator',
      connectionEpoch: null,
      seq: null,
      ocppVersion: null,
      messageId: null,
      traceparent: null,
    },
    startKey: transactionId,
    transactionId,
    reportedId: reportedIdOf(tenantId, stationId, transactionId),
    evseId: open.evseId,
    connectorId: open.connectorId ?? 1,
    tokenRef: tokenUid === undefined ? null : refOf(tenantId, tokenType ?? 'Unknown', tokenUid),
    tokenType,
    authorization: 'Accepted',
    offline: null,
    seqNo: null,
    triggerReason: 'TakenOver',
    chargingState: null,
    remoteStartId: null,
    reservationId: null,
    timeSpentChargingSeconds: null,
    numberOfPhasesUsed: null,
    cableMaxCurrentMilliA: null,
    meterStartMilliWh: milliOf(open.meterStartWh, 0) ?? null,
    operationMode: null,
    tariffId: null,
    transactionLimitJson: null,
  };
}
