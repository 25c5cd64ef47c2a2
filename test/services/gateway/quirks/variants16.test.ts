// More frames of 1.6 vendors, of our own making: given each as it comes, the answer, the fact and the tags.
import { test } from 'node:test';
import { at, atMs, play, type Variant } from './variants.ts';

const values = (sampledValue: string, rest = ''): string =>
  `[2,"7","MeterValues",{"connectorId":1,"transactionId":5,"meterValue":[{"timestamp":"${at}","sampledValue":${sampledValue}}]${rest}}]`;
const stop = (members: string): string => `[2,"7","StopTransaction",{${members}}]`;
const stopped = stop(`"transactionId":5,"meterStop":900,"timestamp":"${at}"`);
const start = (members: string): string => `[2,"7","StartTransaction",{${members}}]`;
const status = (members: string): string => `[2,"7","StatusNotification",{${members}}]`;
const available = '"connectorId":1,"errorCode":"NoError","status":"Available"';
const metered = (...readings: readonly object[]): Variant['fact'] => ['MeterValuesSampled', { readings }];
const energy = (energyImportMilliWh: number) => ({ energyImportMilliWh });
const other = (measurand: string, unit: string, said: { valueMilli?: number; text?: string }) => ({
  others: [
    {
      measurand,
      phase: null,
      location: 'Outlet',
      unit,
      valueMilli: said.valueMilli ?? null,
      text: said.text ?? null,
      signed: null,
    },
  ],
});
const register = 'Energy.Active.Import.Register';

test('Q1: five more numbers and texts in each other’s place', () =>
  play({
    'a truth as a value': {
      frame: values('[{"value":true}]'),
      fact: metered(other(register, 'Wh', { text: 'true' })),
      quirks: ['number-for-text'],
    },
    'an exponent': { frame: values('[{"value":1e3}]'), fact: metered(energy(1_000_000)), quirks: ['number-for-text'] },
    'a card as a number': {
      frame: start(`"connectorId":1,"idTag":12345678,"meterStart":0,"timestamp":"${at}"`),
      fact: ['TransactionStarted', { meterStartMilliWh: 0, authorization: 'Invalid' }],
      quirks: ['number-for-text'],
    },
    'a card as a number that lost digits is nobody’s, and its start is told': {
      frame: start(`"connectorId":1,"idTag":12345678901234567890,"meterStart":0,"timestamp":"${at}"`),
      fact: ['TransactionStarted', { authorization: 'Invalid', evseId: 1 }],
      quirks: ['unreadable-part', 'missing-member'],
    },
    'a register as a text with a fraction': {
      frame: stop(`"transactionId":"5","meterStop":"900.0","timestamp":"${at}"`),
      answer: {},
      fact: ['TransactionEnded', { transactionId: '5', meterStopMilliWh: 900_000 }],
      quirks: ['text-for-number'],
    },
    'a comma is no point: what it means is not guessed': {
      frame: values('[{"value":"12,5","unit":"kWh"}]'),
      fact: metered(other(register, 'Wh', { text: '12,5' })),
      quirks: [],
    },
    'data of a vendor as an object': {
      frame: '[2,"7","DataTransfer",{"vendorId":"V","data":{"a":1}}]',
      answer: { status: 'UnknownVendorId' },
      fact: ['StationMessageRecorded', { payloadJson: '{"vendorId":"V","data":{"a":1}}' }],
      quirks: ['object-for-text'],
    },
  }));

