// What vendors of 2.x stations send against the schema: given the frame as it comes, the normal answer and the fact.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { only, oddStation, quirksOf } from './rig.ts';

const at = '2026-11-25T10:00:00Z';
const event = (over: object) =>
  JSON.stringify([
    2,
    '7',
    'TransactionEvent',
    {
      eventType: 'Updated',
      timestamp: at,
      triggerReason: 'MeterValuePeriodic',
      seqNo: 1,
      transactionInfo: { transactionId: 'tx-1' },
      ...over,
    },
  ]);
const meterValue = (sampledValue: unknown) => [{ timestamp: at, sampledValue }];

test('Q1, Q6: texts, NaN and unknown words in samples are read or kept as they were said', async () => {
  const { ask } = await oddStation('2.0.1');
  const { answer, facts } = await ask(
    event({
      meterValue: meterValue([
        { value: '21.4', context: 'Sample.Begin' },
        { value: 'NaN', measurand: 'SoC' },
        { value: 3, measurand: 'Power.Active.Export.Estimate' },
      ]),
    }),
  );
  assert.deepEqual(answer, [3, '7', {}]);
  const { readings } = only(facts, 'MeterValuesSampled');
  assert.deepEqual([readings[0]?.context, readings[0]?.energyImportMilliWh], ['Sample.Begin', 21_400]);
  assert.deepEqual(
    readings[1]?.others.map(({ measurand, text, valueMilli }) => [measurand, text, valueMilli]),
    [
      ['SoC', 'NaN', null],
      ['Power.Active.Export.Estimate', null, 3_000],
    ],
  );
  assert.deepEqual([...quirksOf(facts)].toSorted(), ['no-number', 'text-for-number', 'unknown-word']);
});

test('Q5: a transactionId of more than 36 characters stays the natural key', async () => {
  const { ask } = await oddStation('2.0.1');
  const transactionId = 't'.repeat(50);
  const { facts } = await ask(event({ eventType: 'Started', transactionInfo: { transactionId } }));
  assert.equal(only(facts, 'TransactionStarted').startKey, transactionId);
});

test('Q7: empty lists, where 2.x allows none, are no readings', async () => {
  const { ask } = await oddStation('2.0.1');
  const none = await ask(event({ meterValue: [] }));
  assert.deepEqual(
    none.facts.map(({ type }) => type),
    ['TransactionUpdated', 'QuirksObserved'],
  );
  const unsampled = await ask(event({ meterValue: meterValue([]), seqNo: 2 }));
  assert.equal(unsampled.answer[0], 3);
  const outside = await ask(JSON.stringify([2, '8', 'MeterValues', { evseId: 1, meterValue: [] }]));
  assert.deepEqual([outside.answer, quirksOf(outside.facts)], [[3, '8', {}], ['empty-list']]);
});

test('a transaction that does not say why, when or as which message it speaks is heard; what is no event at all is answered', async () => {
  const { ask } = await oddStation('2.0.1');
  const bare = await ask(
    '[2,"7","TransactionEvent",{"eventType":"Ended","transactionInfo":{"transactionId":"tx-1","stoppedReason":"Unplugged"}}]',
  );
  const fact = only(bare.facts, 'TransactionEnded');
  assert.deepEqual(
    [fact.meta.occurredAt, fact.triggerReason, fact.seqNo, fact.reason],
    [null, 'Unknown', 0, 'Unplugged'],
  );
  const nothing = await ask(
    '[2,"8","TransactionEvent",{"timestamp":"now","idToken":{"idToken":"04AA","type":"ISO14443"}}]',
  );
  assert.deepEqual(nothing.answer, [3, '8', { idTokenInfo: { status: 'Invalid' } }]);
  assert.ok(!only(nothing.facts, 'StationMessageRecorded').payloadJson.includes('04AA'));
});

test('Q16: evse 0 and connector 0 are the station as a whole', async () => {
  const { ask } = await oddStation('2.0.1');
  const status = await ask(
    JSON.stringify([
      2,
      '7',
      'StatusNotification',
      { timestamp: at, connectorStatus: 'Available', evseId: 0, connectorId: 0 },
    ]),
  );
  assert.equal(only(status.facts, 'ConnectorStatusChanged').evseId, 0);
  const values = await ask(
    JSON.stringify([2, '8', 'MeterValues', { evseId: 0, meterValue: meterValue([{ value: 1 }]) }]),
  );
  assert.equal(only(values.facts, 'MeterValuesSampled').evseId, 0);
});

test('a null where 2.x allows none is left out; where it stands for something required it is refused', async () => {
  const { ask } = await oddStation('2.0.1');
  const { facts } = await ask(event({ evse: null, reservationId: null, offline: 'false' }));
  assert.equal(only(facts, 'TransactionUpdated').offline, false);
  assert.deepEqual([...quirksOf(facts)].toSorted(), ['null-member', 'text-for-boolean']);
  const refused = await ask('[2,"8","NotifyEvent",{"generatedAt":null,"seqNo":0,"eventData":[]}]');
  assert.deepEqual(refused.answer.slice(0, 2), [4, '8']);
});
