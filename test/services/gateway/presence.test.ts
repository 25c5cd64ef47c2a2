// What a gateway says about itself and its connections, and which record stays the last of its key.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { topicsFor } from '#contracts/topics';
import type { AppendRecord, LogWriter } from '#kit/event-log/types';
import { claimPresence, presenceOf } from '#services/gateway/claim';
import { openPresence } from '#services/gateway/presence';
import { connect, fakeGateway, settle } from './fake-parts.ts';

test('a lease stands under a key that no station of any tenant can have, and ends as the gateway does', async () => {
  const appended: AppendRecord[] = [];
  const log = {
    append: async (_topic: string, _partition: number, records: readonly AppendRecord[]) => appended.push(...records),
  } as unknown as LogWriter;
  const topic = topicsFor(4).presence;
  const logger = pino({ level: 'silent' });
  const presence = openPresence({ log, topic, gatewayId: 'gw-a', leaseEveryMs: 60_000, logger, now: () => 0 });
  await presence.close();
  assert.deepEqual(
    appended.map(({ key, type }) => [key, type]),
    [
      ['gw-a', 'GatewayLease'],
      ['gw-a', 'GatewayLease'],
    ],
  );
  // A station's key is tenant/station.
  assert.ok(appended.every(({ key }) => !key.includes('/')));
});

test('an older connection says nothing in presence once a newer one did', async () => {
  const gateway = fakeGateway();
  const { connection } = connect(gateway);
  gateway.ackAll();
  void connection.begin();
  await settle();
  const newer = { ...presenceOf(connection, true), connectionEpoch: (connection.epoch ?? 0) + 1, gatewayId: 'gw-b' };
  gateway.presences.set(connection.key, newer);
  await connection.accept(true);
  await claimPresence(connection, presenceOf(connection, false));
  assert.deepEqual(gateway.presences.get(connection.key), newer);
  gateway.presences.set(connection.key, { ...newer, connectionEpoch: connection.epoch ?? 0 });
  await claimPresence(connection, presenceOf(connection, false));
  assert.equal(gateway.presences.get(connection.key)?.connected, false);
});
