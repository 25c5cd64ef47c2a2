// What a transaction says is never refused: given frames broken in any way, the normal answer, and whatever can be read of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { only, oddStation, quirksOf } from './rig.ts';

const at = '2026-11-25T10:00:00Z';

test('Q3: a value that is missing where JSON needs one is none: the readings count all the same', async () => {
  const { ask } = await oddStation('1.6', 'AEFA');
  const { answer, facts } = await ask(
    `[2,"7","MeterValues",{"connectorId":1,"transactionId":,"meterValue":[{"timestamp":"${at}","sampledValue":[{"value":"17"}]}]}]`,
  );
  assert.deepEqual(answer, [3, '7', {}]);
  const fact = only(facts, 'MeterValuesSampled');
  assert.deepEqual([fact.transactionId, fact.readings[0]?.energyImportMilliWh], [null, 17_000]);
  assert.deepEqual(quirksOf(facts), ['broken-json', 'null-member']);
});

test('Q3: a stop that names no transaction is the stop of the one there is, by the id -1', async () => {
  const { ask } = await oddStation('1.6', 'AEFA');
  const { answer, facts } = await ask(
    `[2,"7","StopTransaction",{"meterStop":900,"timestamp":"${at}","transactionId":,}]`,
  );
  assert.deepEqual(answer, [3, '7', {}]);
  const fact = only(facts, 'TransactionEnded');
  assert.deepEqual([fact.transactionId, fact.meterStopMilliWh], ['-1', 900_000]);
  assert.deepEqual(quirksOf(facts), ['broken-json', 'null-member', 'missing-member']);
});

test('Q3: what nobody can read is answered by its id, and kept as text without the card', async () => {
  const { ask } = await oddStation();
  const start = await ask('[2,"7","StartTransaction",{"connectorId":1,"idTag":"04AABBCC","meterSt');
  const [type, id, payload] = start.answer as [number, string, { transactionId: number; idTagInfo: object }];
  assert.deepEqual([type, id, payload.idTagInfo], [3, '7', { status: 'Invalid' }]);
  assert.ok(payload.transactionId > 0);
  const kept = only(start.facts, 'StationMessageRecorded').payloadJson;
  assert.ok(kept.includes('meterSt') && !kept.includes('04AABBCC'));
  assert.deepEqual(quirksOf(start.facts), ['unreadable-json', 'unreadable']);
  assert.deepEqual((await ask('[2,"8","StopTransaction",{"transactionId":1')).answer, [3, '8', {}]);
  const other = await ask('[2,"9","StatusNotification",{"connectorId":1');
  assert.deepEqual(other.answer.slice(0, 3), [4, '9', 'OccurenceConstraintViolation']);
});

test('a start without its register begins a session; one without its time gets an id, the same for each repeat', async () => {
  const { ask } = await oddStation();
  const told = await ask(`[2,"7","StartTransaction",{"connectorId":1,"idTag":"T","timestamp":"${at}"}]`);
  const fact = only(told.facts, 'TransactionStarted');
  assert.deepEqual([fact.meterStartMilliWh, quirksOf(told.facts)], [null, ['missing-member']]);
  const untimed = (id: string) => ask(`[2,"${id}","StartTransaction",{"connectorId":1,"idTag":"T","meterStart":5}]`);
  const [first, second] = [await untimed('8'), await untimed('9')];
  assert.deepEqual([first.answer[0], first.answer[2]], [3, second.answer[2]]);
  assert.ok(!first.facts.some(({ type }) => type === 'TransactionStarted'));
  only(first.facts, 'StationMessageRecorded');
});

test('one sample without a value is left out of the readings, and the message is kept whole', async () => {
  const { ask } = await oddStation();
  const { answer, facts } = await ask(
    `[2,"7","MeterValues",{"connectorId":1,"meterValue":[{"timestamp":"${at}","sampledValue":[{"value":"1"},{"unit":"Wh"},{"value":"2","measurand":"SoC"}]}]}]`,
  );
  assert.deepEqual(answer, [3, '7', {}]);
  const [reading] = only(facts, 'MeterValuesSampled').readings;
  assert.deepEqual([reading?.energyImportMilliWh, reading?.socDeciPercent], [1_000, 20]);
  assert.ok(only(facts, 'StationMessageRecorded').payloadJson.includes('{"unit":"Wh"}'));
  assert.deepEqual(quirksOf(facts), ['unreadable-part']);
});

test('a message of a transaction that says nothing at all ends none, and is answered', async () => {
  const { ask } = await oddStation();
  for (const [action, payload] of [
    ['StopTransaction', {}],
    ['MeterValues', { connectorId: 1 }],
    ['MeterValues', []],
    ['StopTransaction', 'gone'],
  ] as const) {
    const { answer, facts } = await ask(JSON.stringify([2, '7', action, payload]));
    assert.deepEqual(answer, [3, '7', {}], action);
    assert.deepEqual(
      facts.map(({ type }) => type),
      ['StationMessageRecorded', 'QuirksObserved'].slice(0, facts.length),
    );
  }
});

