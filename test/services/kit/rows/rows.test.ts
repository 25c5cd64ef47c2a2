import assert from 'node:assert/strict';
import { test } from 'node:test';
import Type from 'typebox';
import { cells, namedRows } from '#kit/rows/cells';
import { csvRows } from '#kit/rows/csv';
import { readRows, rowsMax } from '#kit/rows/read-rows';

test('cells hold commas, quotes and line breaks where they are quoted; rows know their line', () => {
  const text = '\u{feff}a,b\r\n"x, ""y""", z \r\n\r\n"two\nlines",\nlast,1';
  assert.deepEqual(csvRows(text), [
    { line: 1, cells: ['a', 'b'] },
    { line: 2, cells: ['x, "y"', 'z'] },
    { line: 4, cells: ['two\nlines', ''] },
    { line: 6, cells: ['last', '1'] },
  ]);
  assert.deepEqual(csvRows(''), []);
});

test('columns that there are not, or twice, and cells without a column are named', () => {
  const columns = (text: string) =>
    namedRows(csvRows(text), { uid: cells.text }).faults.map(({ line, path }) => [line, path]);
  assert.deepEqual(columns('uid,colour\nA,red'), [[1, 'colour']]);
  assert.deepEqual(columns('uid,uid\nA,B'), [[1, 'uid']]);
  assert.deepEqual(columns('uid\nA\nB,C'), [[3, '']]);
  assert.deepEqual(columns(''), [[1, '']]);
});

const shape = Type.Object({ uid: Type.String({ maxLength: 3 }) }, { additionalProperties: false });

test('each row is checked by itself, and its faults have line and path', () => {
  const csv = readRows('uid\nA\nLONG\nB', shape, { uid: cells.text });
  assert.deepEqual(
    csv.rows.map(({ line, value }) => [line, value.uid]),
    [
      [2, 'A'],
      [4, 'B'],
    ],
  );
  assert.deepEqual(
    csv.faults.map(({ line, path }) => [line, path]),
    [[3, 'uid']],
  );
  const json = readRows({ rows: [{ uid: 'A' }, {}, { uid: 'B', more: 1 }] }, shape, { uid: cells.text });
  assert.deepEqual(
    json.faults.map(({ line, path }) => [line, path]),
    [
      [2, 'uid'],
      [3, 'more'],
    ],
  );
  assert.equal(readRows({ other: [] }, shape, {}).faults.length, 1);
});

test('ten thousand rows are taken, one more is not', () => {
  const rows = Array.from({ length: rowsMax }, () => ({ uid: 'A' }));
  assert.equal(readRows({ rows }, shape, {}).rows.length, rowsMax);
  const more = readRows({ rows: [...rows, { uid: 'A' }] }, shape, {});
  assert.deepEqual([more.rows.length, more.faults[0]?.line], [0, rowsMax + 1]);
});
