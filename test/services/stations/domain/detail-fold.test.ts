// What a station tells beside its live state: every fact passes the fence of connection and sequence, and batches may be cut anywhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clockOffsetOf } from '#services/stations/domain/clock-offset';
import { stationFold } from '#services/stations/domain/station-fold';
import { withoutNews, type Station } from '#services/stations/domain/station';
import type { Meta } from '#contracts/generated/types';
import * as facts from '../facts.ts';
import { booted, connected, status } from '../records.ts';

type Step = (state: Station | undefined, offset: number) => Station;
const at = (offset: number) => ({ partition: 0, offset });
const on = (epoch: number, seq: number, fields: Partial<Meta> = {}): Partial<Meta> => ({
  eventId: `${epoch}.${seq}`,
  connectionEpoch: epoch,
  seq,
  recordedAt: 1_000 + seq,
  ...fields,
});

/** Offsets count from 0; a connection's epoch is the offset of its opening. */
function fold(steps: readonly Step[], from?: Station): Station {
  let state = from;
  for (const [offset, step] of steps.entries()) state = step(state, (from === undefined ? 0 : 100) + offset);
  assert.ok(state !== undefined);
  return state;
}

const open =
  (subprotocol = 'ocpp1.6'): Step =>
  (state, offset) =>
    stationFold.StationConnected(state, { ...connected({ eventId: `open-${offset}` }), subprotocol }, at(offset)).state;
const boot =
  (epoch: number, seq: number, reason: string | null = null): Step =>
  (state, offset) =>
    stationFold.StationBooted(state, { ...booted(on(epoch, seq)), reason }, at(offset)).state;
const statusOf =
  (meta: Partial<Meta>, name: Parameters<typeof status>[1] = 'Available'): Step =>
  (state) =>
    stationFold.ConnectorStatusChanged(state, status(meta, name)).state;
const reserve =
  (meta: Partial<Meta>, fields: Parameters<typeof facts.reservation>[0] = {}): Step =>
  (state, offset) =>
    stationFold.ReservationChanged(state, facts.reservation({ ...fields, meta }), at(offset)).state;
const list =
  (version: number, meta: Partial<Meta>): Step =>
  (state, offset) =>
    stationFold.LocalListReported(state, facts.localList(version, meta), at(offset)).state;
const start =
  (meta: Partial<Meta>, fields: Parameters<typeof facts.started>[0] = {}): Step =>
  (state, offset) =>
    stationFold.TransactionStarted(state, facts.started({ ...fields, meta }), at(offset)).state;
const secure =
  (meta: Partial<Meta>): Step =>
  (state, offset) =>
    stationFold.SecurityEventReported(state, facts.securityEvent(meta), at(offset)).state;
const quirk =
  (meta: Partial<Meta>): Step =>
  (state, offset) =>
    stationFold.QuirksObserved(state, facts.quirks(['number-as-text'], meta), at(offset)).state;
const device =
  (meta: Partial<Meta>, fields: Parameters<typeof facts.deviceEvent>[0] = {}): Step =>
  (state, offset) =>
    stationFold.DeviceEventsReported(state, facts.deviceEvents([facts.deviceEvent(fields)], meta), at(offset)).state;

const stateOf = (station: Station): unknown => station.details.reservations?.map(({ state }) => state);
const kinds = (station: Station): unknown => station.news.map(({ kind }) => kind).slice(1);

test('a fact that is told twice under one sequence counts once', () => {
  const once = fold([open(), list(3, on(0, 0))]);
  assert.equal(fold([list(9, on(0, 0))], once), once);
  assert.equal(fold([list(9, on(0, 1))], once).details.localList?.version, 9);
  for (const again of [secure, quirk, device]) {
    const told = fold([again(on(0, 1))], once);
    assert.equal(fold([again(on(0, 1))], told), told);
  }
});

test('from an older connection a document keeps what a newer one told, and no sign of life comes of it', () => {
  const live = fold([open(), open(), list(3, on(1, 0))]);
  assert.equal(fold([list(9, on(0, 5))], live), live);
  const untold = fold([open(), open()]);
  const filled = fold([list(9, on(0, 5))], untold);
  assert.deepEqual([filled.details.localList?.version, filled.lastSeenAt], [9, untold.lastSeenAt]);
});

test('history counts from any connection: security events, device events, quirks', () => {
  const station = fold([open(), open(), secure(on(0, 5)), device(on(0, 6)), quirk(on(0, 7))]);
  assert.deepEqual(kinds(station), ['closed', 'opened', 'security', 'device', 'quirks']);
  assert.equal(station.appliedEpoch, -1);
});

test('an alert on the live connection stands, whatever an older one tells of it', () => {
  const alarmed = fold([open(), open(), device(on(1, 0))]);
  const after = fold([device(on(0, 5), { cleared: true })], alarmed);
  assert.equal(after.details.alarms?.alarmed.length, 1);
  assert.equal(fold([device(on(1, 1), { cleared: true })], alarmed).details.alarms?.alarmed.length, 0);
});

test('the start that names a reservation uses it, also from an older connection, and an update does as well', () => {
  const reserved = [open(), reserve(on(0, 0))];
  assert.deepEqual(stateOf(fold([...reserved, start(on(0, 1), { reservationId: 7 })])), ['used']);
  assert.deepEqual(stateOf(fold([...reserved, open(), start(on(0, 1), { reservationId: 7 })])), ['used']);
  assert.deepEqual(stateOf(fold([...reserved, start(on(0, 1))])), ['active']);
  const update: Step = (state, offset) =>
    stationFold.TransactionUpdated(state, facts.started({ reservationId: 7, meta: on(0, 1) }), at(offset)).state;
  assert.deepEqual(stateOf(fold([...reserved, update])), ['used']);
});

