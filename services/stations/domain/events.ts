// What the stations fold reads of transactions, which are many: the decoder steps over the rest. All other events are read whole.
import type { Records } from '#contracts/generated/types';

export const fieldsRead = {
  TransactionStarted: ['meta', 'transactionId', 'evseId', 'offline', 'reservationId'],
  TransactionUpdated: ['meta', 'transactionId', 'reservationId'],
  TransactionEnded: ['meta', 'transactionId', 'evseId', 'offline', 'reservationId'],
} as const;

type Read<T extends keyof typeof fieldsRead> = Pick<Records[T], (typeof fieldsRead)[T][number]>;

export type TransactionStarted = Read<'TransactionStarted'>;
export type TransactionUpdated = Read<'TransactionUpdated'>;
export type TransactionEnded = Read<'TransactionEnded'>;