test('a number that no event holds is answered and kept, where it is of a transaction', async () => {
  const { ask } = await oddStation();
  const { answer, facts } = await ask(
    `[2,"7","MeterValues",{"connectorId":1e30,"meterValue":[{"timestamp":"${at}","sampledValue":[{"value":"1"}]}]}]`,
  );
  assert.deepEqual(answer, [3, '7', {}]);
  only(facts, 'StationMessageRecorded');
});

test('Q12: an id of more than 36 characters is answered as it came; short ids and ids that begin anew are ids', async () => {
  const { ask } = await oddStation();
  const long = 'a'.repeat(37);
  const { answer, facts } = await ask(
    `[2,"${long}","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available"}]`,
  );
  assert.deepEqual(answer, [3, long, {}]);
  assert.equal(only(facts, 'ConnectorStatusChanged').meta.messageId, long);
  assert.deepEqual(quirksOf(facts), ['long-id']);
  for (const status of ['Available', 'Preparing', 'Charging']) {
    const again = await ask(
      `[2,"1000000","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"${status}"}]`,
    );
    assert.equal(
      only(again.facts, 'ConnectorStatusChanged').status,
      status,
      'the same id with another text is another message',
    );
  }
});

test('Q12: the same start under a new id, also after a reconnect, gets the same transactionId', async () => {
  const first = await oddStation();
  const start = (id: string) =>
    `[2,"${id}","StartTransaction",{"connectorId":1,"idTag":"T","meterStart":5,"timestamp":"${at}"}]`;
  const [one, other] = [await first.ask(start('1')), await first.ask(start('2'))];
  const later = await (await oddStation()).ask(start('10'));
  assert.deepEqual([other.answer[2], later.answer[2]], [one.answer[2], one.answer[2]]);
});

test('Q13: transactionId 0, -1 and one that nobody gave are answered as if valid, and reach the log', async () => {
  const { ask } = await oddStation();
  for (const transactionId of [0, -1, 999_999]) {
    const stop = await ask(
      `[2,"s${transactionId}","StopTransaction",{"meterStop":5,"timestamp":"${at}","transactionId":${transactionId}}]`,
    );
    assert.deepEqual(stop.answer, [3, `s${transactionId}`, {}]);
    assert.equal(only(stop.facts, 'TransactionEnded').transactionId, String(transactionId));
    const readings = await ask(
      `[2,"m${transactionId}","MeterValues",{"connectorId":1,"transactionId":${transactionId},"meterValue":[{"timestamp":"${at}","sampledValue":[{"value":"1"}]}]}]`,
    );
    assert.equal(only(readings.facts, 'MeterValuesSampled').transactionId, String(transactionId));
    assert.deepEqual(quirksOf([...stop.facts, ...readings.facts]), []);
  }
});

test('Q16: connector 0 is the station as a whole, in every cycle', async () => {
  const { ask } = await oddStation();
  const values = await ask(
    `[2,"1","MeterValues",{"connectorId":0,"meterValue":[{"timestamp":"${at}","sampledValue":[{"value":"1"}]}]}]`,
  );
  const status = await ask('[2,"2","StatusNotification",{"connectorId":0,"errorCode":"NoError","status":"Available"}]');
  const facts = [only(values.facts, 'MeterValuesSampled'), only(status.facts, 'ConnectorStatusChanged')];
  for (const { evseId, connectorId } of facts) assert.deepEqual([evseId, connectorId], [0, 0]);
});

test('Q25: the end of a transaction that never began is answered and told', async () => {
  const { ask } = await oddStation();
  const { answer, facts } = await ask(
    `[2,"1","StopTransaction",{"meterStop":8,"timestamp":"${at}","transactionId":77,"reason":"EVDisconnected"}]`,
  );
  assert.deepEqual(answer, [3, '1', {}]);
  const fact = only(facts, 'TransactionEnded');
  assert.deepEqual([fact.transactionId, fact.reason, fact.tokenRef], ['77', 'EVDisconnected', null]);
});

