// The words of tokens: their types, their states, and whether a partner is asked about his.

/** OCPP 2.x idToken types; 1.6 tells none and means a card. */
export const tokenTypes = [
  'Central',
  'DirectPayment',
  'eMAID',
  'EVCCID',
  'ISO14443',
  'ISO15693',
  'KeyCode',
  'Local',
  'MacAddress',
  'NEMA',
  'VIN',
] as const;

export const tokenStatuses = [
  'Accepted',
  'Blocked',
  'Expired',
  'Invalid',
  'NoCredit',
  'NotAtThisLocation',
  'NotAtThisTime',
] as const;

/** OCPI's WhitelistType (2.2.1, 12.4.5): whether a partner's token may be judged without asking the partner. */
export const whitelists = ['ALWAYS', 'ALLOWED', 'ALLOWED_OFFLINE', 'NEVER'] as const;