test('Q2: five more shapes of lists', () =>
  play({
    'transactionData as an object': {
      frame: stop(
        `"transactionId":5,"meterStop":900,"timestamp":"${at}","transactionData":{"timestamp":"${at}","sampledValue":{"value":"1"}}`,
      ),
      fact: metered(energy(1_000)),
      quirks: ['object-for-list'],
    },
    'values by their index': {
      frame: `[2,"7","MeterValues",{"connectorId":1,"meterValue":{"0":{"timestamp":"${at}","sampledValue":[{"value":"1"}]}}}]`,
      answer: {},
      fact: ['StationMessageRecorded', {}],
      quirks: ['object-for-list', 'missing-member', 'unreadable-part'],
    },
    'a list in a list': {
      frame: `[2,"7","MeterValues",{"connectorId":1,"meterValue":[[{"timestamp":"${at}","sampledValue":[{"value":"1"}]}]]}]`,
      answer: {},
      fact: ['StationMessageRecorded', {}],
      quirks: ['unreadable-part'],
    },
    'the names of OCPP 1.5': {
      frame: `[2,"7","MeterValues",{"connectorId":1,"values":[{"timestamp":"${at}","value":"10"}]}]`,
      answer: {},
      fact: ['StationMessageRecorded', {}],
      quirks: ['unreadable'],
    },
    'nothing, written as a list': {
      frame: '[2,"7","Heartbeat",[]]',
      fact: ['QuirksObserved', { action: 'Heartbeat' }],
      quirks: ['empty-list-for-object'],
    },
    'nothing, written as a text': {
      frame: '[2,"7","Heartbeat",""]',
      fact: ['QuirksObserved', { action: 'Heartbeat' }],
      quirks: ['empty-list-for-object'],
    },
    'nothing where something has to be said': {
      frame: '[2,"7","StatusNotification",[]]',
      answer: 'OccurenceConstraintViolation',
      fact: ['StationMessageRecorded', {}],
      quirks: [],
    },
  }));

const ended: Variant['fact'] = [
  'TransactionEnded',
  { transactionId: '5', meterStopMilliWh: 900_000, occurredAt: atMs },
];
const whole = metered(energy(5_000));

test('Q3: twelve more ways to break JSON, set right without losing a digit', () =>
  play({
    'a NUL behind it': { frame: `${values('[{"value":"5"}]')}\u0000`, fact: whole, quirks: ['broken-json'] },
    'NULs around it': { frame: `${stopped}\u0000\u0000\n`, fact: ended, quirks: ['broken-json'] },
    'a mark of byte order': { frame: `\uFEFF${stopped}`, fact: ended, quirks: ['broken-json'] },
    'the last bracket is missing': { frame: stopped.slice(0, -1), fact: ended, quirks: ['broken-json'] },
    'all closing brackets are missing': {
      frame: values('[{"value":"5"').slice(0, -2),
      fact: whole,
      quirks: ['broken-json'],
    },
    'a comma too many': { frame: stopped.replace('}', ',}'), fact: ended, quirks: ['broken-json'] },
    'names without quotes': {
      frame: `[2,"7","StopTransaction",{transactionId:5, meterStop :900,timestamp:"${at}"}]`,
      fact: ended,
      quirks: ['broken-json'],
    },
    "Python's words": {
      frame: `[2,"7","MeterValues",{"connectorId":1,"transactionId":None,"meterValue":[{"timestamp":"${at}","sampledValue":[{"value":"5"}]}]}]`,
      fact: whole,
      quirks: ['broken-json', 'null-member'],
    },
    "JavaScript's undefined": {
      frame: values('[{"value":"5","phase":undefined}]'),
      fact: whole,
      quirks: ['broken-json', 'null-member'],
    },
    'infinite, and no number': {
      frame: values('[{"value":-inf},{"value":"5"}]'),
      fact: metered({ ...energy(5_000), ...other(register, 'Wh', { text: '-inf' }) }),
      quirks: ['broken-json'],
    },
    'a backslash that escapes nothing': {
      frame: status(`${available},"info":"C:\\dir \\x41"`),
      fact: ['ConnectorStatusChanged', { info: 'C:\\dir \\x41' }],
      quirks: ['broken-json'],
    },
    'a line break in a text': {
      frame: status(`${available},"info":"a\nb\u0000"`),
      fact: ['ConnectorStatusChanged', { info: 'a\nb\u0000' }],
      quirks: ['broken-json'],
    },
  }));

test('Q3: what may have lost a digit or a letter is not closed but kept', () =>
  play({
    'within a number': {
      frame: stop('"transactionId":5,"meterStop":90').slice(0, -2),
      answer: {},
      fact: ['TransactionEnded', null],
      quirks: ['unreadable-json', 'unreadable'],
    },
    'within a text': {
      frame: values('[{"value":"5').slice(0, -3),
      answer: {},
      fact: ['MeterValuesSampled', null],
      quirks: ['unreadable-json', 'unreadable'],
    },
    'after a name': {
      frame: '[2,"7","StopTransaction",{"transactionId":5,"meterStop"',
      answer: {},
      fact: ['TransactionEnded', null],
      quirks: ['unreadable-json', 'unreadable'],
    },
    'two frames in one': {
      frame: `${stopped}[2,"8","Heartbeat",{}]`,
      answer: {},
      fact: ['TransactionEnded', null],
      quirks: ['unreadable-json', 'unreadable'],
    },
    'a quote within a text': {
      frame: status(`${available},"info":"a "b" c"`),
      answer: 'OccurenceConstraintViolation',
      fact: ['ConnectorStatusChanged', null],
      quirks: [],
    },
  }));

