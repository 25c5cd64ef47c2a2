// The reservation timer over a clock of ours: what it appends, once, and only where it decides.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeRecord, type AnyRecord } from '#contracts/codec';
import { topicsFor } from '#contracts/topics';
import type { AppendRecord, LogWriter } from '#kit/event-log/types';
import { createLogger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import type { DueStation } from '#services/stations/due-reservations';
import { reservationsAfter } from '#services/stations/domain/reservations';
import { ReservationTimer } from '#services/stations/reservation-timer';
import { reservation, told } from './facts.ts';
import { tenantId } from './records.ts';

const expiresAt = 600_000;
const reservations = reservationsAfter(null, reservation({ expiresAt }), told(1));

/** Stations whose table stays behind the log: the fold never reads what the timer appends. */
function openRig(options: { stations: number; leads: boolean }) {
  let nowMs = expiresAt;
  let asked = 0;
  let chosen = 0;
  let faulty = false;
  const appended: AnyRecord[] = [];
  const due = Array.from({ length: options.stations }, (_, n): DueStation => {
    const stationId = `CS-${String(n).padStart(6, '0')}`;
    return { tenantId, stationId, subprotocol: 'ocpp1.6', reservations, dueAtMs: expiresAt };
  });
  const database = {
    query: async (_statement: string, [, , , after, limit]: [number, number, string, string, number]) => {
      asked += 1;
      if (faulty) throw new Error('no database');
      return due.filter(({ stationId }) => stationId > after).slice(0, limit);
    },
  } as unknown as Database;
  const log = {
    append: async (_topic: string, _partition: number, records: readonly AppendRecord[]) => {
      for (const { value } of records) if (value !== null) appended.push(decodeRecord(Buffer.from(value)));
      return 0;
    },
  } as unknown as LogWriter;
  const timer = new ReservationTimer({
    topics: topicsFor(2),
    log,
    database,
    logger: createLogger('test', 'silent'),
    tickMs: 1,
    leads() {
      chosen += 1;
      return options.leads;
    },
    now: () => nowMs,
  });
  const pass = async (isPassed: () => boolean): Promise<void> => {
    const deadline = Date.now() + 10_000;
    while (!isPassed()) {
      assert.ok(Date.now() < deadline, 'the timer stands still');
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    appended,
    timer,
    /** Waits for so many more looks at the table, each of which is over before the next one begins. */
    ticks: (count: number) => {
      const until = asked + count;
      return pass(() => asked >= until);
    },
    /** Waits until it was asked so often whether it decides. */
    chances: (count: number) => pass(() => chosen >= count),
    advance: (ms: number) => {
      nowMs += ms;
    },
    fail: (isFaulty: boolean) => {
      faulty = isFaulty;
    },
  };
}

test('an end is appended once while the table is behind, and again after a minute, under the same id', async () => {
  const { appended, timer, ticks, advance } = openRig({ stations: 1, leads: true });
  await ticks(5);
  assert.equal(appended.length, 1);
  advance(59_999);
  await ticks(3);
  assert.equal(appended.length, 1);
  advance(1);
  await ticks(3);
  await timer.close();
  assert.equal(appended.length, 2);
  const ids = appended.map((record) => (record.type === 'ReservationChanged' ? record.meta.eventId : ''));
  assert.deepEqual(new Set(ids).size, 1);
});

test('more than a page of them are all ended', async () => {
  const { appended, timer, ticks } = openRig({ stations: 2_500, leads: true });
  await ticks(4);
  await timer.close();
  assert.equal(appended.length, 2_500);
});

test('a database that is away is asked again', async () => {
  const { appended, timer, ticks, fail } = openRig({ stations: 1, leads: true });
  fail(true);
  await ticks(2);
  const before = appended.length;
  fail(false);
  await ticks(3);
  await timer.close();
  assert.ok(before <= 1 && appended.length === 1);
});

test('an instance that does not decide appends nothing', async () => {
  const { appended, timer, chances } = openRig({ stations: 1, leads: false });
  await chances(5);
  await timer.close();
  assert.deepEqual(appended, []);
});
