import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import Type from 'typebox';
import { createHttp } from '#kit/http';
import { createLogger } from '#kit/logger';

const body = Type.Object(
  {
    name: Type.String({ minLength: 2 }),
    size: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
    parts: Type.Optional(Type.Array(Type.Object({ id: Type.Integer() }, { additionalProperties: false }))),
  },
  { additionalProperties: false },
);

function openApi(context: TestContext, document?: object) {
  const logger = createLogger('test', 'silent');
  const api = createHttp({ service: 'test', logger, internalToken: 'token', notReady: () => 'not yet', document });
  const schema = { body, response: { 200: Type.Object({ actor: Type.String() }) } };
  api.post('/things', { schema }, async ({ caller: { actor } }) => ({ actor }));
  context.after(() => api.close());
  return api;
}

const headers = { authorization: 'Bearer token', 'x-actor': 'k1', 'x-tenant-id': 'acme', 'x-role': 'operator' };

test('each violation stands under the path of what is wrong, missing or not known', async (context) => {
  const api = openApi(context);
  const violations = async (payload: object): Promise<string[]> => {
    const response = await api.inject({ method: 'POST', url: '/things', headers, payload });
    assert.equal(response.statusCode, 400);
    assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
    return response
      .json<{ violations: { path: string; message: string }[] }>()
      .violations.map(({ path, message }) => `${path} ${message}`);
  };
  assert.deepEqual(await violations({}), ['body/name is missing', 'body/size is missing']);
  assert.deepEqual(await violations({ name: 'ab', size: 0 }), ['body/size must be >= 1']);
  assert.deepEqual(await violations({ name: 'ab', size: null, color: 1 }), ['body/color is not known here']);
  assert.deepEqual(await violations({ name: 'ab', size: 1, parts: [{ id: 1 }, { id: 1, x: 1 }] }), [
    'body/parts/1/x is not known here',
  ]);
  assert.deepEqual(await violations({ name: 'a', size: 1 }), ['body/name must not have fewer than 2 characters']);
});

test('a service of ours is told who calls; anybody else gets nothing but health, metrics and the document', async (context) => {
  const api = openApi(context);
  const payload = { name: 'ab', size: null };
  const good = await api.inject({ method: 'POST', url: '/things', headers, payload });
  assert.deepEqual(good.json(), { actor: 'k1' });
  const { authorization: _token, ...without } = headers;
  assert.equal((await api.inject({ method: 'POST', url: '/things', headers: without, payload })).statusCode, 401);
  const open = ['/health', '/metrics', '/openapi.json'];
  for (const url of open) assert.equal((await api.inject({ method: 'GET', url })).statusCode, 200, url);
  assert.equal((await api.inject({ method: 'GET', url: '/ready' })).statusCode, 503);
});

test('routes that are added after the API was made stand in its document, unless another one is given', async (context) => {
  const api = openApi(context);
  const document = (await api.inject({ method: 'GET', url: '/openapi.json' })).json<{ paths: object }>();
  assert.deepEqual(Object.keys(document.paths), ['/things']);
  const given = openApi(context, { openapi: '3.1.0', paths: { '/other': {} } });
  assert.deepEqual((await given.inject({ method: 'GET', url: '/openapi.json' })).json<{ paths: object }>().paths, {
    '/other': {},
  });
});

test('what no column can hold is the caller’s fault, told without the value; anything else thrown is ours', async (context) => {
  const api = openApi(context);
  const thrown: { error: Error } = { error: new Error() };
  api.get('/thrown', { schema: { response: {} } }, async () => {
    throw thrown.error;
  });
  const answer = async (code: string) => {
    thrown.error = Object.assign(new Error('invalid input syntax for type uuid: "SECRET"'), { code });
    const { statusCode, body: text } = await api.inject({ method: 'GET', url: '/thrown', headers });
    assert.ok(!text.includes('SECRET'), text);
    return statusCode;
  };
  for (const code of ['22021', '22P02', '22003', '22007']) assert.equal(await answer(code), 400, code);
  for (const code of ['42P01', '23505', 'ENOENT', '220']) assert.equal(await answer(code), 500, code);
});
