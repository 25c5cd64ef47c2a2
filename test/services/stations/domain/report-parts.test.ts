// Reports in parts: put together whatever comes twice, late, between each other or never.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  noReports,
  openReportMs,
  partsMax,
  reportCharsMax,
  takePart,
  type Part,
  type Reports,
} from '#services/stations/domain/report-parts';
import { told } from '../facts.ts';

type Given = Partial<Part<string>> & { readonly offset: number; readonly recordedAt?: number };

function part({ requestId = 1, part: number = 0, last = false, items = [] }: Partial<Part<string>>): Part<string> {
  return { requestId, part: number, last, items };
}

/** What each finished report held, and what is open in the end. */
function take(parts: readonly Given[]): { finished: string[]; reports: Reports<string> } {
  let reports: Reports<string> = noReports;
  const finished: string[] = [];
  for (const { offset, recordedAt = offset, ...given } of parts) {
    const taken = takePart(reports, part(given), told(0, offset, recordedAt));
    reports = taken.reports;
    if (taken.finished !== null) finished.push(taken.finished.join());
  }
  return { finished, reports };
}

test('a report is finished by the last missing part, in whatever order they come', () => {
  const parts: Given[] = [
    { offset: 1, part: 0, items: ['a'] },
    { offset: 2, part: 2, last: true, items: ['c'] },
  ];
  assert.deepEqual(take(parts).finished, []);
  assert.deepEqual(take([...parts, { offset: 3, part: 1, items: ['b'] }]).finished, ['a,c,b']);
});

test('a part that comes twice counts once, and after the end it begins nothing', () => {
  const { finished, reports } = take([
    { offset: 1, part: 0, items: ['a'] },
    { offset: 2, part: 0, items: ['a'] },
    { offset: 3, part: 1, last: true, items: ['b'] },
    { offset: 4, part: 1, last: true, items: ['b'] },
  ]);
  assert.deepEqual(finished, ['a,b']);
  assert.deepEqual(reports.open, []);
});

test('a first part under the number of a finished report is a new report', () => {
  const once = [{ offset: 1, part: 0, last: true, items: ['a'] }];
  assert.deepEqual(take([...once, { offset: 2, part: 0, last: true, items: ['b'] }]).finished, ['a', 'b']);
});

test('two requests at a time are kept apart', () => {
  const { finished } = take([
    { offset: 1, requestId: 1, part: 0, items: ['a'] },
    { offset: 2, requestId: 2, part: 0, items: ['x'] },
    { offset: 3, requestId: 1, part: 1, items: ['b'] },
    { offset: 4, requestId: 2, part: 1, last: true, items: ['y'] },
    { offset: 5, requestId: 1, part: 2, last: true, items: ['c'] },
  ]);
  assert.deepEqual(finished, ['x,y', 'a,b,c']);
});

test('a report that said nothing since a finished one began is given up', () => {
  const begun: Given = { offset: 1, requestId: 1, part: 0, items: ['a'] };
  const { reports } = take([begun, { offset: 2, requestId: 2, part: 0, last: true }]);
  assert.deepEqual(reports.open, []);
});

test('an unfinished report is open for 24 hours of the time of events, and not longer', () => {
  const begun: Given = { offset: 1, recordedAt: 0, requestId: 1, part: 0, items: ['a'] };
  const openAfter = (recordedAt: number): unknown[] => {
    const { reports } = take([begun, { offset: 2, recordedAt, requestId: 2, part: 0 }]);
    return reports.open.map(({ requestId }) => requestId);
  };
  assert.deepEqual(openAfter(openReportMs), [1, 2]);
  assert.deepEqual(openAfter(openReportMs + 1), [2]);
});

test('parts without numbers count as they come; what has no parts is whole at once', () => {
  const unnumbered = { requestId: 5, part: null };
  const { finished } = take([
    { offset: 1, ...unnumbered, items: ['a'] },
    { offset: 2, ...unnumbered, items: ['b'] },
    { offset: 3, ...unnumbered, last: true, items: ['c'] },
    { offset: 4, requestId: null, part: null, last: null, items: ['z'] },
  ]);
  assert.deepEqual(finished, ['a,b,c', 'z']);
});

test('a station that begins report after report holds four open at most', () => {
  const { reports } = take([1, 2, 3, 4, 5, 6].map((requestId) => ({ offset: requestId, requestId })));
  assert.deepEqual(
    reports.open.map(({ requestId }) => requestId),
    [3, 4, 5, 6],
  );
});

test('a report of too many parts is given up, what it said later begins nothing; one that fits is finished', () => {
  const parts = (count: number): Given[] =>
    Array.from({ length: count }, (_, number) => ({ offset: number, part: number, last: number === count - 1 }));
  assert.deepEqual(take(parts(partsMax)).finished.length, 1);
  const { finished, reports } = take([...parts(partsMax + 1), { offset: partsMax + 2, part: 5 }]);
  assert.deepEqual([finished, reports], [[], { open: [], finished: [1] }]);
});

test('so is one of too many characters', () => {
  const half = 'x'.repeat(reportCharsMax / 2);
  const two: Given[] = [
    { offset: 1, part: 0, items: [half] },
    { offset: 2, part: 1, items: [half] },
  ];
  assert.deepEqual(take(two).reports, { open: [], finished: [1] });
  assert.equal(take(two.slice(0, 1)).reports.open.length, 1);
});
