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
import { deviceEvent, deviceEvents, monitor, monitors, told } from '../facts.ts';

const idsOf = (known: Monitors | null): unknown => known?.entries.map(({ monitorId }) => monitorId);
const set = monitorsAfter(null, monitors({ monitors: [monitor(1), monitor(2, { variable: 'Voltage' })] }), told(1));
const alarmed = (known: Alarms | null, fields: Parameters<typeof deviceEvent>[0], epoch = 1): Alarms | null =>
  alarmsAfter(known, deviceEvents([deviceEvent(fields)]), told(epoch));

test('a monitor is set, set anew under its number, and cleared', () => {
  assert.deepEqual(idsOf(set), [1, 2]);
  const again = monitorsAfter(set, monitors({ monitors: [monitor(2, { value: '7' })] }), told(1, 2));
  assert.deepEqual([idsOf(again), again?.entries[1]?.value], [[1, 2], '7']);
  assert.deepEqual(idsOf(monitorsAfter(set, monitors({ change: 'cleared' }), told(1, 2))), [2]);
});

test('a report replaces the monitors of the variables that it names', () => {
  const report = monitors({ change: 'report', requestId: 3, part: 0, last: true, monitors: [monitor(8)] });
  assert.deepEqual(idsOf(monitorsAfter(set, report, told(1, 2))), [2, 8]);
});

test('an unfinished report changes nothing yet', () => {
  const begun = monitors({ change: 'report', requestId: 3, part: 0, last: false, monitors: [monitor(8)] });
  const after = monitorsAfter(set, begun, told(1, 2));
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
