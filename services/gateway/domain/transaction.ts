// The fields that every event of a transaction shares, with nothing said yet.
import type { TransactionUpdated } from '#contracts/generated/types';

export type TransactionFields = Omit<TransactionUpdated, 'meta'>;
export type KnownTransaction = Pick<TransactionFields, 'transactionId' | 'reportedId' | 'evseId' | 'connectorId'>;

export function emptyTransaction(known: KnownTransaction): TransactionFields {
  return {
    transactionId: known.transactionId,
    reportedId: known.reportedId,
    evseId: known.evseId,
    connectorId: known.connectorId,
    tokenRef: null,
    tokenType: null,
    authorization: null,
    offline: null,
    seqNo: null,
    triggerReason: null,
    chargingState: null,
    remoteStartId: null,
    reservationId: null,
    timeSpentChargingSeconds: null,
    numberOfPhasesUsed: null,
    cableMaxCurrentMilliA: null,
  };
}
