// The columns of the readings' tables in the order in which both paths write them.
import { valueColumns } from '../domain/reading-row.ts';

export const readingsTable = 'meter_readings_raw';
/** The mask stands last: it is known when the values are written. */
export const readingColumns = [
  'tenant_id',
  'station_id',
  'evse_id',
  'connector_id',
  'ts',
  'context',
  'reported_id',
  'version',
  ...valueColumns,
  'mask',
] as const;

export const samplesTable = 'meter_samples_other';
export const sampleColumns = [
  'tenant_id',
  'station_id',
  'evse_id',
  'connector_id',
  'ts',
  'context',
  'reported_id',
  'version',
  'ordinal',
  'measurand',
  'phase',
  'location',
  'unit',
  'value',
  'text',
  'is_signed',
  'signed_data',
  'signing_method',
  'signing_encoding',
  'public_key',
] as const;
