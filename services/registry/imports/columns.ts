// The columns of the tables that operators import, by the fields that they stand for.
import { cells, type Columns } from '#kit/rows/cells';

const { text, wholeNumber, yesNo, list } = cells;

/** How many, numbered from 1: all that a table can say of them. */
const evses = (cell: string): unknown =>
  /^\d{1,3}$/.test(cell) ? Array.from({ length: Number(cell) }, (_, at) => ({ evseId: at + 1 })) : cell;

export const stationColumns: Columns = {
  stationId: text,
  locationId: text,
  vendor: text,
  model: text,
  enabled: yesNo,
  securityProfile: wholeNumber,
  heartbeatSeconds: wholeNumber,
  bootPolicy: text,
  defaultSubprotocol: text,
  serialNumber: text,
  framesRecorded: yesNo,
  allowsProfileDowngrade: yesNo,
  acceptsWithoutBoot: yesNo,
  costsShown: yesNo,
  templateId: text,
  evses,
  password: text,
};

export const credentialColumns: Columns = { stationId: text, password: text };

export const tokenColumns: Columns = {
  uid: text,
  type: text,
  status: text,
  expiresAt: text,
  groupId: text,
  label: text,
  locationIds: list,
  issuer: text,
  contractId: text,
  concurrentSessionsMax: wholeNumber,
  whitelist: text,
  language: text,
  chargingPriority: wholeNumber,
};
