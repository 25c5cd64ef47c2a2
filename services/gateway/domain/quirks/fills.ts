// What may be missing from a message that means the same all the same: one table, by action and place.

/** `kept`: what the handler gets in place of a missing member; `shown`: what the schema is shown. */
export type Fill = { readonly kept: unknown; readonly shown: unknown };

const noRegister: Fill = { kept: '', shown: 0 };
const noTime: Fill = { kept: '', shown: '2020-01-01T00:00:00Z' };
/** What was measured counts without its time: when it came is known. */
const untimedReadings = { '/meterValue/*/timestamp': noTime, '/transactionData/*/timestamp': noTime };

/**
 * Places as nameOfPlace gives them. What makes a start's natural key is not among them, but the token: who shows none is
 * nobody, and a start that is refused is a start.
 */
const fills: Readonly<Record<string, Readonly<Record<string, Fill>>>> = {
  StartTransaction: { '/meterStart': noRegister, '/idTag': { kept: '', shown: '' } },
  StopTransaction: {
    ...untimedReadings,
    '/meterStop': noRegister,
    '/timestamp': noTime,
    // A station that never got an id says -1 (1.6 errata 3.18).
    '/transactionId': { kept: -1, shown: -1 },
  },
  MeterValues: {
    ...untimedReadings,
    '/connectorId': { kept: 0, shown: 0 },
    '/evseId': { kept: 0, shown: 0 },
  },
  TransactionEvent: {
    ...untimedReadings,
    '/timestamp': noTime,
    '/triggerReason': { kept: 'Unknown', shown: 'AbnormalCondition' },
    '/seqNo': { kept: 0, shown: 0 },
  },
  StatusNotification: { '/errorCode': { kept: 'NoError', shown: 'NoError' }, '/timestamp': noTime },
};

export function fillOf(action: string, place: string): Fill | undefined {
  const ofAction = Object.hasOwn(fills, action) ? fills[action] : undefined;
  return ofAction !== undefined && Object.hasOwn(ofAction, place) ? ofAction[place] : undefined;
}
