// What the sessions fold reads of its events: one table for the decoder, which steps over the rest, and for the compiler.
import type { Meta as WholeMeta, Reading as WholeReading, Records } from '#contracts/generated/types';

const transactionFields = [
  'meta',
  'transactionId',
  'reportedId',
  'evseId',
  'connectorId',
  'tokenRef',
  'tokenType',
  'authorization',
  'seqNo',
  'triggerReason',
  'chargingState',
  'remoteStartId',
  'reservationId',
] as const;

/** Fields by record; a new one is decoded as soon as it stands here. */
export const fieldsRead = {
  Meta: ['tenantId', 'stationId', 'occurredAt', 'recordedAt', 'connectionEpoch', 'seq', 'ocppVersion'],
  Reading: [
    'sampledAt',
    'context',
    'energyImportMilliWh',
    'powerImportMilliW',
    'currentMilliA',
    'currentL1MilliA',
    'currentL2MilliA',
    'currentL3MilliA',
  ],
  TransactionStarted: [...transactionFields, 'startKey', 'meterStartMilliWh'],
  TransactionUpdated: transactionFields,
  TransactionEnded: [...transactionFields, 'meterStopMilliWh', 'reason'],
  MeterValuesSampled: ['meta', 'transactionId', 'reportedId', 'evseId', 'connectorId', 'readings'],
  ConnectorStatusChanged: ['meta', 'evseId', 'connectorId', 'status'],
} as const satisfies FieldsOf<WholeRecords>;

type WholeRecords = Pick<
  Records,
  'TransactionStarted' | 'TransactionUpdated' | 'TransactionEnded' | 'MeterValuesSampled' | 'ConnectorStatusChanged'
> & { readonly Meta: WholeMeta; readonly Reading: WholeReading };

type FieldsOf<Types> = { readonly [T in keyof Types]: readonly (keyof Types[T])[] };

type Read<T extends keyof WholeRecords> = Pick<
  WholeRecords[T],
  Extract<(typeof fieldsRead)[T][number], keyof WholeRecords[T]>
>;
type Told<T extends keyof WholeRecords> = Omit<Read<T>, 'meta'> & { readonly meta: Meta };

export type Meta = Read<'Meta'>;
export type Reading = Read<'Reading'>;
export type TransactionStarted = Told<'TransactionStarted'>;
export type TransactionUpdated = Told<'TransactionUpdated'>;
export type TransactionEnded = Told<'TransactionEnded'>;
export type ConnectorStatusChanged = Told<'ConnectorStatusChanged'>;
export type MeterValuesSampled = Omit<Told<'MeterValuesSampled'>, 'readings'> & {
  readonly readings: readonly Reading[];
};
