// Wishes that are refused although they are well-formed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parametersBytesMax } from '#contracts/commands';
import { secretWrites, tooLarge } from '#services/stations/domain/wish';
import { shownParameters } from '#services/stations/domain/shown-parameters';

const pathsOf = (parameters: object): string[] => secretWrites({ parameters }).map(({ path }) => path);

test('a write of a secret is refused by its path, on 1.6 and on 2.x, whatever its case', () => {
  const variables = ['HeartbeatInterval', 'authorizationkey', 'BasicAuthPassword'].map((variable) => ({
    variable,
    value: 'x',
  }));
  assert.deepEqual(pathsOf({ variables }), [
    'body/parameters/variables/1/variable',
    'body/parameters/variables/2/variable',
  ]);
});

test('a raw CALL that holds a secret is refused by its path, wherever the secret stands', () => {
  const component = { name: 'SecurityCtrlr' };
  const cases: readonly [object, string][] = [
    [{ key: 'AuthorizationKey', value: 'S3CRET' }, '/key'],
    [
      { setVariableData: [{ component, variable: { name: 'BasicAuthPassword' }, attributeValue: 'S3CRET' }] },
      '/setVariableData/0/variable/name',
    ],
    [{ connectionData: { apn: { apn: 'a', apnPassword: 'S3CRET' } } }, '/connectionData/apn/apnPassword'],
    [{ connectionData: { apn: { apn: 'a', simPin: 1234 } } }, '/connectionData/apn/simPin'],
    [{ connectionData: { basicAuthPassword: 'S3CRET' } }, '/connectionData/basicAuthPassword'],
    [{ connectionData: { vpn: { server: 's', key: 'S3CRET' } } }, '/connectionData/vpn/key'],
    [{ location: 'ftp://user:S3CRET@files.example/fw' }, '/location'],
    [{ log: { remoteLocation: 'sftp://a@b:S3CRET@files.example' } }, '/log/remoteLocation'],
    [{ data: 'fetch it from ftp://user:S3CRET@files.example/fw' }, '/data'],
    [{ vendorId: 'V', data: '{"configuration":[{"key":"AuthorizationKey","value":"S3CRET"}]}' }, '/data'],
    [{ vendorId: 'V', data: 'AuthorizationKey=S3CRET' }, '/data'],
    [{ vendorId: 'V', data: 'set basicAuthPassword : "S3CRET"' }, '/data'],
    [{ vendorId: 'V', data: { inner: '{\\"apnPassword\\": \\"S3CRET\\"}' } }, '/data/inner'],
  ];
  for (const [payload, path] of cases)
    assert.deepEqual(pathsOf({ action: 'X', payload }), [`body/parameters/payload${path}`]);
});

test('what only looks like a secret is none: a name that is read, another key, a URL with a port or a user alone', () => {
  for (const parameters of [
    { variables: [{ variable: 'AuthorizationKey' }] },
    { payload: { key: ['AuthorizationKey'] } },
    { payload: { key: 'HeartbeatInterval', value: '300' } },
    { payload: { getVariableData: [{ component: { name: 'C' }, variable: { name: 'BasicAuthPassword' } }] } },
    { monitors: [{ variable: 'BasicAuthPassword', value: 1 }] },
    { location: 'https://files.example:8443/a@b:c' },
    { location: 'ftp://user@files.example' },
    { payload: { vendorId: 'V', data: 'read AuthorizationKey, please; password forgotten' } },
    { payload: { vendorId: 'V', messageId: 'AuthorizationKey', data: '{"key":"HeartbeatInterval","value":"300"}' } },
    { payload: { vendorId: 'V', data: '{"key": not JSON' } },
  ])
    assert.deepEqual(pathsOf(parameters), []);
});

test('parameters fit the log: 200 KB of JSON and not a byte more', () => {
  const frame = JSON.stringify({ data: '' }).length;
  const wish = (bytes: number) =>
    ({ intent: 'DataTransfer', parameters: { data: 'x'.repeat(bytes - frame) } }) as const;
  assert.equal(tooLarge(wish(parametersBytesMax)), undefined);
  assert.match(tooLarge(wish(parametersBytesMax + 1))?.message ?? '', /204801 bytes/);
});

const refOf = (tenantId: string, type: string, uid: string): string => `${tenantId}:${type}:${uid}`;

test('parameters without a token are shown as they are, a token by its pseudonym', () => {
  assert.deepEqual(shownParameters('t', { when: 'idle' }, refOf), { when: 'idle' });
  assert.deepEqual(shownParameters('t', { token: { uid: 'u', type: 'KeyCode' } }, refOf), {
    token: { ref: 't:KeyCode:u', type: 'KeyCode' },
  });
  assert.deepEqual(shownParameters('t', null, refOf), {});
});

test('a token is shown by its pseudonym wherever a command can name one', () => {
  const token = { ref: 't:ISO14443:u', type: 'ISO14443' };
  const uid = { uid: 'u', type: 'ISO14443' };
  const idToken = { idToken: 'u', type: 'ISO14443', additionalInfo: [{ additionalIdToken: 'u', type: 'x' }] };
  const cases: readonly [object, object][] = [
    [
      { entries: [{ token: uid, groupToken: uid, status: 'Accepted' }] },
      { entries: [{ token, groupToken: token, status: 'Accepted' }] },
    ],
    [{ payload: { idTag: 'u', connectorId: 1 } }, { payload: { idTag: 't:Central:u', connectorId: 1 } }],
    [{ payload: { idTag: 'u', parentIdTag: 'u' } }, { payload: { idTag: 't:Central:u', parentIdTag: 't:Central:u' } }],
    [
      { payload: { localAuthorizationList: [{ idTag: 'u', idTagInfo: { parentIdTag: 'u', status: 'Accepted' } }] } },
      {
        payload: {
          localAuthorizationList: [
            { idTag: 't:Central:u', idTagInfo: { parentIdTag: 't:Central:u', status: 'Accepted' } },
          ],
        },
      },
    ],
    [
      {
        payload: { localAuthorizationList: [{ idToken, idTokenInfo: { groupIdToken: idToken, status: 'Accepted' } }] },
      },
      {
        payload: {
          localAuthorizationList: [{ idToken: token, idTokenInfo: { groupIdToken: token, status: 'Accepted' } }],
        },
      },
    ],
    [
      { payload: { customerIdentifier: 'u', report: true } },
      { payload: { customerIdentifier: '[redacted]', report: true } },
    ],
  ];
  for (const [parameters, shown] of cases) {
    assert.deepEqual(shownParameters('t', parameters, refOf), shown);
  }
});
