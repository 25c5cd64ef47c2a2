// What vendors of 1.6 stations send against the schema: given the frame as it comes, the normal answer and the fact.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { only, oddStation, quirksOf } from './rig.ts';

const at = '2026-11-25T10:00:00Z';
const meterValues = (sampledValue: unknown, over: object = {}) =>
  JSON.stringify([2, '7', 'MeterValues', { connectorId: 1, meterValue: [{ timestamp: at, sampledValue }], ...over }]);
const status = (over: object) =>
  JSON.stringify([
    2,
    '7',
    'StatusNotification',
    { connectorId: 1, errorCode: 'NoError', status: 'Available', ...over },
  ]);

test('Q1: a number where a text belongs is that text, in every sample; the valid frame is told of no quirk', async () => {
  const station = await oddStation();
  const { answer, facts } = await station.ask(
    meterValues([
      { value: 0.0, measurand: 'Power.Active.Import', unit: 'W' },
      { value: 12.5, unit: 'kWh' },
    ]),
  );
  assert.deepEqual(answer, [3, '7', {}]);
  const [reading] = only(facts, 'MeterValuesSampled').readings;
  assert.deepEqual([reading?.powerImportMilliW, reading?.energyImportMilliWh], [0, 12_500_000]);
  assert.deepEqual(quirksOf(facts), ['number-for-text']);
  const valid = await station.ask(meterValues([{ value: '0.0' }]).replace('"7"', '"8"'));
  assert.deepEqual(
    valid.facts.map(({ type }) => type),
    ['MeterValuesSampled'],
  );
});

test('Q1: texts where numbers belong are those numbers where they lose nothing by it', async () => {
  const station = await oddStation();
  const start = (meterStart: unknown, connectorId: unknown) =>
    station.ask(
      JSON.stringify([
        2,
        `${JSON.stringify(meterStart)}`,
        'StartTransaction',
        { connectorId, idTag: 'T', meterStart, timestamp: at },
      ]),
    );
  const text = await start('1200', '1');
  const fact = only(text.facts, 'TransactionStarted');
  assert.deepEqual([fact.evseId, fact.meterStartMilliWh], [1, 1_200_000]);
  assert.deepEqual(quirksOf(text.facts), ['text-for-number']);
  const fraction = await start(1200.75, 1);
  assert.equal(only(fraction.facts, 'TransactionStarted').meterStartMilliWh, 1_200_750);
  assert.deepEqual(quirksOf(fraction.facts), ['fraction-of-wh']);
  const word = await station.ask(status({ connectorId: 'one' }));
  assert.deepEqual([word.answer[0], word.answer[2]], [4, 'TypeConstraintViolation']);
});

test('Q2: meterValue as an object is a list of one, and so is sampledValue', async () => {
  const station = await oddStation();
  const { answer, facts } = await station.ask(
    `[2,"7","MeterValues",{"connectorId":1,"transactionId":5,"meterValue":{"timestamp":"${at}","sampledValue":{"value":"3.4","unit":"kWh"}}}]`,
  );
  assert.deepEqual(answer, [3, '7', {}]);
  const fact = only(facts, 'MeterValuesSampled');
  assert.deepEqual([fact.transactionId, fact.readings[0]?.energyImportMilliWh], ['5', 3_400_000]);
  assert.deepEqual(quirksOf(facts), ['object-for-list']);
});

test('Q5: texts that are too long are kept whole; beyond any use they are refused, and kept', async () => {
  const station = await oddStation();
  const serial = '0'.repeat(34);
  const boot = (chargePointSerialNumber: string) =>
    JSON.stringify([
      2,
      '7',
      'BootNotification',
      { chargePointVendor: 'V', chargePointModel: 'M'.repeat(23), chargePointSerialNumber },
    ]);
  const { answer, facts } = await station.ask(boot(serial));
  assert.equal(answer[0], 3);
  const fact = only(facts, 'StationBooted');
  assert.deepEqual([fact.serialNumber, fact.model], [serial, 'M'.repeat(23)]);
  assert.deepEqual(quirksOf(facts), ['too-long']);
  assert.equal((await station.ask(boot('0'.repeat(500)))).answer[0], 3);
  const absurd = await station.ask(boot('0'.repeat(501)));
  assert.deepEqual([absurd.answer[0], absurd.answer[2]], [4, 'PropertyConstraintViolation']);
  assert.ok(only(absurd.facts, 'StationMessageRecorded').payloadJson.includes('0'.repeat(501)));
});