const startedAt = (timestamp: string, occurredAt: number | null, quirks: readonly string[] = []): Variant => ({
  frame: start(`"connectorId":1,"idTag":"T","meterStart":0,"timestamp":${timestamp}`),
  fact: ['TransactionStarted', { occurredAt }],
  quirks,
});

test('Q4: more clocks: what is an instant is that one, anything else is none, and each start begins a session', () =>
  play({
    'an offset without a colon': startedAt('"2026-11-25T12:00:00+0200"', atMs),
    nanoseconds: startedAt('"2026-11-25T10:00:00.123456789Z"', atMs + 123),
    'no seconds': startedAt('"2026-11-25T10:00Z"', atMs),
    'a space before the zone': startedAt('"2026-11-25T10:00:00 Z"', atMs),
    'before its clock was set': startedAt('"1970-01-01T00:00:00Z"', 0),
    'a number': startedAt('1795600800', null, ['number-for-text', 'unreadable-time']),
    slashes: startedAt('"2026/11/25 10:00:00"', null, ['unreadable-time']),
    'the zero of databases': startedAt('"0000-00-00T00:00:00Z"', null),
    'a second too many': startedAt('"2026-11-25T10:00:60Z"', null),
    'the end of 32 bits': startedAt('"2106-02-07T06:28:15Z"', null),
  }));

test('Q4: readings without a time count, at the time at which they came', () => {
  const untimed = (timestamp: string): string =>
    `[2,"7","MeterValues",{"connectorId":1,"transactionId":5,"meterValue":[{${timestamp}"sampledValue":[{"value":"5"}]}]}]`;
  return play({
    'no time': { frame: untimed(''), fact: whole, quirks: ['missing-member'] },
    'an empty one': { frame: untimed('"timestamp":"",'), fact: whole, quirks: ['empty-member', 'missing-member'] },
    null: { frame: untimed('"timestamp":null,'), fact: whole, quirks: ['null-member', 'missing-member'] },
    'in the end of a transaction': {
      frame: stop(
        `"transactionId":5,"meterStop":900,"timestamp":"${at}","transactionData":[{"sampledValue":[{"value":"5"}]}]`,
      ),
      fact: whole,
      quirks: ['missing-member'],
    },
  });
});

const long = (count: number): string => 'x'.repeat(count);

test('Q5: five more texts that are too long, each kept whole', () =>
  play({
    'a card of 36 characters': {
      frame: start(`"connectorId":1,"idTag":"${long(36)}","meterStart":0,"timestamp":"${at}"`),
      fact: ['TransactionStarted', { authorization: 'Invalid' }],
      quirks: ['too-long'],
    },
    'a SIM card and its subscriber': {
      frame: `[2,"7","BootNotification",{"chargePointVendor":"V","chargePointModel":"M","iccid":"${long(22)}","imsi":"${long(23)}"}]`,
      fact: ['StationBooted', { iccid: long(22), imsi: long(23) }],
      quirks: ['too-long'],
    },
    'a firmware': {
      frame: `[2,"7","BootNotification",{"chargePointVendor":"V","chargePointModel":"M","firmwareVersion":"${long(60)}"}]`,
      fact: ['StationBooted', { firmwareVersion: long(60) }],
      quirks: ['too-long'],
    },
    'a vendor’s code': {
      frame: status(`${available},"vendorErrorCode":"${long(80)}"`),
      fact: ['ConnectorStatusChanged', { vendorErrorCode: long(80) }],
      quirks: ['too-long'],
    },
    'a security event': {
      frame: `[2,"7","SecurityEventNotification",{"type":"${long(60)}","timestamp":"${at}"}]`,
      answer: {},
      fact: ['SecurityEventReported', { kind: long(60) }],
      quirks: ['too-long'],
    },
  }));