test('an end is told however many of its readings nobody can read: 8 go one by one, of more all go', async () => {
  for (const [unreadable, readings] of [
    [8, 1],
    [9, 0],
    [200, 0],
  ] as const) {
    const { ask } = await oddStation();
    const samples = [{ value: '1' }, ...Array.from({ length: unreadable }, () => ({ unit: 'Wh' }))];
    const stop = { meterStop: 900, timestamp: at, transactionId: 5 };
    const payload = { ...stop, transactionData: [{ timestamp: at, sampledValue: samples }] };
    const { answer, facts } = await ask(JSON.stringify([2, '7', 'StopTransaction', payload]));
    assert.deepEqual(answer, [3, '7', {}]);
    assert.equal(only(facts, 'TransactionEnded').meterStopMilliWh, 900_000);
    assert.equal(facts.filter(({ type }) => type === 'MeterValuesSampled').length, readings);
    assert.ok(only(facts, 'StationMessageRecorded').payloadJson.includes('{"unit":"Wh"}'), 'the message is kept whole');
  }
});

test('a token that cannot be read is nobody’s: its start is told and not allowed; a start without any is neither', async () => {
  const start = (idToken: unknown) =>
    JSON.stringify([
      2,
      '7',
      'TransactionEvent',
      {
        eventType: 'Started',
        timestamp: at,
        triggerReason: 'Authorized',
        seqNo: 0,
        transactionInfo: { transactionId: 'tx-1' },
        idToken,
      },
    ]);
  for (const odd of [
    '04AABB',
    5,
    {},
    { idToken: '' },
    { idToken: {}, type: 'ISO14443' },
    { idToken: '', type: 'ISO14443' },
  ]) {
    const { ask } = await oddStation('2.0.1');
    const { answer, facts } = await ask(start(odd));
    assert.deepEqual(answer, [3, '7', { idTokenInfo: { status: 'Invalid' } }], JSON.stringify(odd));
    assert.equal(only(facts, 'TransactionStarted').authorization, 'Invalid');
  }
  const { ask } = await oddStation('2.0.1');
  const { answer, facts } = await ask(start(undefined));
  assert.deepEqual([answer[2], only(facts, 'TransactionStarted').authorization], [{}, null]);
});

test('two starts that nobody can read get two ids, the repeat of one gets its own again', async () => {
  const { ask } = await oddStation();
  const idOf = async (id: string, second: number) => {
    const { answer } = await ask(
      `[2,"${id}","StartTransaction",{"idTag":"T","timestamp":"2026-11-25T10:00:0${second}Z","meterSt`,
    );
    return (answer[2] as { transactionId: number }).transactionId;
  };
  const [first, repeated, second] = [await idOf('1', 1), await idOf('2', 1), await idOf('3', 2)];
  assert.equal(repeated, first);
  assert.notEqual(second, first);
});

test('the end of a transaction is told without a number, and without readings, that no event holds', async () => {
  const ended = {
    eventType: 'Ended',
    timestamp: at,
    triggerReason: 'EVDeparted',
    transactionInfo: { transactionId: 'tx-1' },
  };
  const { ask } = await oddStation('2.0.1');
  for (const [seqNo, kept, quirks] of [
    [2 ** 31 - 1, 2 ** 31 - 1, []],
    [2 ** 31, null, ['out-of-range']],
    [1_764_064_800_123, null, ['out-of-range']],
  ] as const) {
    const { answer, facts } = await ask(JSON.stringify([2, `${seqNo}`, 'TransactionEvent', { ...ended, seqNo }]));
    assert.deepEqual(answer, [3, `${seqNo}`, {}]);
    assert.equal(only(facts, 'TransactionEnded').seqNo, kept);
    assert.equal(facts.filter(({ type }) => type === 'StationMessageRecorded').length, quirks.length);
  }
  const stop = await (
    await oddStation()
  ).ask(
    `[2,"7","StopTransaction",{"meterStop":900,"timestamp":"${at}","transactionId":5,"transactionData":[{"timestamp":"${at}","sampledValue":[${'{"value":"1"},'.repeat(17_000)}{"value":"1"}]}]}]`,
  );
  assert.equal(only(stop.facts, 'TransactionEnded').meterStopMilliWh, 900_000);
  assert.deepEqual(quirksOf(stop.facts), ['out-of-range']);
});

test('a transaction named by what is no number is that one, in its readings and its end, and not the one there is', async () => {
  const values = `"meterValue":[{"timestamp":"${at}","sampledValue":[{"value":"1"}]}]`;
  for (const [id, told] of [
    ['"f3a1-77"', 'f3a1-77'],
    ['5.5', '5.5'],
    ['"5"', '5'],
    ['""', '-1'],
  ] as const) {
    const { ask } = await oddStation();
    const stop = await ask(`[2,"7","StopTransaction",{"meterStop":900,"timestamp":"${at}","transactionId":${id}}]`);
    assert.deepEqual([stop.answer, only(stop.facts, 'TransactionEnded').transactionId], [[3, '7', {}], told]);
    const metered = await ask(`[2,"8","MeterValues",{"connectorId":1,"transactionId":${id},${values}}]`);
    assert.equal(only(metered.facts, 'MeterValuesSampled').transactionId, told === '-1' ? null : told);
  }
});
