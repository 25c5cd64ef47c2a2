// The lease timer over a clock of ours: what it ends, what it leaves, and that our own silence proves nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeRecord, encodeRecord, type AnyRecord } from '#contracts/codec';
import { topicsFor } from '#contracts/topics';
import type { AppendRecord, LogWriter } from '#kit/event-log/types';
import { createLogger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import { LeaseTimer } from '#services/stations/lease-timer';
import { PresenceBook } from '#services/stations/presence-book';
import { stationId, tenantId } from './records.ts';

const live = { tenantId, stationId, firstEpoch: 7, lastEpoch: 7, gatewayId: 'gw-a' };
const logger = createLogger('test', 'silent');
const topics = topicsFor(2);

/** One station of gw-a in the live table; seconds pass one by one, each looked at by a tick. */
function openRig(options: { claimed: boolean }) {
  let nowMs = 1_000_000;
  let ticked = 0;
  let readable = true;
  const appended: { topic: string; record: AnyRecord }[] = [];
  const tombstones: string[] = [];
  const now = (): number => nowMs;
  const presence = new PresenceBook({ logger, now, onChange: () => {} });
  const take = (topic: string, { key, type, value }: AppendRecord): void => {
    if (value === null) tombstones.push(key);
    const bytes = value === null ? null : Buffer.from(value);
    if (bytes !== null) appended.push({ topic, record: decodeRecord(bytes) });
    if (topic === topics.presence.name) presence.onRecord({ offset: 0, timestampMs: 0, key, type, value: bytes });
  };
  const log = {
    append: async (topic: string, _partition: number, records: readonly AppendRecord[]) => {
      for (const record of records) take(topic, record);
      return 0;
    },
  } as unknown as LogWriter;
  const database = {
    query: async (statement: string) => (statement.includes('count(*)') ? [{ count: 1 }] : [live]),
  } as unknown as Database;
  let stalledMs = 0;
  const readToEnd = async (): Promise<void> => {
    ticked += 1;
    nowMs += stalledMs;
    stalledMs = 0;
    if (!readable) throw new Error('no log');
  };
  const timer = new LeaseTimer({
    presence,
    topics,
    log,
    database,
    logger,
    tickMs: 2,
    leaseTimeoutMs: 30_000,
    leads: () => true,
    readToEnd,
    now,
  });
  const renew = (): void => {
    const value = encodeRecord('GatewayLease', { gatewayId: 'gw-a', startedAt: 0, renewedAt: 0, ended: false });
    presence.onRecord({ offset: 0, timestampMs: 0, key: 'gw-a', type: 'GatewayLease', value });
  };
  const claim = {
    tenantId,
    stationId,
    gatewayId: 'gw-a',
    connectionEpoch: 7,
    connected: true,
    accepted: true,
    subprotocol: 'ocpp1.6',
    heartbeatSeconds: 300,
    refuseUntil: null,
    zombieEndedAt: 5,
    recordedAt: 0,
  };
  const value = encodeRecord('StationPresence', claim);
  if (options.claimed) presence.onRecord({ offset: 0, timestampMs: 0, key: '', type: 'StationPresence', value });
  renew();
  return {
    appended,
    tombstones,
    presence,
    renew,
    close: () => timer.close(),
    setReadable(value: boolean) {
      readable = value;
    },
    /** The next read to the end takes so long, as it does where the log goes away in the middle of it. */
    stall(ms: number) {
      stalledMs = ms;
    },
    /** Lets seconds pass; a renewal each fifth where asked. */
    async pass(seconds: number, renewing: boolean, stepMs = 1000) {
      for (let second = 1; second <= seconds; second += 1) {
        nowMs += stepMs;
        if (renewing && second % 5 === 0) renew();
        // The tick that began before the clock moved may still run: the second one from now has seen it.
        for (const seen = ticked; ticked < seen + 2;) await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

test('a gateway that renews keeps its connections; one that stops for 30 s loses them, once, in log and presence', async () => {
  const rig = openRig({ claimed: true });
  await rig.pass(40, true);
  assert.equal(rig.appended.length, 0);
  await rig.pass(29, false);
  assert.equal(rig.appended.length, 0);
  await rig.pass(10, false);
  assert.deepEqual(
    rig.appended.map(({ topic, record }) => [topic, record.type]),
    [
      [topics.events.name, 'StationDisconnected'],
      [topics.presence.name, 'StationPresence'],
    ],
  );
  const [end, claim] = rig.appended.map(({ record }) => record);
  assert.ok(end?.type === 'StationDisconnected' && end.cause === 'lease-expired' && end.meta.connectionEpoch === 7);
  assert.ok(claim?.type === 'StationPresence' && !claim.connected && claim.accepted && claim.connectionEpoch === 7);
  assert.equal(claim.zombieEndedAt, 5, 'what outlives a connection is told on');
  await rig.close();
});

test('a connection that nobody claimed for 30 s is ended, its gateway alive or not', async () => {
  const rig = openRig({ claimed: false });
  await rig.pass(28, true);
  assert.equal(rig.appended.length, 0);
  await rig.pass(5, true);
  assert.equal(rig.appended[0]?.record.type, 'StationDisconnected');
  await rig.close();
});

test('a log that could not be read for a while gives every lease its 30 s again', async () => {
  const rig = openRig({ claimed: true });
  await rig.pass(1, false);
  rig.setReadable(false);
  await rig.pass(40, false);
  rig.setReadable(true);
  await rig.pass(28, false);
  assert.equal(rig.appended.length, 0);
  await rig.pass(5, false);
  assert.ok(rig.appended.length > 0);
  await rig.close();
});

test('a log that went away while it was read gives every lease its 30 s again', async () => {
  const rig = openRig({ claimed: true });
  await rig.pass(1, false);
  rig.stall(60_000);
  await rig.pass(28, false);
  assert.equal(rig.appended.length, 0);
  await rig.pass(5, false);
  assert.ok(rig.appended.length > 0);
  await rig.close();
});

test('after a pause of this process every lease has its 30 s again', async () => {
  const rig = openRig({ claimed: true });
  await rig.pass(1, false, 60_000);
  await rig.pass(28, false);
  assert.equal(rig.appended.length, 0);
  await rig.close();
});

test('the lease of a gateway that is long gone leaves the topic by a tombstone, once; that of a living one stays', async () => {
  const rig = openRig({ claimed: true });
  await rig.pass(60 * 4, true, 15_000);
  assert.deepEqual(rig.tombstones, []);
  await rig.pass(60 * 4 - 1, false, 15_000);
  assert.deepEqual(rig.tombstones, []);
  await rig.pass(10, false, 15_000);
  assert.deepEqual([rig.tombstones, rig.presence.lease('gw-a')], [['gw-a'], undefined]);
  await rig.close();
});
