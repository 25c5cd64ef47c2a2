// How an exchange is written down: given what went over the wire, when it is kept, then secrets and cards are gone and it is bounded.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameCharsMax, writtenExchange, type Exchange } from '#services/gateway/domain/exchange';

function exchange(over: Partial<Exchange>): Exchange {
  return {
    direction: 'station',
    messageId: '1',
    action: 'Heartbeat',
    payload: {},
    request: '[2,"1","Heartbeat",{}]',
    answer: '[3,"1",{}]',
    receivedAt: 0,
    answeredAt: 1,
    outcome: 'answered',
    quirks: [],
    ...over,
  };
}

function call(action: string, payload: object): Exchange {
  return exchange({ action, payload, request: JSON.stringify([2, '1', action, payload]) });
}

test('a frame without secrets stays as it stood on the wire, odd spaces and all', () => {
  const request = '[2, "1",\t"StatusNotification", {"connectorId": 1.0 ,"info":"Grüße"}]';
  const written = writtenExchange(exchange({ action: 'StatusNotification', payload: { connectorId: 1 }, request }));
  assert.equal(written.requestFrame, request);
  assert.deepEqual([written.requestCharsCut, written.answerCharsCut, written.errorCode], [0, 0, null]);
});

test('cards, passwords and keys are gone from what a station says, what we say and what is answered', () => {
  const secret = 'CANARY-4711';
  const frames: Exchange[] = [
    call('Authorize', { idTag: secret }),
    call('ChangeConfiguration', { key: 'AuthorizationKey', value: secret }),
    call('SetVariables', { setVariableData: [{ variable: { name: 'BasicAuthPassword' }, attributeValue: secret }] }),
    call('NotifyCustomerInformation', { data: secret, requestId: 1 }),
    call('TransactionEvent', { idToken: { idToken: secret, type: 'ISO14443' } }),
    exchange({ action: 'Authorize', answer: `[3,"1",{"idTagInfo":{"status":"Accepted","parentIdTag":"${secret}"}}]` }),
    exchange({
      direction: 'csms',
      action: 'GetConfiguration',
      answer: `[3,"1",{"configurationKey":[{"key":"AuthorizationKey","readonly":false,"value":"${secret}"}]}]`,
    }),
    // The letters of a key spelled otherwise are the same key.
    exchange({ action: 'Authorize', payload: undefined, request: `[6,"1","Authorize",{"\\u0069dTag":"${secret}"}]` }),
    // Malformed: there is no action, and not even JSON.
    exchange({ action: null, payload: undefined, request: `[9,"1","Authorize",{"idTag":"${secret}"}]` }),
    exchange({ action: null, payload: undefined, request: `[2,"1","X",{"location":"ftp://me:${secret}@host/` }),
    exchange({ action: 'GetDiagnostics', payload: undefined, request: `[6,"1","X",{"l":"ftp://me:${secret}@host/"}]` }),
    exchange({ action: null, payload: undefined, request: `[2,"1","Authorize",{idTag:"${secret}` }),
    exchange({ action: null, payload: undefined, request: `[2,"1","X",{"p\\u0061ssword":"${secret}` }),
  ];
  for (const each of frames) {
    assert.ok(`${each.request} ${each.answer ?? ''}`.includes(secret), 'the wire has it');
    const { requestFrame, answerFrame } = writtenExchange(each);
    assert.ok(!`${requestFrame} ${answerFrame ?? ''}`.includes(secret), `${requestFrame} ${answerFrame ?? ''}`);
  }
});

test('what is malformed and holds nothing to hide is kept, since it is what people look for', () => {
  const request = '[2,"1","Heartbeat",{';
  assert.equal(writtenExchange(exchange({ action: null, payload: undefined, request })).requestFrame, request);
});

test('16 KiB of a frame are kept and the rest is counted; one character less is whole', () => {
  const whole = 'x'.repeat(frameCharsMax);
  const kept = writtenExchange(exchange({ request: whole, answer: `${whole}yz` }));
  assert.deepEqual([kept.requestFrame, kept.requestCharsCut], [whole, 0]);
  assert.deepEqual([kept.answerFrame, kept.answerCharsCut], [whole, 2]);
});

test('a secret is gone before the cut, which would make its frame unreadable', () => {
  const written = writtenExchange(call('Authorize', { idTag: 'CANARY', filler: 'x'.repeat(frameCharsMax) }));
  assert.ok(written.requestCharsCut > 0);
  assert.ok(!written.requestFrame.includes('CANARY'));
});

test('the code of a refusal is told; what looks like one and is none has no code', () => {
  const codeOf = (answer: string | null): string | null => writtenExchange(exchange({ answer })).errorCode;
  assert.equal(codeOf('[4,"1","FormationViolation","payload is odd",{}]'), 'FormationViolation');
  assert.equal(codeOf('[3,"1",{"status":"Rejected"}]'), null);
  assert.equal(codeOf('[4,"1",{}]'), null);
  assert.equal(codeOf('[4,'), null);
  assert.equal(codeOf(null), null);
});

test('a signed message shows what is in it and no card; one that nobody can unwrap shows nothing', () => {
  const secret = 'CANARY-4711';
  const jws = (payload: object) => ({
    payload: Buffer.from(JSON.stringify(payload)).toString('base64url'),
    signatures: [],
  });
  const token = { idToken: { idToken: secret, type: 'ISO14443' } };
  for (const type of [2, 6]) {
    const request = JSON.stringify([type, '1', 'Authorize-Signed', jws(token)]);
    const { requestFrame } = writtenExchange(exchange({ action: 'Authorize', payload: token, request }));
    assert.equal(requestFrame, `[${type},"1","Authorize",{"idToken":"[redacted]"}]`);
  }
  const action = 'Authorize-Signed';
  for (const payload of [jws(token), `e30.${jws(token).payload}`]) {
    const request = JSON.stringify([2, '1', action, payload]);
    const encoded = jws(token).payload;
    for (const over of [
      { action, payload },
      { action, payload: undefined },
      { action: null, payload: undefined },
    ]) {
      const { requestFrame } = writtenExchange(exchange({ ...over, request }));
      assert.ok(request.includes(encoded) && !requestFrame.includes(encoded), requestFrame);
    }
  }
});
