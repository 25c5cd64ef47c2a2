// Stations of 2.x say Occupied alone: why a cable is in, their transactions tell.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from '#services/alerts/domain/judge';
import { newWatch, type Watch } from '#services/alerts/domain/watch';
import { watchFold } from '#services/alerts/domain/watch-fold';
import { status, transaction } from '../facts.ts';

const minute = 60_000;
const t0 = Date.UTC(2026, 5, 1);
type Said = readonly [minutes: number, what: 'Occupied' | 'Available' | Told];
type Told = {
  readonly is: 'Started' | 'Updated' | 'Ended';
  readonly id?: string;
  readonly state?: string | null;
  readonly evseId?: number | null;
  readonly connectorId?: number | null;
  readonly offline?: boolean;
  readonly version?: '1.6' | '2.0.1';
};

/** What a station said, each some minutes after t0; its connector 1 of EVSE 1 is the one that counts. */
function told(...said: readonly Said[]): Watch {
  let state: Watch | undefined = { ...newWatch('default', 'S1'), connected: true, firstSeenAt: t0 };
  said.forEach(([minutes, what], index) => {
    const at = { partition: 0, offset: index };
    const when = { recordedAt: t0 + minutes * minute, ocppVersion: '2.0.1' };
    if (typeof what === 'string') {
      state = watchFold.ConnectorStatusChanged(state, status('S1', what, when), at).state;
      return;
    }
    const { is, id = 'T1', version = '2.0.1', state: chargingState = null, ...more } = what;
    const event = transaction('S1', { transactionId: id, chargingState, ...more }, { ...when, ocppVersion: version });
    if (is === 'Ended')
      state = watchFold.TransactionEnded(state, { ...event, meterStopMilliWh: null, reason: 'Local' }, at).state;
    else if (is === 'Updated') state = watchFold.TransactionUpdated(state, event, at).state;
    else
      state = watchFold.TransactionStarted(
        state,
        { ...event, startKey: id, reservationId: null, meterStartMilliWh: null, ...nothing21 },
        at,
      ).state;
  });
  assert.ok(state !== undefined);
  return state;
}
const nothing21 = { operationMode: null, tariffId: null, transactionLimitJson: null };

type Status = 'Preparing' | 'Finishing';
const hour = { opensAfterSeconds: 3_600, closesAfterSeconds: 60 };
/** What a rule of an hour finds so many milliseconds after t0. */
function found(watch: Watch, afterMs: number, statuses: Status[] = ['Preparing', 'Finishing']) {
  const station = {
    watch,
    locationId: null,
    vendor: null,
    model: null,
    succeededAt: 0,
    othersSucceededAt: 0,
    drift: null,
  };
  const [finding] = judge({ kind: 'stuck', statuses, ...hour }, station, t0 + afterMs);
  return [finding?.verdict, finding?.detail['status']];
}

test('a cable that is in while nobody starts is stuck from its seconds on, as Preparing', () => {
  const plugged = told([0, 'Occupied']);
  assert.deepEqual(found(plugged, 60 * minute), ['opens', 'Preparing']);
  assert.deepEqual(found(plugged, 60 * minute - 1), ['keeps', 'Preparing']);
  assert.deepEqual(found(plugged, 60 * minute, ['Finishing']), ['clears', 'Preparing'], 'a rule that does not name it');
});

test('a transaction that charges is none, however long; its energy clears what stood', () => {
  const charging = told([0, 'Occupied'], [50, { is: 'Started', state: 'Charging', evseId: 1, connectorId: 1 }]);
  assert.deepEqual(found(charging, 999 * minute), ['clears', 'Charging']);
  assert.deepEqual(found(charging, 51 * minute), ['clears', 'Charging']);
  assert.deepEqual(found(charging, 51 * minute - 1), ['keeps', 'Charging']);
  for (const state of ['SuspendedEV', 'SuspendedEVSE', null])
    assert.equal(found(told([0, 'Occupied'], [1, { is: 'Started', state, evseId: 1 }]), 999 * minute)[0], 'clears');
});

test('a transaction that stays at EVConnected is stuck from its beginning on', () => {
  const waiting = told(
    [0, 'Occupied'],
    [1, { is: 'Started', state: 'EVConnected', evseId: 1, connectorId: 1 }],
    [9, { is: 'Updated', state: 'EVConnected' }],
    [10, { is: 'Updated', state: null }],
  );
  assert.deepEqual(found(waiting, 61 * minute), ['opens', 'Preparing']);
  assert.deepEqual(found(waiting, 61 * minute - 1), ['keeps', 'Preparing']);
});

test('a cable that stays after the end, or after the energy, is stuck as Finishing', () => {
  const start: Said = [5, { is: 'Started', state: 'Charging', evseId: 1, connectorId: 1 }];
  const ended = told([0, 'Occupied'], start, [30, { is: 'Ended' }]);
  assert.deepEqual(found(ended, 90 * minute), ['opens', 'Finishing']);
  assert.deepEqual(found(ended, 90 * minute - 1), ['keeps', 'Finishing']);
  const stopped = told([0, 'Occupied'], start, [20, { is: 'Updated', state: 'EVConnected' }], [30, { is: 'Ended' }]);
  assert.deepEqual(found(stopped, 80 * minute), ['opens', 'Finishing'], 'since there was no more energy');
  assert.deepEqual(found(stopped, 80 * minute - 1), ['keeps', 'Finishing']);
});

test('who leaves ends it, and who comes next begins anew, whatever was before', () => {
  const first: Said[] = [
    [0, 'Occupied'],
    [5, { is: 'Started', state: 'Charging', evseId: 1, connectorId: 1 }],
    [30, { is: 'Ended' }],
    [40, 'Available'],
  ];
  assert.deepEqual(found(told(...first), 41 * minute), ['clears', 'Available']);
  const second = told(...first, [50, 'Occupied']);
  assert.deepEqual(found(second, 110 * minute), ['opens', 'Preparing']);
  assert.deepEqual(found(second, 110 * minute - 1), ['keeps', 'Preparing']);
});

test('a repeated message of one that is over, a late end of one that nobody saw, and 1.6 say nothing', () => {
  const ended = told([0, 'Occupied'], [5, { is: 'Started', state: 'Charging', evseId: 1 }], [30, { is: 'Ended' }]);
  const repeated = told(
    [0, 'Occupied'],
    [5, { is: 'Started', state: 'Charging', evseId: 1 }],
    [30, { is: 'Ended' }],
    [40, { is: 'Started', state: 'Charging', evseId: 1 }],
    [50, { is: 'Ended' }],
  );
  assert.deepEqual(repeated, ended);
  const plugged = told([0, 'Occupied']);
  assert.deepEqual(told([0, 'Occupied'], [5, { is: 'Ended', id: 'T0', evseId: 1, offline: true }]), plugged);
  assert.deepEqual(told([0, 'Occupied'], [5, { is: 'Started', version: '1.6', evseId: 1 }]), plugged);
  assert.deepEqual(told([0, 'Occupied'], [5, { is: 'Updated', id: 'T9', state: 'Charging', evseId: null }]), plugged);
});

test('what happens at one connector or EVSE is no news of another', () => {
  for (const place of [
    { evseId: 2, connectorId: 1 },
    { evseId: 1, connectorId: 2 },
  ]) {
    const other = told([0, 'Occupied'], [1, { is: 'Started', state: 'Charging', ...place }]);
    assert.deepEqual(found(other, 60 * minute), ['opens', 'Preparing'], JSON.stringify(place));
  }
});
