import assert from 'node:assert/strict';
import { test } from 'node:test';
import fastify from 'fastify';
import { encodeRecord } from '#contracts/codec';
import { addSchemaRoutes, schemaRegistryPath } from '#services/operator/schemas';

const api = fastify();
addSchemaRoutes(api);

type Answer = { readonly status: number; readonly body: unknown };

async function ask(method: 'GET' | 'POST', path: string, payload?: object): Promise<Answer> {
  const response = await api.inject({
    method,
    url: `${schemaRegistryPath}${path}`,
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: response.statusCode, body: response.json() };
}

test('the id in a record leads to the schema that reads it', async () => {
  const bytes = encodeRecord('GatewayLease', { gatewayId: 'gw', startedAt: 1, renewedAt: 2, ended: false });
  const { status, body } = await ask('GET', `/schemas/ids/${bytes.readUInt32BE(1)}`);
  assert.equal(status, 200);
  assert.equal((JSON.parse((body as { schema: string }).schema) as { name: string }).name, 'GatewayLease');
});

test('subjects are record names, with their versions', async () => {
  const subjects = (await ask('GET', '/subjects')).body as string[];
  assert.ok(subjects.includes('chargestream.TransactionStarted'));
  assert.deepEqual((await ask('GET', '/subjects/chargestream.TransactionStarted/versions')).body, [1]);
  const latest = (await ask('GET', '/subjects/chargestream.TransactionStarted/versions/latest')).body as {
    id: number;
    version: number;
    schema: string;
  };
  assert.equal(latest.version, 1);
  const lookup = await ask('POST', '/subjects/chargestream.TransactionStarted', { schema: latest.schema });
  assert.equal((lookup.body as { id: number }).id, latest.id);
});

test('what is not in the lock file is refused with the dialect’s codes', async () => {
  const code = ({ status, body }: Answer) => [status, (body as { error_code: number }).error_code];
  assert.deepEqual(code(await ask('GET', '/schemas/ids/99999')), [404, 40403]);
  assert.deepEqual(code(await ask('GET', '/subjects/nobody/versions')), [404, 40401]);
  assert.deepEqual(code(await ask('GET', '/subjects/chargestream.GatewayLease/versions/77')), [404, 40402]);
  assert.deepEqual(
    code(await ask('POST', '/subjects/chargestream.GatewayLease/versions', { schema: '"string"' })),
    [405, 40403],
  );
  assert.deepEqual(code(await ask('POST', '/subjects/chargestream.GatewayLease', { schema: '{broken' })), [404, 40403]);
});