test('a boot makes reservations uncertain, whatever the version; one that we triggered does not', () => {
  const doubt = (subprotocol: string, reason: string | null): unknown =>
    fold([open(subprotocol), reserve(on(0, 0)), boot(0, 1, reason)]).details.reservations?.[0]?.uncertainSince;
  assert.deepEqual([doubt('ocpp1.6', null), doubt('ocpp2.0.1', 'PowerUp')], [1_001, 1_001]);
  assert.equal(doubt('ocpp2.0.1', 'Triggered'), null);
});

test('a reconnect alone is no boot; a reserved connector ends the doubt, an available one does not', () => {
  const booted_ = [open(), reserve(on(0, 0)), boot(0, 1)];
  const doubt = (steps: readonly Step[]): unknown => fold(steps).details.reservations?.[0]?.uncertainSince;
  assert.equal(doubt([open(), reserve(on(0, 0)), open()]), null);
  assert.equal(doubt([...booted_, statusOf(on(0, 2))]), 1_001);
  assert.equal(doubt([...booted_, statusOf(on(0, 2), 'Reserved')]), null);
});

test('the timer, which has no connection, is heard as the present one', () => {
  const timer = { eventId: 't', source: 'timer', connectionEpoch: null } as const;
  const reserved = fold([open(), open(), reserve(on(1, 0))]);
  const expired = fold([reserve(timer, { change: 'expired' })], reserved);
  assert.deepEqual([stateOf(expired), expired.lastSeenAt], [['expired'], reserved.lastSeenAt]);
});

test('the end of a transaction takes its profiles and messages with it', () => {
  const profiled: Step = (state, offset) =>
    stationFold.ChargingProfilesReported(
      state,
      facts.profiles({ profiles: [facts.profile({ purpose: 'TxProfile', transactionId: 'tx-1' })], meta: on(0, 0) }),
      at(offset),
    ).state;
  const shown: Step = (state, offset) =>
    stationFold.DisplayMessagesReported(
      state,
      facts.messages({ messages: [facts.message(1, { transactionId: 'tx-1' })], meta: on(0, 1) }),
      at(offset),
    ).state;
  const end =
    (transactionId: string): Step =>
    (state, offset) =>
      stationFold.TransactionEnded(state, facts.ended({ transactionId, meta: on(0, 2) }), at(offset)).state;
  const count = ({ details }: Station): unknown => [
    details.chargingProfiles?.entries.length,
    details.displayMessages?.entries.length,
  ];
  assert.deepEqual(count(fold([open(), profiled, shown, end('tx-2')])), [1, 1]);
  assert.deepEqual(count(fold([open(), profiled, shown, end('tx-1')])), [0, 0]);
});

test('fresh messages tell how far the clock is, old ones and those of an older connection do not', () => {
  const offset = (steps: readonly Step[]): unknown => clockOffsetOf(fold([open(), ...steps]).clockSamples);
  assert.equal(offset([statusOf(on(0, 0))]), null);
  assert.equal(offset([statusOf(on(0, 0, { occurredAt: 900 }))]), -100);
  assert.equal(offset([start(on(0, 0, { occurredAt: 900 }))]), -100);
  assert.equal(offset([start(on(0, 0, { occurredAt: 900 }), { offline: true })]), null);
  assert.equal(offset([start(on(0, 0, { occurredAt: 900 }), { offline: null })]), null);
  assert.equal(offset([open(), statusOf(on(0, 0, { occurredAt: 900 })), start(on(0, 1, { occurredAt: 900 }))]), null);
});

/** Facts of any kind, of connections opened so far, some told twice. */
const logs = fc.array(fc.tuple(fc.nat(10), fc.nat(3), fc.nat(8)), { minLength: 1, maxLength: 40 }).map((picks) => {
  const opened: number[] = [];
  return picks.map(([what, which, seq], offset): Step => {
    const epoch = opened[opened.length - 1 - (which % Math.max(opened.length, 1))];
    if (what === 0 || epoch === undefined) {
      opened.push(offset);
      return open();
    }
    const meta = on(epoch, seq, { occurredAt: offset });
    const kindsOfStep: Step[] = [
      boot(epoch, seq),
      statusOf(meta, 'Reserved'),
      reserve(meta, { reservationId: which, change: seq % 2 === 0 ? 'accepted' : 'cancelled' }),
      list(seq, meta),
      start(meta, { reservationId: which }),
      secure(meta),
      quirk(meta),
      device(meta, { cleared: seq % 2 === 0, monitorId: which }),
    ];
    return kindsOfStep[what % kindsOfStep.length] ?? open();
  });
});
const seed = Number(process.env['SEED'] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);

test(`wherever the log is cut and the state goes through its rows, the same comes of it (seed ${seed})`, () => {
  fc.assert(
    fc.property(logs, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (log, cuts) => {
      const whole = fold(log);
      let state: Station | undefined;
      const written: unknown[] = [];
      const touched = new Set<string>();
      for (const [offset, step] of log.entries()) {
        state = step(state, offset);
        if (cuts[offset] !== true && offset !== log.length - 1) continue;
        written.push(...state.news);
        for (const subject of state.touched) touched.add(subject);
        const begun = withoutNews(state);
        state = { ...begun, details: JSON.parse(JSON.stringify(begun.details)) as Station['details'] };
      }
      assert.deepEqual(written, whole.news);
      assert.deepEqual(touched, new Set(whole.touched));
      assert.deepEqual(state, withoutNews(whole));
    }),
    { seed, numRuns: 300 },
  );
});
