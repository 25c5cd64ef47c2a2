// What a statement asks for, read without running it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStatement } from '#infra/local/clickhouse-http/statement';

test('the format is the one at the end', () => {
  const cases: [string, string | undefined][] = [
    ['SELECT 1 FORMAT JSON', 'JSON'],
    ['SELECT 1 format CSV ;', 'CSV'],
    ['SELECT format FROM t', undefined],
    ['SELECT 1 AS format FORMAT TSV', 'TSV'],
    ["SELECT 'FORMAT JSON'", undefined],
    ['SELECT 1 -- FORMAT JSON', undefined],
    ["SELECT 1 FORMAT JSON SETTINGS max_threads = 1, a = 'b'", 'JSON'],
    ['SELECT * FROM (SELECT 1 FORMAT JSON)', undefined],
    ['SELECT $$ FORMAT CSV $$', undefined],
  ];
  for (const [text, format] of cases) assert.equal(readStatement(text).format, format, text);
});

test('a SELECT is known in all its forms', () => {
  for (const text of ['SELECT 1', ' with 1 as a select a', 'FROM t SELECT 1', '(SELECT 1)', '/* x */ -- y\nselect 1']) {
    assert.equal(readStatement(text).isSelect, true, text);
  }
  for (const text of ['SHOW TABLES', 'DESCRIBE t', 'EXPLAIN SELECT 1', 'INSERT INTO t SELECT 1', '']) {
    assert.equal(readStatement(text).isSelect, false, text);
  }
});

test('a second statement, an empty one and an outfile are seen', () => {
  assert.equal(readStatement('SELECT 1; SELECT 2').isMany, true);
  assert.equal(readStatement("SELECT ';'; ; -- end").isMany, false);
  assert.equal(readStatement(' ; /* nothing */ ;').isEmpty, true);
  assert.equal(readStatement("SELECT 1 into /* x */ outfile 'y'").writesOutfile, true);
  assert.equal(readStatement("SELECT 'INTO OUTFILE'").writesOutfile, false);
});

test('the result goes to a file with the format and its settings after it', () => {
  const into = (text: string): string => readStatement(text).intoFile('/p', 'JSON').replaceAll(/\s+/g, ' ');
  assert.equal(into('SELECT 1'), "SELECT 1 INTO OUTFILE '/p' TRUNCATE FORMAT JSON");
  assert.equal(into('SELECT 1 FORMAT CSV;'), "SELECT 1 INTO OUTFILE '/p' TRUNCATE FORMAT JSON");
  assert.equal(
    into('SELECT 1 SETTINGS a = 1 FORMAT CSV SETTINGS b = 2'),
    "SELECT 1 SETTINGS a = 1 INTO OUTFILE '/p' TRUNCATE FORMAT JSON SETTINGS b = 2",
  );
  assert.match(readStatement('SELECT 1 -- the end').intoFile('/p', 'JSON'), /-- the end\nINTO OUTFILE/);
  assert.match(readStatement(Buffer.from("SELECT 'ü'").toString('latin1')).intoFile('/p', 'JSON'), /'ü'/);
});
