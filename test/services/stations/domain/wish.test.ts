// Wishes that are refused although they are well-formed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretWrites } from '#services/stations/domain/wish';
import { shownParameters } from '#services/stations/domain/shown-parameters';

test('a write of a secret is refused by its path, on 1.6 and on 2.x, whatever its case', () => {
  const variables = [
    { variable: 'HeartbeatInterval' },
    { variable: 'authorizationkey' },
    { variable: 'BasicAuthPassword' },
  ];
  const paths = secretWrites({ intent: 'WriteConfiguration', parameters: { variables } }).map(({ path }) => path);
  assert.deepEqual(paths, ['body/parameters/variables/1/variable', 'body/parameters/variables/2/variable']);
});

test('reading the name of a secret is no secret', () => {
  const variables = [{ variable: 'AuthorizationKey' }];
  assert.deepEqual(secretWrites({ intent: 'ReadConfiguration', parameters: { variables } }), []);
});

test('parameters without a token are shown as they are, a token by its pseudonym', () => {
  const refOf = (tenantId: string, type: string, uid: string): string => `${tenantId}:${type}:${uid}`;
  assert.deepEqual(shownParameters('t', { when: 'idle' }, refOf), { when: 'idle' });
  assert.deepEqual(shownParameters('t', { token: { uid: 'u', type: 'KeyCode' } }, refOf), {
    token: { ref: 't:KeyCode:u', type: 'KeyCode' },
  });
  assert.deepEqual(shownParameters('t', null, refOf), {});
});
