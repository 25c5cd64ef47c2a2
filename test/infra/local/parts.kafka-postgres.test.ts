// The parts that a test run gives are real servers that answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';

test('a test that asks for Kafka in its name is given a broker of one node', async () => {
  const kafka = new Kafka({ brokers: [process.env['KAFKA_BROKERS'] ?? ''], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const { brokers } = await admin.describeCluster();
  await admin.disconnect();
  assert.equal(brokers.length, 1);
});

test('a test that asks for Postgres in its name is given version 18', async () => {
  const client = new pg.Client({ connectionString: process.env['DATABASE_URL'] });
  await client.connect();
  const { rows } = await client.query<{ server_version_num: string }>('show server_version_num');
  await client.end();
  assert.equal(Math.floor(Number(rows[0]?.server_version_num) / 10_000), 18);
});
