// Monitors of a station, and which of them are alarmed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  alarmsAfter,
  alarmsWithout,
  monitorsAfter,
  type Alarms,
  type Monitors,
} from '#services/stations/domain/monitors';
import type { ReportRequests } from '#services/stations/domain/report-requests';
import { asked, deviceEvent, deviceEvents, monitor, monitors, told } from '../facts.ts';

const watched = (
  known: Monitors | null,
  fact: ReturnType<typeof monitors>,
  at: ReturnType<typeof told>,
  requests: ReportRequests | null = null,
): Monitors | null => monitorsAfter(known, fact, at, requests);

const idsOf = (known: Monitors | null): unknown => known?.entries.map(({ monitorId }) => monitorId);
const set = watched(null, monitors({ monitors: [monitor(1), monitor(2, { variable: 'Voltage' })] }), told(1));
const alarmed = (known: Alarms | null, fields: Parameters<typeof deviceEvent>[0], epoch = 1): Alarms | null =>
  alarmsAfter(known, deviceEvents([deviceEvent(fields)]), told(epoch));

test('a monitor is set, set anew under its number, and cleared', () => {
  assert.deepEqual(idsOf(set), [1, 2]);
  const again = watched(set, monitors({ monitors: [monitor(2, { value: '7' })] }), told(1, 2));
  assert.deepEqual([idsOf(again), again?.entries[1]?.value], [[1, 2], '7']);
  assert.deepEqual(idsOf(watched(set, monitors({ change: 'cleared' }), told(1, 2))), [2]);
});

test('a report replaces the monitors that were asked for, by type and by variable, and no other', () => {
  const from = watched(set, monitors({ monitors: [monitor(3, { type: 'Delta', evseId: 2 })] }), told(1, 2));
  const report = monitors({ change: 'report', requestId: 1, part: 0, last: true, monitors: [monitor(8)] });
  const left = (criteria: object | null) => idsOf(watched(from, report, told(1, 3), asked('monitoring', criteria)));
  const on = (component: object, variable?: object) => ({ componentVariable: [{ component, variable }] });
  assert.deepEqual(left(null), [8]);
  assert.deepEqual(left({ monitoringCriteria: ['DeltaMonitoring'] }), [1, 2, 8]);
  assert.deepEqual(left({ monitoringCriteria: ['PeriodicMonitoring'] }), [1, 2, 3, 8]);
  assert.deepEqual(left(on({ name: 'EVSE' })), [8]);
  assert.deepEqual(left(on({ name: 'EVSE', evse: { id: 1 } })), [3, 8]);
  assert.deepEqual(left(on({ name: 'EVSE' }, { name: 'Voltage' })), [1, 3, 8]);
  assert.deepEqual(left(on({ name: 'Connector' })), [1, 2, 3, 8]);
  assert.deepEqual(left({ ...on({ name: 'EVSE' }), monitoringCriteria: ['DeltaMonitoring'] }), [1, 2, 8]);
  assert.deepEqual(idsOf(watched(from, report, told(1, 3))), [1, 2, 3, 8], 'nobody knows what was asked for');
});

test('an unfinished report changes nothing yet', () => {
  const begun = monitors({ change: 'report', requestId: 3, part: 0, last: false, monitors: [monitor(8)] });
  const after = watched(set, begun, told(1, 2));
  assert.deepEqual([idsOf(after), after?.reports.open.length], [[1, 2], 1]);
});

test('an alert alarms its monitor until it is cleared, since its first alert', () => {
  const once = alarmed(null, { occurredAt: 5 });
  const twice = alarmed(once, { occurredAt: 9, value: '24000' });
  assert.deepEqual(twice?.alarmed, [{ monitorId: 1, since: 5, value: '24000', severity: 5 }]);
  assert.deepEqual(alarmed(twice, { cleared: true })?.alarmed, []);
});

test('a delta, a period, and an event of no monitor alarm nothing', () => {
  assert.equal(alarmed(null, { trigger: 'Delta' }), null);
  assert.equal(alarmed(null, { trigger: 'Periodic' }), null);
  assert.equal(alarmed(null, { monitorId: null }), null);
});

test('an older connection neither alarms nor clears what a newer one told of', () => {
  const newer = alarmed(null, {}, 5);
  assert.equal(alarmed(newer, { cleared: true }, 4), newer);
  assert.equal(alarmed(newer, { monitorId: 2 }, 4), newer);
  assert.deepEqual(alarmed(newer, { cleared: true }, 5)?.alarmed, []);
});

test('a cleared monitor is alarmed no more; one that is only set stays alarmed', () => {
  const known = alarmed(null, {});
  assert.deepEqual(alarmsWithout(known, monitors({ change: 'cleared' }), told(1, 2))?.alarmed, []);
  assert.equal(alarmsWithout(known, monitors({ change: 'set' }), told(1, 2)), known);
  assert.equal(alarmsWithout(known, monitors({ change: 'cleared' }), told(0)), known);
});
