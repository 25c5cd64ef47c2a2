// The attacks of the reference: each names tests that exist, ATTACKS.md says so, and some are shown here.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { ocppVersions } from '#contracts/ocpp';
import { rootDir } from '#infra/local/paths';
import { decodeFrame, encodeError } from '#services/gateway/domain/frame';
import { redactedJson } from '#services/gateway/domain/redaction';
import { attacks } from './attacks.ts';

const document = join(rootDir, 'test/security/ATTACKS.md');

test('every attack names tests that exist, or says what is open', () => {
  const missing = attacks.flatMap(({ id, tests, open }) => [
    ...tests.filter(([file, title]) => !textOf(file).includes(title)).map((named) => `${id}: ${named.join(': ')}`),
    ...(tests.length === 0 && open === undefined ? [`${id}: nothing`] : []),
  ]);
  assert.deepEqual(missing, []);
  assert.deepEqual(
    attacks.map(({ id }) => id),
    Array.from({ length: 22 }, (_, n) => `S${n + 1}`),
  );
});

test('ATTACKS.md is this table (UPDATE_ATTACKS=1 writes it)', () => {
  if (process.env['UPDATE_ATTACKS'] === '1') writeFileSync(document, markdown());
  assert.equal(readFileSync(document, 'utf8'), markdown());
});

test('an error is built of any id and any words, in every version', () => {
  const kinds = ['framework', 'format', 'message-type', 'security', 'internal', 'property'] as const;
  const ids = fc.option(fc.string({ unit: 'binary', maxLength: 300 }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.constantFrom(...ocppVersions),
      fc.constantFrom(...kinds),
      ids,
      // Without its size fast-check draws a dozen characters at most, and nothing would have to be cut.
      fc.string({ unit: 'binary', maxLength: 2_000, size: 'max' }),
      (version, kind, id, words) => {
        const text = encodeError(version, id, kind, words);
        const [type, , , description] = JSON.parse(text) as [number, string, string, string];
        assert.equal(type, 4);
        assert.ok(Array.from(description).length <= 255);
      },
    ),
    // To shrink such words takes longer than a test may; the first ones that fail say enough.
    { numRuns: 500, endOnFailure: true },
  );
});

test('a payload that names prototypes changes none', () => {
  const text =
    '[2,"1","DataTransfer",{"vendorId":"v","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}]';
  const frame = decodeFrame(text);
  assert.equal(frame.kind, 'call');
  redactedJson('DataTransfer', frame.kind === 'call' ? frame.payload : {});
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

test('what a station writes stays data: script, SQL and line breaks come back as they were', () => {
  for (const text of [
    '<script>alert(1)</script>',
    "'; drop table stations; --",
    'a\r\n{"level":60}',
    '\u2028\u0000\u001b[2J',
  ]) {
    const kept = redactedJson('DataTransfer', { vendorId: text, data: text });
    assert.deepEqual(JSON.parse(kept), { vendorId: text, data: text });
    assert.ok(
      ['\r', '\n', '\0'].every((control) => !kept.includes(control)),
      'a line break begins a line of ours',
    );
  }
});

function textOf(file: string): string {
  const path = join(rootDir, 'test', file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function markdown(): string {
  const rows = attacks.map(({ id, attack, tests, removed, open }) => {
    const named = tests.map(([file, title]) => `\`${file}\`: ${title}`).join('<br>');
    return `| ${id} | ${attack} | ${named} | ${removed ?? ''} | ${open ?? ''} |`;
  });
  return [
    '# Attacks and the tests that show their defence',
    '',
    'Made of `attacks.ts` by `UPDATE_ATTACKS=1 npm test -- test/security`; a test compares them.',
    '',
    '| | attack | tests (below `test/`) | taken out by hand, each alone: red | open |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
