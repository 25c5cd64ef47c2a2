import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeFrame, encodeCall, encodeError, encodeResult } from '#services/gateway/domain/frame';

const deep = (levels: number) => `[2,"1","A",${'['.repeat(levels)}${']'.repeat(levels)}]`;

test('each message type of OCPP-J is read', () => {
  assert.deepEqual(decodeFrame('[2,"1","Heartbeat",{}]'), { kind: 'call', id: '1', action: 'Heartbeat', payload: {} });
  assert.deepEqual(decodeFrame('[2,"1","Heartbeat",null]'), {
    kind: 'call',
    id: '1',
    action: 'Heartbeat',
    payload: {},
  });
  assert.deepEqual(decodeFrame('[3,"1",{"a":1}]'), { kind: 'result', id: '1', payload: { a: 1 } });
  assert.deepEqual(decodeFrame('[4,"1","NotSupported","no",{}]'), {
    kind: 'error',
    id: '1',
    code: 'NotSupported',
    description: 'no',
  });
  assert.deepEqual(decodeFrame('[4,"1","NotSupported"]'), {
    kind: 'error',
    id: '1',
    code: 'NotSupported',
    description: '',
  });
  assert.deepEqual(decodeFrame('[5,"1","FormatViolation","",{}]'), {
    kind: 'result-error',
    id: '1',
    code: 'FormatViolation',
    description: '',
  });
  assert.deepEqual(decodeFrame('[6,"1","NotifyPeriodicEventStream",{}]'), {
    kind: 'send',
    id: '1',
    action: 'NotifyPeriodicEventStream',
    payload: {},
  });
});

test('what is no frame is malformed with its reason, and with its id where one can be read', () => {
  const cases: readonly [string, string, string | undefined][] = [
    ['', 'not-json', undefined],
    ['[2,"1",StopTransaction,{}]', 'not-json', undefined],
    ['[3,"1",{"status":}]', 'not-json', undefined],
    ['{"a":1}', 'not-an-array', undefined],
    ['"2"', 'not-an-array', undefined],
    ['null', 'not-an-array', undefined],
    ['[]', 'bad-id', undefined],
    ['[2]', 'bad-id', undefined],
    ['[2,7,"Heartbeat",{}]', 'bad-id', undefined],
    ['[2,"","Heartbeat",{}]', 'bad-id', undefined],
    ['[2,"1"]', 'wrong-array', '1'],
    ['[2,"1","Heartbeat"]', 'wrong-array', '1'],
    ['[2,"1",5,{}]', 'wrong-array', '1'],
    ['[2,"1","Heartbeat",{},1]', 'wrong-array', '1'],
    ['[3,"1"]', 'wrong-answer', '1'],
    ['[4,"1"]', 'wrong-answer', '1'],
    ['[7,"1","Heartbeat",{}]', 'unknown-type', '1'],
    ['["2","1","Heartbeat",{}]', 'wrong-array', '1'],
    ['[3,null,{}]', 'wrong-answer', undefined],
    ['[4,"","GenericError"]', 'wrong-answer', undefined],
    ['[5]', 'wrong-answer', undefined],
    [`[3,"${'x'.repeat(256)}",{}]`, 'wrong-answer', undefined],
    ['[6,7,"NotifyPeriodicEventStream",{}]', 'wrong-send', undefined],
    ['[6,"1","NotifyPeriodicEventStream"]', 'wrong-send', '1'],
    [`[6,"${'x'.repeat(256)}","NotifyPeriodicEventStream",{}]`, 'wrong-send', undefined],
    [`[2,"${'x'.repeat(256)}","Heartbeat",{}]`, 'id-too-long', undefined],
  ];
  for (const [text, why, id] of cases) assert.deepEqual(decodeFrame(text), { kind: 'malformed', why, id }, text);
});

test('an id of 36 characters is one, of 37 to 255 is one all the same and odd, of 256 is none', () => {
  const odd = (length: number) => {
    const frame = decodeFrame(`[2,"${'x'.repeat(length)}","Heartbeat",{}]`);
    return frame.kind === 'call' ? [frame.id.length, frame.odd] : frame.kind;
  };
  assert.deepEqual([36, 37, 255, 256].map(odd), [[36, undefined], [37, 'long-id'], [255, 'long-id'], 'malformed']);
});

