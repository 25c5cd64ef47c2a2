// What was asked for decides what a report says to be gone: whole inventories, answers of nothing, numbers that come again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stationFold } from '#services/stations/domain/station-fold';
import { askedMax } from '#services/stations/domain/report-requests';
import type { Station } from '#services/stations/domain/station';
import { message, messages, monitors, profiles, requested } from '../facts.ts';
import { connected, reported } from '../records.ts';

type Step = (station: Station | undefined, offset: number) => Station;
type Inventory = { readonly requestId?: number | null; readonly part?: number | null; readonly last?: boolean | null };

const open: Step = (station, offset) =>
  stationFold.StationConnected(station, connected({ eventId: `open-${offset}` }), { partition: 0, offset }).state;
const ask =
  (fields: Parameters<typeof requested>[0] = {}): Step =>
  (station, offset) =>
    stationFold.ReportRequested(station, requested({ ...fields, meta: on(offset) }), { offset }).state;
const tell =
  ({ requestId = 1, part = 0, last = true }: Inventory = {}, epoch = 0): Step =>
  (station, offset) => {
    const event = { ...reported({ ...on(offset), connectionEpoch: epoch }, { A: '1' }), requestId, part, last };
    return stationFold.VariablesReported(station, event, { partition: 0, offset }).state;
  };

function on(offset: number) {
  return { connectionEpoch: 0, seq: offset };
}

function after(...steps: readonly Step[]): Station {
  let station: Station | undefined;
  for (const [offset, step] of steps.entries()) station = step(station, offset);
  assert.ok(station !== undefined);
  return station;
}

const inventoriesOf = ({ news }: Station): unknown =>
  news.flatMap((each) => (each.kind === 'inventory' ? [[each.epoch, each.offset]] : []));

test('a full inventory ends what was told before it was asked for, once all its parts are there', () => {
  const begun = [open, ask(), tell({ part: 0, last: false }), tell({ part: 2 })];
  assert.deepEqual(inventoriesOf(after(...begun)), []);
  assert.deepEqual(inventoriesOf(after(...begun, tell({ part: 1, last: false }))), [[0, 1]]);
});

test('its last part told again, and a report of another kind or number, end nothing', () => {
  assert.deepEqual(inventoriesOf(after(open, ask(), tell(), tell())), [[0, 1]]);
  assert.deepEqual(inventoriesOf(after(open, ask(), tell({ requestId: 2 }))), []);
  assert.deepEqual(inventoriesOf(after(open, ask(), tell({ requestId: null, part: null, last: null }))), []);
  for (const report of ['configurationInventory', 'summaryInventory', 'customReport'] as const)
    assert.deepEqual(inventoriesOf(after(open, ask({ report }), tell())), []);
});

test('a report that came before its request says nothing of what is gone', () => {
  assert.deepEqual(inventoriesOf(after(open, tell({ last: false }), ask(), tell({ part: 1 }))), []);
});

test('a number that is asked under again begins anew', () => {
  const again = [open, ask(), tell({ part: 0, last: false }), ask(), tell({ part: 1 })];
  assert.deepEqual(inventoriesOf(after(...again)), []);
  assert.deepEqual(inventoriesOf(after(...again, tell({ part: 0, last: false }))), [[0, 3]]);
});

test('what an older connection reports late ends only what it, or an older one, told', () => {
  const station = after(open, ask(), open, tell({}, 0));
  assert.deepEqual(inventoriesOf(station), [[0, 1]]);
});

test('a station that has nothing of what was asked for has it no more', () => {
  const has: Step = (station, offset) => {
    const first = { meta: on(offset) };
    const at = { offset };
    let held = stationFold.MonitorsReported(station, monitors(first), at).state;
    held = stationFold.ChargingProfilesReported(held, profiles({ meta: { connectionEpoch: 0 } }), at).state;
    const two = messages({ messages: [message(1), message(2)], meta: { connectionEpoch: 0 } });
    return stationFold.DisplayMessagesReported(held, two, at).state;
  };
  const left = (fields: Parameters<typeof requested>[0]): unknown => {
    const { details } = after(open, has, ask({ isEmpty: true, ...fields }));
    return [details.monitors, details.chargingProfiles, details.displayMessages].map((each) => each?.entries.length);
  };
  assert.deepEqual(left({ report: 'monitoring' }), [0, 1, 2]);
  assert.deepEqual(left({ report: 'chargingProfiles' }), [1, 0, 2]);
  assert.deepEqual(left({ report: 'displayMessages' }), [1, 1, 0]);
  assert.deepEqual(left({ report: 'displayMessages', criteriaJson: '{"id":[2]}', isComplete: false }), [1, 1, 1]);
  assert.deepEqual(left({ report: 'fullInventory' }), [1, 1, 2]);
});

test('only the latest requests are remembered', () => {
  const many = Array.from({ length: askedMax + 3 }, (_, requestId) => ask({ requestId }));
  const { details } = after(open, ...many);
  assert.deepEqual(
    details.reportRequests?.asked.map(({ requestId }) => requestId),
    [3, 4, 5, 6, 7, 8, 9, 10],
  );
});
