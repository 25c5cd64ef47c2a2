// What is kept whole: secrets and driver ids never, everything else as it came.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayHideFrom, redactedJson, redactedRuin, withoutUrlUser } from '#services/gateway/domain/redaction';

test('a secret that a station reads out to us is not kept, whichever message carries it', () => {
  const variable = { name: 'BasicAuthPassword' };
  const component = { name: 'SecurityCtrlr' };
  const cases: readonly [string, object][] = [
    ['GetConfiguration', { configurationKey: [{ key: 'AuthorizationKey', readonly: false, value: 'S3CRET' }] }],
    [
      'GetVariables',
      { getVariableResult: [{ attributeStatus: 'Accepted', attributeValue: 'S3CRET', component, variable }] },
    ],
    ['NotifyReport', { reportData: [{ component, variable, variableAttribute: [{ value: 'S3CRET' }] }] }],
    ['NotifyEvent', { eventData: [{ actualValue: 'S3CRET', component, variable }] }],
    ['ChangeConfiguration', { key: 'AuthorizationKey', value: 'S3CRET' }],
    ['SetNetworkProfile', { connectionData: { basicAuthPassword: 'S3CRET' } }],
    ['SetNetworkProfile', { connectionData: { apn: { apnPassword: 'S3CRET' } } }],
    ['SetNetworkProfile', { connectionData: { apn: { simPin: 'S3CRET' } } }],
    ['SetNetworkProfile', { connectionData: { vpn: { server: 's', user: 'u', password: 'p', key: 'S3CRET' } } }],
    ['UpdateFirmware', { location: 'ftp://user:S3CRET@files.example/fw' }],
    ['GetLog', { log: { remoteLocation: 'sftp://S3CRET@files.example/logs' } }],
    ['UpdateFirmware', { location: `http://a/download/CS-1/once-S3CRET${'x'.repeat(37)}/fw.bin` }],
    ['GetTariffs', { tariffAssignments: [{ idTokens: ['S3CRET'] }] }],
    ['CustomerInformation', { customerCertificate: { serialNumber: 'S3CRET' } }],
    ['SetVariables', { setVariableData: [{ attributeValue: 'S3CRET', component, variable }] }],
  ];
  for (const [action, payload] of cases) {
    const json = redactedJson(action, payload);
    assert.ok(!json.includes('S3CRET') && json.includes('[redacted]'), `${action}: ${json}`);
    assert.ok(mayHideFrom(action, JSON.stringify(payload)), `${action}: its text is looked into`);
  }
});

test('other values are kept, and an odd payload is no trouble', () => {
  const kept = { configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '300' }] };
  assert.equal(redactedJson('GetConfiguration', kept), JSON.stringify(kept));
  assert.equal(
    redactedJson('X', { idTag: 'TAG', value: 1, variable: null }),
    '{"idTag":"[redacted]","value":1,"variable":null}',
  );
  assert.equal(redactedJson('X', [{ value: 1 }]), '[{"value":1}]');
  assert.equal(redactedJson('X', undefined), 'null');
});

test('of a URL only who reads it is hidden; one without anybody in it stays', () => {
  const location = 'https://files.example:8443/a@b/c';
  assert.equal(redactedJson('X', { location }), JSON.stringify({ location }));
  assert.equal(
    redactedJson('X', { location: 'ftp://me:S3CRET@files.example/fw.bin' }),
    '{"location":"ftp://[redacted]@files.example/fw.bin"}',
  );
});

test('a key in other letters holds the same secret', () => {
  for (const payload of [{ IDTAG: 'S3CRET' }, { idtag: 'S3CRET' }, { key: 'authorizationkey', VALUE: 'S3CRET' }]) {
    const json = redactedJson('Authorize', payload);
    assert.ok(!json.includes('S3CRET') && mayHideFrom('Authorize', JSON.stringify(payload)), json);
  }
});

test('of a text that is no JSON cards are hidden where they can be found, and all of it where they cannot', () => {
  const shown = (text: string) => redactedRuin(`[2,"1","Authorize",{${text}`);
  assert.equal(shown('"idTag":"S3CRET","x":1'), '[2,"1","Authorize",{"idTag":"[redacted]","x":1');
  assert.equal(shown('"idTokens":["S3CRET","S3CRET"],"x"'), '[2,"1","Authorize",{"idTokens":"[redacted]","x"');
  for (const text of [
    '"idTag" "S3CRET"',
    '"idTag","S3CRET"',
    "'idTag':'S3CRET'",
    '"idTag"=S3CRET',
    '"idTag":"a","idTag";"S3CRET"',
  ])
    assert.match(shown(text), /^\[redacted: \d+ unreadable characters/, text);
  assert.equal(shown('"connectorId":,'), '[2,"1","Authorize",{"connectorId":,');
});

test('a vendor’s own message hides secrets and cards however its text tells them, and keeps all else', () => {
  const kept = (data: unknown) => redactedJson('DataTransfer', { vendorId: 'V', messageId: 'AuthorizationKey', data });
  for (const data of [
    'AuthorizationKey=S3CRET',
    'authorizationkey : "S3CRET with, blanks"',
    "BasicAuthPassword='S3CRET';next=1",
    'idTag=S3CRET;x=1',
    'key=AuthorizationKey value=S3CRET',
    '{"AuthorizationKey":"S3CRET"}',
    '{"configuration":[{"key":"AuthorizationKey","value":"S3CRET"}],"n":1}',
    '{"idTag":"S3CRET"}',
    '{"AuthorizationKey":"S3CRET',
    JSON.stringify({ inner: JSON.stringify({ apnPassword: 'S3CRET' }) }),
    { inner: 'password: S3CRET' },
    { AuthorizationKey: 'S3CRET' },
    'see ftp://me:S3CRET@files.example/',
  ]) {
    const json = kept(data);
    assert.ok(!json.includes('S3CRET') && json.includes('[redacted'), json);
    assert.ok(json.startsWith('{"vendorId":"V","messageId":'), 'what it is about is kept');
    assert.ok(mayHideFrom('DataTransfer', JSON.stringify({ data })), 'its text is looked into');
  }
  for (const data of [
    'temperature=21;company car',
    'the password was forgotten',
    '{"key":"HeartbeatInterval","value":"3"}',
  ])
    assert.ok(kept(data).endsWith(`${JSON.stringify(data)}}`), kept(data));
  assert.equal(kept('a=1;idTag=S3CRET;b=2').includes('a=1;idTag=[redacted];b=2'), true);
  assert.ok(!mayHideFrom('DataTransfer', '[2,"1","DataTransfer",{"vendorId":"V","data":"a=1"}]'));
});

test('a long text of a vendor is looked through in a moment, whatever it is made of', () => {
  for (const part of [
    'a',
    'authorizationkey',
    'authorizationkey ',
    '"',
    '\\',
    'password=',
    'key:\\"',
    '://a:',
    '[',
    '{"',
  ])
    for (const data of [part.repeat(200_000 / part.length), `{${part.repeat(200_000 / part.length)}`]) {
      const begunMs = performance.now();
      redactedJson('DataTransfer', { vendorId: 'V', data: `password ${data}` });
      const tookMs = performance.now() - begunMs;
      assert.ok(tookMs < 2_000, `${part}: ${tookMs} ms`);
    }
});

test('the name of a file that a station tells keeps its place, not who fetches it', () => {
  assert.equal(withoutUrlUser('ftp://me:S3CRET@host/log.zip'), 'ftp://[redacted]@host/log.zip');
  assert.equal(withoutUrlUser('diag@1.zip'), 'diag@1.zip');
  assert.equal(withoutUrlUser(undefined), null);
});