test('Q6, Q17, Q24: units: known ones however spelt have their column; what nobody knows is kept, and billed as nothing', () =>
  play({
    'in small letters': {
      frame: values('[{"value":"5","unit":"kwh"}]'),
      fact: metered(energy(5_000_000)),
      quirks: ['spelling'],
    },
    'in megawatt hours': {
      frame: values('[{"value":"5","unit":"MWh"}]'),
      fact: metered(energy(5_000_000_000)),
      quirks: ['unknown-word'],
    },
    'in words': {
      frame: values('[{"value":"5","measurand":"Power.Active.Import","unit":"Watts"}]'),
      fact: metered({ powerImportMilliW: 5_000 }),
      quirks: ['unknown-word'],
    },
    'power in kWh': {
      frame: values('[{"value":"7.4","measurand":"Power.Active.Import","unit":"kWh"}]'),
      fact: metered({ powerImportMilliW: 7_400_000 }),
      quirks: [],
    },
    joules: {
      frame: values('[{"value":"5","unit":"J"}]'),
      fact: metered(other(register, 'J', { valueMilli: 5_000 })),
      quirks: ['unknown-word'],
    },
    pulses: {
      frame: values('[{"value":"5","unit":"imp"}]'),
      fact: metered(other(register, 'imp', { valueMilli: 5_000 })),
      quirks: ['unknown-word'],
    },
    'degrees by their letter': {
      frame: values('[{"value":"31","measurand":"Temperature","unit":"C"}]'),
      fact: metered(other('Temperature', 'C', { valueMilli: 31_000 })),
      quirks: ['unknown-word'],
    },
    'a measurand of its own': {
      frame: values('[{"value":"5","measurand":"Energy.Import"}]'),
      fact: metered(other('Energy.Import', 'Wh', { valueMilli: 5_000 })),
      quirks: ['unknown-word'],
    },
    'a phase of its own': {
      frame: values('[{"value":"230","measurand":"Voltage","phase":"A","unit":"V"}]'),
      fact: metered({
        others: [
          {
            measurand: 'Voltage',
            phase: 'A',
            location: 'Outlet',
            unit: 'V',
            valueMilli: 230_000,
            text: null,
            signed: null,
          },
        ],
      }),
      quirks: ['unknown-word'],
    },
    'a reason of its own': {
      frame: stop(`"transactionId":5,"meterStop":900,"timestamp":"${at}","reason":"UserStop"`),
      answer: {},
      fact: ['TransactionEnded', { reason: 'UserStop' }],
      quirks: ['unknown-word'],
    },
  }));

test('Q7: more that is empty, null or missing', () =>
  play({
    'all of a sample but its value': {
      frame: values('[{"value":"5","context":"","format":"","measurand":"","phase":"","location":"","unit":""}]'),
      fact: whole,
      quirks: ['empty-member'],
    },
    'all of a sample is null but its value': {
      frame: values('[{"value":"5","context":null,"phase":null,"unit":null}]'),
      fact: whole,
      quirks: ['null-member'],
    },
    'a status with empty texts, its error too': {
      frame: status('"connectorId":1,"errorCode":"","status":"Available","info":"","vendorId":"","timestamp":""'),
      answer: {},
      fact: ['ConnectorStatusChanged', { status: 'Available', errorCode: null, occurredAt: null }],
      quirks: ['empty-member', 'missing-member'],
    },
    'a status without an error': {
      frame: status('"connectorId":1,"status":"Charging"'),
      answer: {},
      fact: ['ConnectorStatusChanged', { status: 'Charging', errorCode: null }],
      quirks: ['missing-member'],
    },
    'a value that is null': {
      frame: values('[{"value":null},{"value":"5"}]'),
      fact: whole,
      quirks: ['null-member', 'unreadable-part'],
    },
    'a start of nobody is a start': {
      frame: start(`"connectorId":1,"idTag":null,"meterStart":0,"timestamp":"${at}"`),
      fact: ['TransactionStarted', { authorization: 'Invalid', occurredAt: atMs }],
      quirks: ['null-member', 'missing-member'],
    },
    'a list of no values': {
      frame: '[2,"7","MeterValues",{"connectorId":1,"meterValue":[]}]',
      answer: {},
      fact: ['MeterValuesSampled', { readings: [] }],
      quirks: [],
    },
  }));

