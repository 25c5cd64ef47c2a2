import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import Type from 'typebox';
import { cells, namedRows } from '#kit/rows/cells';
import { csvRows } from '#kit/rows/csv';
import { readRows, rowsMax } from '#kit/rows/read-rows';
import { rowBatches, rowCharsMax, type RowFormat } from '#kit/rows/row-batches';

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

const batched = { shape, columns: { uid: cells.text }, batchRows: 2, rowsMax: 5 };

/** Bytes of a text, so many at once. */
async function* pieces(text: string, bytes: number): AsyncGenerator<Uint8Array> {
  const whole = Buffer.from(text);
  for (let at = 0; at < whole.length; at += bytes) yield whole.subarray(at, at + bytes);
}

async function batchesOf(format: RowFormat, text: string, bytes = 3) {
  const batches = [];
  for await (const batch of rowBatches(pieces(text, bytes), { format, ...batched })) batches.push(batch);
  return {
    sizes: batches.map(({ rows, faults }) => rows.length + faults.length),
    rows: batches.flatMap(({ rows }) => rows.map(({ line, value }) => [line, value.uid])),
    faults: batches.flatMap(({ faults }) => faults.map(({ line, path }) => [line, path])),
  };
}

test('a body that comes in pieces is read as if it came at once, wherever it is cut', async () => {
  const csv = '\u{feff}uid\r\nA\r\n"B""\n"\n\nLONG\n"\u00e9"';
  const ndjson = '{"uid":"A"}\n\n{"uid":"B\\"\\n"}\r\n{"uid":"LONG"}\n{"uid":"\u00e9"}';
  for (let bytes = 1; bytes < 20; bytes++) {
    const [read, lines] = [await batchesOf('csv', csv, bytes), await batchesOf('ndjson', ndjson, bytes)];
    assert.deepEqual(read.rows, [
      [2, 'A'],
      [3, 'B"\n'],
      [7, '\u00e9'],
    ]);
    assert.deepEqual([read.faults, read.sizes], [[[6, 'uid']], [2, 2]]);
    assert.deepEqual(lines.rows, [
      [1, 'A'],
      [3, 'B"\n'],
      [5, '\u00e9'],
    ]);
    assert.deepEqual(lines.faults, [[4, 'uid']]);
  }
});

test('no more of a body is read than one batch needs', async () => {
  let read = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      read += 1;
      yield Buffer.from('{"uid":"A"}\n');
    }
  }
  const batches = rowBatches(endless(), { format: 'ndjson', ...batched, rowsMax: 1_000_000 });
  for (let batch = 1; batch <= 3; batch++) {
    assert.equal((await batches.next()).value?.rows.length, 2);
    assert.equal(read, 2 * batch);
  }
  await batches.return(undefined);
});

test('as many rows as are allowed are taken, one more ends the body; so does an endless row, and what is no UTF-8', async () => {
  const lines = (count: number) => '{"uid":"A"}\n'.repeat(count);
  assert.deepEqual((await batchesOf('ndjson', lines(5))).faults, []);
  assert.deepEqual((await batchesOf('ndjson', lines(7))).faults, [[6, '']]);
  assert.deepEqual((await batchesOf('csv', `uid\n"${'x'.repeat(rowCharsMax + 1)}`, 4_096)).faults, [[2, '']]);
  const broken = rowBatches(Readable.from([Buffer.from('uid\nA\n'), Buffer.from([0xff])]), {
    format: 'csv',
    ...batched,
  });
  const { value } = await broken.next();
  assert.deepEqual([value?.rows.length, value?.faults[0]?.line], [1, 3]);
});

test('columns are named before any row: without them nothing of a body is read', async () => {
  assert.deepEqual((await batchesOf('csv', 'uid,colour\nA,red\nB,blue\n')).faults, [[1, 'colour']]);
  assert.deepEqual((await batchesOf('csv', '')).faults, [[1, '']]);
  assert.deepEqual((await batchesOf('ndjson', '')).sizes, []);
});