test('a CALL that is no JSON is set right outside of its strings, or keeps its text without secrets', () => {
  const read = (text: string) => {
    const frame = decodeFrame(text);
    return frame.kind === 'call' ? [frame.id, frame.action, frame.payload, frame.odd] : frame;
  };
  assert.deepEqual(read('[2,"1","StopTransaction",{"transactionId":,"reason":", :,}",}]'), [
    '1',
    'StopTransaction',
    { transactionId: null, reason: ', :,}' },
    'broken-json',
  ]);
  assert.deepEqual(read('[2,"a\\"b","X",{"a":NaN,"b":-inf,"c":.5,"d":007,"e":+5.,"f":[,1,,2,]},]'), [
    'a"b',
    'X',
    { a: 'NaN', b: '-inf', c: 0.5, d: 7, e: 5, f: [1, 2] },
    'broken-json',
  ]);
  assert.deepEqual(read('[2,"1","X",{"a":"two\nlines"}]'), ['1', 'X', { a: 'two\nlines' }, 'broken-json']);
  assert.deepEqual(read('[2,"1","StartTransaction",{"connectorId":1,"idTag":"04AABB","meterStart":0'), [
    '1',
    'StartTransaction',
    { text: '[2,"1","StartTransaction",{"connectorId":1,"idTag":"[redacted]","meterStart":0' },
    'unreadable-json',
  ]);
  const long = `[2,"1","MeterValues",{"a":,"b":"${'x'.repeat(40_000)}"}]`;
  const frame = decodeFrame(long);
  assert.ok(frame.kind === 'call' && frame.action === 'MeterValues' && frame.odd === 'unreadable-json');
});

test('a hostile text that is no JSON costs milliseconds', () => {
  const texts = ['[', ' ,', ':     ', '[ ,', '0', '\u0001"'].map((part) => `[2,"1","X",{"a":${part.repeat(10_000)}`);
  for (const text of [...texts, `[2,"1","X",{"a":[${' '.repeat(30_000)},`]) {
    const startedMs = performance.now();
    assert.notEqual(decodeFrame(text).kind, 'result');
    assert.ok(performance.now() - startedMs < 1_000, text.slice(0, 40));
  }
});

test('10,000 levels of nesting are refused before they are parsed, brackets in strings do not count', () => {
  const frame = decodeFrame(deep(10_000));
  assert.ok(frame.kind === 'malformed' && frame.why === 'too-deep');
  assert.equal(
    decodeFrame(`[2,"1","DataTransfer",{"vendorId":"v","data":"${'['.repeat(5000)}\\"${'{'.repeat(5000)}"}]`).kind,
    'call',
  );
});

test('no text makes the reader throw, and what we write we can read', () => {
  fc.assert(fc.property(fc.string(), (text) => typeof decodeFrame(text).kind === 'string'));
  fc.assert(fc.property(fc.json(), (text) => typeof decodeFrame(text).kind === 'string'));
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 36 }),
      fc.dictionary(fc.string(), fc.jsonValue()),
      (id, payload) => {
        assert.equal(decodeFrame(encodeCall(id, 'DataTransfer', payload)).kind, 'call');
        assert.equal(decodeFrame(encodeResult(id, payload)).kind, 'result');
        assert.equal(decodeFrame(encodeError('1.6', id, 'generic', id)).kind, 'error');
      },
    ),
  );
});

test('a code is written as the version spells it', () => {
  assert.equal(encodeError('1.6', 'a', 'format', 'x'), '[4,"a","FormationViolation","x",{}]');
  assert.equal(encodeError('2.0.1', 'a', 'format', 'x'), '[4,"a","FormatViolation","x",{}]');
  assert.equal(encodeError('1.6', 'a', 'occurrence', 'x'), '[4,"a","OccurenceConstraintViolation","x",{}]');
  assert.equal(encodeError('2.1', undefined, 'framework', 'x'), '[4,"-1","RpcFrameworkError","x",{}]');
});
