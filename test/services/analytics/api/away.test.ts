// While ClickHouse is away the API says so, and the sinks wait until they are told to stop.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePorts } from '#infra/local/ports';
import { createHttp } from '#kit/http';
import { createLogger } from '#kit/logger';
import { addEnergyRoute } from '#services/analytics/api/energy';
import { addReadingRoutes } from '#services/analytics/api/readings';
import { openTimeseries, prepareTimeseries } from '#services/analytics/timeseries';

const logger = createLogger('test', 'silent');
const paths = [
  '/v1/readings?stationId=CS-1&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z',
  '/v1/sessions/00000000-0000-8000-8000-000000000001/readings',
  '/v1/energy?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&groupBy=day',
];

async function awayUrl(): Promise<string> {
  const [port = 0] = await freePorts(1);
  return `http://default:secret-of-the-test@127.0.0.1:${port}`;
}

test('each question is answered with 503 and a problem that keeps the password to itself', async () => {
  const clickhouse = openTimeseries({ url: await awayUrl(), database: 'chargestream' });
  const api = createHttp({ service: 'analytics', logger, internalToken: 'token', notReady: () => undefined });
  addReadingRoutes(api, clickhouse);
  addEnergyRoute(api, clickhouse);
  for (const url of paths) {
    const response = await api.inject({ url, headers: { authorization: 'Bearer token', 'x-tenant-id': 'default' } });
    assert.equal(response.statusCode, 503);
    assert.equal(response.headers['content-type'], 'application/problem+json');
    assert.equal(response.json<{ code: string }>().code, 'TIMESERIES_UNAVAILABLE');
    assert.ok(!response.body.includes('secret-of-the-test'));
  }
  await api.close();
  await clickhouse.close();
});

test('a server that does not come is waited for until the end', async () => {
  const timeseries = { url: await awayUrl(), database: 'chargestream' };
  const clickhouse = openTimeseries(timeseries);
  const stopping = new AbortController();
  const preparing = prepareTimeseries(clickhouse, timeseries, { signal: stopping.signal, logger });
  const first = await Promise.race([preparing, new Promise((resolve) => setImmediate(resolve, 'waits'))]);
  assert.equal(first, 'waits');
  stopping.abort();
  assert.equal(await preparing, false);
  await clickhouse.close();
});