test('Q6: words that 1.6 does not know are kept as said where no decision hangs on them; a status is refused', async () => {
  const station = await oddStation();
  const error = await station.ask(status({ errorCode: 'Error', status: 'Faulted' }));
  assert.equal(only(error.facts, 'ConnectorStatusChanged').errorCode, 'Error');
  assert.deepEqual(quirksOf(error.facts), ['unknown-word']);
  const context = await station.ask(meterValues([{ value: '5', context: 'Sample.Begin', unit: 'Wh' }]));
  assert.equal(only(context.facts, 'MeterValuesSampled').readings[0]?.context, 'Sample.Begin');
  const sleeping = await station.ask(status({ status: 'Sleeping' }));
  assert.deepEqual([sleeping.answer[0], sleeping.answer[2]], [4, 'PropertyConstraintViolation']);
  const spelt = await station.ask(status({ status: 'available' }));
  assert.equal(only(spelt.facts, 'ConnectorStatusChanged').status, 'Available');
  assert.deepEqual(quirksOf(spelt.facts), ['spelling']);
});

test("Q6: Legrand's Error is OtherError, by a rule for that vendor alone", async () => {
  const station = await oddStation('1.6', 'Legrand');
  const { facts } = await station.ask(status({ errorCode: 'Error', status: 'Faulted' }));
  assert.equal(only(facts, 'ConnectorStatusChanged').errorCode, 'OtherError');
  assert.deepEqual(quirksOf(facts), ['vendor-word']);
});

test('Q6: power in Wh is power in W, as no other reading of it makes sense', async () => {
  const station = await oddStation();
  const { facts } = await station.ask(meterValues([{ value: '7400', measurand: 'Power.Active.Import', unit: 'Wh' }]));
  assert.equal(only(facts, 'MeterValuesSampled').readings[0]?.powerImportMilliW, 7_400_000);
});

test('Q7: empty lists, empty texts and nulls say nothing, and stop nothing', async () => {
  const station = await oddStation();
  const boot = await station.ask(
    '[2,"1","BootNotification",{"chargePointVendor":"V","chargePointModel":"M","iccid":"","imsi":null,"meterType":null}]',
  );
  assert.equal(boot.answer[0], 3);
  assert.deepEqual(quirksOf(boot.facts), ['null-member']);
  const none = await station.ask(meterValues([]));
  assert.deepEqual([none.answer[0], only(none.facts, 'MeterValuesSampled').readings], [3, []]);
  const stop = await station.ask(
    `[2,"3","StopTransaction",{"transactionId":5,"meterStop":9,"timestamp":"${at}","transactionData":[],"idTag":"","reason":""}]`,
  );
  assert.equal(only(stop.facts, 'TransactionEnded').reason, 'Local');
  assert.deepEqual(
    stop.facts.map(({ type }) => type),
    ['TransactionEnded', 'QuirksObserved'],
  );
  const required = await station.ask(status({ status: null }));
  assert.deepEqual([required.answer[0], required.answer[2]], [4, 'OccurenceConstraintViolation']);
});

test('Q24: Celsius and Celcius are one unit; Hertz is kept though the schema does not know it', async () => {
  const station = await oddStation();
  const { answer, facts } = await station.ask(
    meterValues([
      { value: '31', measurand: 'Temperature', unit: 'Celcius' },
      { value: '49.98', measurand: 'Frequency', unit: 'Hertz' },
      { value: '32', measurand: 'Temperature', unit: 'Celsius', location: 'Inlet' },
    ]),
  );
  assert.equal(answer[0], 3);
  const [reading] = only(facts, 'MeterValuesSampled').readings;
  assert.deepEqual(
    reading?.others.map(({ measurand, unit, valueMilli }) => [measurand, unit, valueMilli]),
    [
      ['Temperature', 'Celsius', 31_000],
      ['Frequency', 'Hertz', 49_980],
      ['Temperature', 'Celsius', 32_000],
    ],
  );
});

test('extra members are kept with the frame and ignored by handlers, but those that attack JavaScript are refused', async () => {
  const station = await oddStation();
  const { answer, facts } = await station.ask(status({ vendorInfo: { lamp: 'green' } }));
  assert.equal(answer[0], 3);
  assert.ok(only(facts, 'QuirksObserved').frameJson?.includes('"lamp":"green"'));
  const poison = await station.ask('[2,"7","Heartbeat",{"__proto__":{"polluted":1}}]');
  assert.deepEqual([poison.answer[0], poison.answer[2]], [4, 'FormationViolation']);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});
