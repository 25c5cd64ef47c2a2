// Whether a station itself allows a lower profile: given what the stations service answers, anything but its "true" is no.
import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import { deviceModels } from '#services/gateway/device-models';

const logger = pino({ level: 'silent' });
const station = { tenantId: 'default', stationId: 'CS/1' };
let answer: (response: ServerResponse) => void = () => undefined;
const asked: { url: string; headers: IncomingHttpHeaders }[] = [];
const service = createServer((request, response) => {
  asked.push({ url: request.url ?? '', headers: request.headers });
  answer(response);
});
let url = '';

before(async () => {
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
});
after(() => {
  service.closeAllConnections();
  service.close();
});

const allowed = (timeoutMs = 5_000) =>
  deviceModels({ url, internalToken: 'token', timeoutMs, logger }).allowsDowngrade(station);
const says = (status: number, body: string) => (response: ServerResponse) => {
  response.statusCode = status;
  response.end(body);
};
const variable = (value: string | null, instances: object = {}) =>
  JSON.stringify({ items: [{ componentInstance: null, variableInstance: null, value, ...instances }] });

test('the variable is asked for by its names, as the tenant of the station', async () => {
  answer = says(200, variable('true'));
  assert.equal(await allowed(), 'allowed');
  const { url: path = '', headers } = asked.at(-1) ?? {};
  assert.equal(
    path,
    '/v1/stations/CS%2F1/variables?component=SecurityCtrlr&variable=AllowSecurityProfileDowngrade&attribute=Actual',
  );
  assert.deepEqual([headers?.authorization, headers?.['x-tenant-id']], ['Bearer token', 'default']);
});

test('false, nothing, another instance and an unknown station do not allow it', async () => {
  for (const body of [
    variable('false'),
    variable(null),
    variable('true', { variableInstance: 'x' }),
    variable('true', { componentInstance: 'x' }),
    '{"items":[]}',
  ]) {
    answer = says(200, body);
    assert.equal(await allowed(), 'not-allowed', body);
  }
  answer = says(404, '{"title":"No such station"}');
  assert.equal(await allowed(), 'not-allowed');
});

test('an error, nonsense and a silent service are unreachable', async () => {
  for (const [status, body] of [
    [500, variable('true')],
    [302, variable('true')],
    [200, 'no JSON'],
    [200, '{"items":[{"value":true}]}'],
  ] as const) {
    answer = says(status, body);
    assert.equal(await allowed(), 'unreachable', `${status} ${body}`);
  }
  answer = () => undefined;
  assert.equal(await allowed(100), 'unreachable');
});
