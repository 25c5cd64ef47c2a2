// More frames of 2.x vendors, of our own making: given each as it comes, the answer, the fact and the tags.
import { test } from 'node:test';
import { at, atMs, play, type Variant } from './variants.ts';

const version = '2.0.1';
const call = (action: string, members: string): string => `[2,"7","${action}",{${members}}]`;
const values = (sampledValue: string): string =>
  call('MeterValues', `"evseId":1,"meterValue":[{"timestamp":"${at}","sampledValue":${sampledValue}}]`);
const event = (eventType: string, members: string, info = '"transactionId":"tx-1"'): string =>
  call(
    'TransactionEvent',
    `"eventType":"${eventType}","timestamp":"${at}","triggerReason":"CablePluggedIn","seqNo":1,"transactionInfo":{${info}}${members}`,
  );
const status = (members: string): string =>
  call('StatusNotification', `"timestamp":"${at}","evseId":1,"connectorId":1,${members}`);
const metered = (...readings: readonly object[]): Variant['fact'] => ['MeterValuesSampled', { readings }];
const energy = (energyImportMilliWh: number) => ({ energyImportMilliWh });
const other = (unit: string, said: { valueMilli?: number; text?: string }) => ({
  others: [
    {
      measurand: 'Energy.Active.Import.Register',
      phase: null,
      location: 'Outlet',
      unit,
      valueMilli: said.valueMilli ?? null,
      text: said.text ?? null,
      signed: null,
    },
  ],
});

test('Q1, Q3: numbers as texts, texts as numbers, and what is no number at all', () =>
  play({
    'an exponent as a text': {
      version,
      frame: values('[{"value":"1.5e3"}]'),
      fact: metered(energy(1_500_000)),
      quirks: ['no-number'],
    },
    'a transaction by its number': {
      version,
      frame: event('Started', ',"evse":{"id":"1"}', '"transactionId":77'),
      fact: ['TransactionStarted', { startKey: '77', evseId: 1 }],
      quirks: ['number-for-text', 'text-for-number'],
    },
    'a multiplier as a text': {
      version,
      frame: values('[{"value":5,"unitOfMeasure":{"unit":"W","multiplier":"3"},"measurand":"Power.Active.Import"}]'),
      fact: metered({ powerImportMilliW: 5_000_000 }),
      quirks: ['text-for-number'],
    },
    'no number, without quotes': {
      version: '2.1',
      frame: values('[{"value":NaN}]'),
      answer: {},
      fact: metered(other('Wh', { text: 'NaN' })),
      quirks: ['broken-json', 'no-number'],
    },
    dashes: {
      version: '2.1',
      frame: values('[{"value":"--"}]'),
      fact: metered(other('Wh', { text: '--' })),
      quirks: ['no-number'],
    },
    'a part of a report by texts': {
      version,
      frame: call(
        'NotifyReport',
        `"requestId":"1","generatedAt":"${at}","seqNo":"0","reportData":{"component":{"name":"C"},"variable":{"name":"V"},"variableAttribute":{"value":5}}`,
      ),
      answer: {},
      fact: ['VariablesReported', { requestId: 1, part: 0 }],
      quirks: ['text-for-number', 'object-for-list', 'number-for-text'],
    },
  }));

test('Q6: units and words of its own, and those of 1.6', () =>
  play({
    'kWh in small letters is no Wh': {
      version,
      frame: values('[{"value":5,"unitOfMeasure":{"unit":"kwh"}}]'),
      fact: metered(energy(5_000_000)),
      quirks: [],
    },
    'in words': {
      version,
      frame: values('[{"value":5,"unitOfMeasure":{"unit":"kilowatthours"}}]'),
      fact: metered(energy(5_000_000)),
      quirks: [],
    },
    'a unit that nobody knows is billed as nothing': {
      version,
      frame: values('[{"value":5,"unitOfMeasure":{"unit":"units"}}]'),
      fact: metered(other('units', { valueMilli: 5_000 })),
      quirks: [],
    },
    'a status of 1.6': {
      version,
      frame: status('"connectorStatus":"SuspendedEV"'),
      answer: {},
      fact: ['ConnectorStatusChanged', { status: 'Occupied' }],
      quirks: ['word-of-1.6'],
    },
    'a status of nobody': {
      version,
      frame: status('"connectorStatus":"Sleeping"'),
      answer: 'PropertyConstraintViolation',
      fact: ['ConnectorStatusChanged', null],
      quirks: [],
    },
    'a trigger and a state': {
      version,
      frame: event('Updated', '', '"transactionId":"tx-1","chargingState":"Paused"').replace(
        'CablePluggedIn',
        'Periodic',
      ),
      fact: ['TransactionUpdated', { triggerReason: 'Periodic', chargingState: 'Paused' }],
      quirks: ['unknown-word'],
    },
    'a reason to boot': {
      version,
      frame: call('BootNotification', '"reason":"Reboot","chargingStation":{"vendorName":"V","model":"M"}'),
      fact: ['StationBooted', { reason: 'Reboot', status: 'Accepted' }],
      quirks: ['unknown-word'],
    },
    'a kind of token': {
      version,
      frame: call('Authorize', '"idToken":{"idToken":"04AA","type":"RFID"}'),
      answer: { idTokenInfo: { status: 'Invalid' } },
      fact: ['AuthorizationDecided', { tokenType: 'RFID' }],
      quirks: ['unknown-word'],
    },
  }));

