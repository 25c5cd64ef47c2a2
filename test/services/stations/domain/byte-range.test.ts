// Ranges of a download: given a header, then which bytes go.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rangeOf } from '#services/stations/domain/byte-range';

const file = { bytes: 100, tag: '"t"' };
const asked = (header: string | undefined, ifRange?: string) => rangeOf(header, file, ifRange);
const part = (first: number, last: number) => ({ kind: 'part', first, last }) as const;

test('a range is served up to the end of the file, and none begins behind it', () => {
  assert.deepEqual(asked('bytes=0-0'), part(0, 0));
  assert.deepEqual(asked('bytes=40-'), part(40, 99));
  assert.deepEqual(asked('bytes=99-'), part(99, 99));
  assert.deepEqual(asked('bytes=100-'), { kind: 'unsatisfiable' });
  assert.deepEqual(asked('bytes=90-1000'), part(90, 99));
  assert.deepEqual(asked('bytes=-10'), part(90, 99));
  assert.deepEqual(asked('bytes=-1000'), part(0, 99));
  assert.deepEqual(asked('bytes=-0'), { kind: 'unsatisfiable' });
  assert.deepEqual(rangeOf('bytes=0-', { bytes: 0, tag: '' }, undefined), { kind: 'unsatisfiable' });
});

test('what is no range, or of another file, gets the whole', () => {
  for (const header of [undefined, 'bytes=-', 'bytes=5-4', 'lines=1-2', 'bytes=0-1,5-6', 'bytes=a-b'])
    assert.deepEqual(asked(header), { kind: 'whole' });
  assert.deepEqual(asked('bytes=5-', '"other"'), { kind: 'whole' });
  assert.deepEqual(asked('bytes=5-', '"t"'), part(5, 99));
});
