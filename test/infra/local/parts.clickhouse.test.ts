// The ClickHouse that a test run gives answers the unmodified client with the credentials of its URL.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '@clickhouse/client';

test('a test that asks for ClickHouse in its name is given one that knows SQL', async () => {
  const client = createClient({ url: process.env['CLICKHOUSE_URL'] ?? '' });
  const result = await client.query({ query: 'select sum(number) as total from numbers(10)', format: 'JSONEachRow' });
  assert.deepEqual(await result.json(), [{ total: 45 }]);
  await client.close();
});
