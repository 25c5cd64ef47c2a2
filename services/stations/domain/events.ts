// What the stations fold reads of transactions, which are many: the decoder steps over the rest. All other events are read whole.
import type { Records } from '#contracts/generated/types';

const transactionFields = ['meta', 'transactionId', 'evseId', 'tokenRef', 'remoteStartId', 'reservationId'] as const;

export const fieldsRead = {
  TransactionStarted: [...transactionFields, 'startKey', 'offline'],
  TransactionUpdated: transactionFields,
  TransactionEnded: [...transactionFields, 'offline'],
} as const;

type Read<T extends keyof typeof fieldsRead> = Pick<
  Records[T],
  Extract<(typeof fieldsRead)[T][number], keyof Records[T]>
>;

export type TransactionStarted = Read<'TransactionStarted'>;
export type TransactionUpdated = Read<'TransactionUpdated'>;
export type TransactionEnded = Read<'TransactionEnded'>;