test('Q12, Q13: more ids, of messages and of transactions', () =>
  play({
    'in braces': {
      frame: '[2,"{3f2504e0-4f89-11d3-9a0c-0305e82c3301}","Heartbeat",{}]',
      id: '{3f2504e0-4f89-11d3-9a0c-0305e82c3301}',
      fact: ['QuirksObserved', {}],
      quirks: ['long-id'],
    },
    'of 255 characters': {
      frame: `[2,"${long(255)}","Heartbeat",{}]`,
      id: long(255),
      fact: ['QuirksObserved', {}],
      quirks: ['long-id'],
    },
    'of 256 it is none': {
      frame: `[2,"${long(256)}","Heartbeat",{}]`,
      id: '-1',
      answer: 'FormationViolation',
      fact: ['QuirksObserved', null],
      quirks: [],
    },
    'of letters of the world': {
      frame: '[2,"ï-✓","Heartbeat",{}]',
      id: 'ï-✓',
      fact: ['QuirksObserved', null],
      quirks: [],
    },
    'of one space': { frame: '[2," ","Heartbeat",{}]', id: ' ', fact: ['QuirksObserved', null], quirks: [] },
    ...Object.fromEntries(
      (
        [
          ['-5', '-5', []],
          ['2147483648', '2147483648', []],
          ['1e3', '1000', []],
          ['"0"', '0', ['text-for-number']],
          ['"-1"', '-1', ['text-for-number']],
          ['true', '-1', ['unreadable-part', 'missing-member']],
          ['[5]', '-1', ['unreadable-part', 'missing-member']],
        ] as const
      ).map(([said, transactionId, quirks]) => [
        `transaction ${said}`,
        {
          frame: stop(`"transactionId":${said},"meterStop":900,"timestamp":"${at}"`),
          answer: {},
          fact: ['TransactionEnded', { transactionId }],
          quirks,
        } satisfies Variant,
      ]),
    ),
  }));

test('Q16, Q18, Q25: more places and registers that are none', () =>
  play({
    'a start at the station as a whole': {
      frame: start(`"connectorId":0,"idTag":"T","meterStart":0,"timestamp":"${at}"`),
      fact: ['TransactionStarted', { evseId: 0, connectorId: 0 }],
      quirks: [],
    },
    'a status of the station as a whole': {
      frame: status('"connectorId":"0","errorCode":"NoError","status":"Unavailable"'),
      fact: ['ConnectorStatusChanged', { evseId: 0, connectorId: 0 }],
      quirks: ['text-for-number'],
    },
    'readings of no place': {
      frame: `[2,"7","MeterValues",{"meterValue":[{"timestamp":"${at}","sampledValue":[{"value":"5"}]}]}]`,
      fact: ['MeterValuesSampled', { evseId: 0, readings: [energy(5_000)] }],
      quirks: ['missing-member'],
    },
    'half a connector': {
      frame: status('"connectorId":1.5,"errorCode":"NoError","status":"Available"'),
      answer: 'TypeConstraintViolation',
      fact: ['ConnectorStatusChanged', null],
      quirks: [],
    },
    'a stop without a register': {
      frame: stop(`"transactionId":5,"timestamp":"${at}"`),
      answer: {},
      fact: ['TransactionEnded', { meterStopMilliWh: null }],
      quirks: ['missing-member'],
    },
    'a register of null': {
      frame: stop(`"transactionId":5,"meterStop":null,"timestamp":"${at}"`),
      answer: {},
      fact: ['TransactionEnded', { meterStopMilliWh: null }],
      quirks: ['null-member', 'missing-member'],
    },
    'a register below zero is told as it is': {
      frame: stop(`"transactionId":5,"meterStop":-1,"timestamp":"${at}"`),
      answer: {},
      fact: ['TransactionEnded', { meterStopMilliWh: -1_000 }],
      quirks: [],
    },
    'the register of 32 bits without a sign': {
      frame: stop(`"transactionId":5,"meterStop":4294967295,"timestamp":"${at}"`),
      answer: {},
      fact: ['TransactionEnded', { meterStopMilliWh: 4_294_967_295_000 }],
      quirks: [],
    },
    'a stop of nothing by nobody': {
      frame: stop(`"transactionId":0,"meterStop":900,"timestamp":"${at}","idTag":"FREE","reason":"Local"`),
      answer: { idTagInfo: { status: 'Invalid' } },
      fact: ['TransactionEnded', { transactionId: '0', authorization: 'Invalid' }],
      quirks: [],
    },
    'a stop that says no more than that': {
      frame: stop('"transactionId":-1'),
      answer: {},
      fact: ['TransactionEnded', { transactionId: '-1', meterStopMilliWh: null, occurredAt: null }],
      quirks: ['missing-member'],
    },
  }));