test('Q7, Q16: what is empty, missing, or the station as a whole', () =>
  play({
    'an extension that does not say whose it is': {
      version,
      frame: call(
        'BootNotification',
        '"reason":"PowerUp","customData":{},"chargingStation":{"vendorName":"V","model":"M","modem":{},"customData":{"a":1}}',
      ),
      fact: ['StationBooted', { status: 'Accepted', vendor: 'V' }],
      quirks: ['nameless-extension'],
    },
    'an extension that is null': {
      version,
      frame: call('Heartbeat', '"customData":null'),
      fact: ['QuirksObserved', {}],
      quirks: ['null-member'],
    },
    'a status without a time': {
      version,
      frame: call('StatusNotification', '"evseId":1,"connectorId":1,"connectorStatus":"Available"'),
      answer: {},
      fact: ['ConnectorStatusChanged', { status: 'Available', occurredAt: null }],
      quirks: ['missing-member'],
    },
    'a status without a zone': {
      version,
      frame: status('"connectorStatus":"Available"').replace('Z"', '"'),
      answer: {},
      fact: ['ConnectorStatusChanged', { occurredAt: atMs }],
      quirks: [],
    },
    'readings without a time': {
      version,
      frame: event('Updated', ',"meterValue":[{"sampledValue":[{"value":5}]}]'),
      answer: {},
      fact: metered(energy(5_000)),
      quirks: ['missing-member'],
    },
    'the station as a whole': {
      version,
      frame: event('Started', ',"evse":{"id":0,"connectorId":0}'),
      fact: ['TransactionStarted', { evseId: 0, connectorId: 0 }],
      quirks: [],
    },
    'no place': {
      version,
      frame: event('Started', ',"evse":{}'),
      fact: ['TransactionStarted', { evseId: null }],
      quirks: ['unreadable-part'],
    },
    'a unit and a signature of nothing': {
      version,
      frame: event(
        'Ended',
        `,"meterValue":[{"timestamp":"${at}","sampledValue":[{"value":5,"unitOfMeasure":{},"signedMeterValue":{}}]}]`,
      ),
      fact: metered(energy(5_000)),
      quirks: ['unreadable-part'],
    },
    'a heartbeat as a list of nothing': {
      version: '2.1',
      frame: '[2,"7","Heartbeat",[]]',
      fact: ['QuirksObserved', {}],
      quirks: ['empty-list-for-object'],
    },
  }));

test('Q5, Q13: names that are too long, and transactions by odd names', () => {
  const long = (count: number): string => 'x'.repeat(count);
  return play({
    'all that it is': {
      version,
      frame: call(
        'BootNotification',
        `"reason":"PowerUp","chargingStation":{"vendorName":"${long(60)}","model":"${long(25)}","serialNumber":"${long(34)}"}`,
      ),
      fact: ['StationBooted', { vendor: long(60), model: long(25), serialNumber: long(34) }],
      quirks: ['too-long'],
    },
    'what it says to an event': {
      version,
      frame: call(
        'NotifyEvent',
        `"generatedAt":"${at}","seqNo":0,"eventData":{"eventId":1,"timestamp":"${at}","trigger":"Alerting","actualValue":"${long(3_000)}","eventNotificationType":"HardWiredNotification","component":{"name":"C"},"variable":{"name":"V"}}`,
      ),
      answer: {},
      fact: ['DeviceEventsReported', { part: 0 }],
      quirks: ['object-for-list', 'too-long'],
    },
    'transaction 0': {
      version,
      frame: event('Ended', '', '"transactionId":0'),
      answer: {},
      fact: ['TransactionEnded', { transactionId: '0' }],
      quirks: ['number-for-text'],
    },
    'an event of nobody’s kind is kept': {
      version,
      frame: event('Stopped', ''),
      answer: {},
      fact: ['StationMessageRecorded', {}],
      quirks: ['unreadable-part', 'unreadable'],
    },
    'a token of no kind is nobody’s': {
      version,
      frame: event('Started', ',"idToken":{"idToken":"04AA","type":""}'),
      answer: { idTokenInfo: { status: 'Invalid' } },
      fact: ['TransactionStarted', { authorization: 'Invalid' }],
      quirks: ['empty-member', 'unreadable-part'],
    },
  });
});
