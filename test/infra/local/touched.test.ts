// A changed source starts again only the programs it belongs to.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { programsTouchedBy } from '#infra/local/touched';

test('a source of the gateway touches the gateway, one of a service the services, a shared one both', () => {
  assert.deepEqual(programsTouchedBy(['services/gateway/inbound.ts']), ['gateway']);
  assert.deepEqual(programsTouchedBy(['services/sessions/sql/001-sessions.sql']), ['services']);
  assert.deepEqual(programsTouchedBy(['services/kit/fault.ts']), ['services', 'gateway']);
  assert.deepEqual(programsTouchedBy(['contracts/keys.ts']), ['services', 'gateway']);
});

test('a file that no program reads touches nothing', () => {
  assert.deepEqual(programsTouchedBy(['services/gateway/README.md', 'services/gateway/.inbound.ts.swp']), []);
});
