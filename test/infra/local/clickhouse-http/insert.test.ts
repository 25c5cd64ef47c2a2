// Where the data of an INSERT begin, and the statement that takes them from a file.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ClickHouseException } from '#infra/local/clickhouse-http/exception';
import { findInsertData } from '#infra/local/clickhouse-http/insert';
import { skipBlank } from '#infra/local/clickhouse-http/lexer';

const read = (text: string): { data: string; sql: string } | undefined => {
  const latin1 = Buffer.from(text).toString('latin1');
  const insert = findInsertData(latin1);
  if (insert === undefined) return undefined;
  return {
    data: Buffer.from(latin1.slice(insert.dataStart), 'latin1').toString(),
    sql: insert.fromFile('/f').replaceAll(/\s+/g, ' '),
  };
};

const infile = "FROM INFILE '/f' COMPRESSION 'none'";

test('the data begin after VALUES, or after FORMAT and its line', () => {
  const cases: [string, string, string][] = [
    ['INSERT INTO t VALUES (1)', ' (1)', `INSERT INTO t ${infile} FORMAT Values`],
    ['insert into t format CSV\n1\n', '1\n', `insert into t ${infile} FORMAT CSV`],
    ['INSERT INTO t FORMAT CSV \r\n\n1', '\n1', `INSERT INTO t ${infile} FORMAT CSV`],
    ['INSERT INTO t FORMAT CSV 1', '1', `INSERT INTO t ${infile} FORMAT CSV`],
    ['INSERT INTO t FORMAT CSV;\n1', '1', `INSERT INTO t ${infile} FORMAT CSV`],
    ['INSERT t FORMAT CSV\n', '', `INSERT t ${infile} FORMAT CSV`],
    [
      'INSERT INTO TABLE `a``b`."c d" (x, `y`) FORMAT CSV\n1',
      '1',
      `INSERT INTO TABLE \`a\`\`b\`."c d" (x, \`y\`) ${infile} FORMAT CSV`,
    ],
    ['INSERT INTO {t:Identifier} VALUES (1)', ' (1)', `INSERT INTO {t:Identifier} ${infile} FORMAT Values`],
    [
      "INSERT INTO FUNCTION null('a Int8') VALUES (1)",
      ' (1)',
      `INSERT INTO FUNCTION null('a Int8') ${infile} FORMAT Values`,
    ],
    [
      "INSERT INTO t SETTINGS a = 1.5, b = -2, c = 'x, FORMAT y' FORMAT CSV\n1",
      '1',
      `INSERT INTO t ${infile} SETTINGS a = 1.5, b = -2, c = 'x, FORMAT y' FORMAT CSV`,
    ],
    [
      "INSERT INTO t FORMAT CSV SETTINGS a = 1, b = 'y'\n1",
      '1',
      `INSERT INTO t ${infile} SETTINGS a = 1, b = 'y' FORMAT CSV`,
    ],
    [
      '/* FORMAT x /* nested */ VALUES */ INSERT -- VALUES\nINTO t # FORMAT y\n(* EXCEPT(b)) VALUES (1)',
      ' (1)',
      `/* FORMAT x /* nested */ VALUES */ INSERT -- VALUES INTO t # FORMAT y (* EXCEPT(b)) ${infile} FORMAT Values`,
    ],
    ['INSERT INTO tä (ü) VALUES (1)', ' (1)', `INSERT INTO tä (ü) ${infile} FORMAT Values`],
  ];
  for (const [text, data, sql] of cases) assert.deepEqual(read(text), { data, sql }, text);
});

test('an INSERT from a SELECT has no data, unless it reads input()', () => {
  assert.equal(read('INSERT INTO t SELECT 1'), undefined);
  assert.equal(read('INSERT INTO t (a) SELECT 1 FORMAT Null'), undefined);
  assert.equal(read('INSERT INTO t (SELECT 1)'), undefined);
  assert.equal(read('INSERT INTO t WITH 1 AS x SELECT x'), undefined);
  assert.equal(read('SELECT 1'), undefined);
  assert.equal(read(''), undefined);
  assert.deepEqual(read("INSERT INTO t SELECT a + 1 FROM input('a Int8') WHERE a > 1 FORMAT CSV\n1"), {
    data: '1',
    sql: "INSERT INTO t SELECT a + 1 FROM file('/f', 'CSV', 'a Int8') WHERE a > 1",
  });
});

test('an INSERT of a shape that is not known is refused, and so is one that names a file', () => {
  const code = (text: string): number => {
    try {
      findInsertData(text);
    } catch (error) {
      if (error instanceof ClickHouseException) return error.code;
    }
    return 0;
  };
  for (const text of [
    'INSERT',
    'INSERT INTO t',
    'INSERT INTO t 1, 2',
    'INSERT INTO t (a',
    'INSERT INTO t FORMAT',
    "INSERT INTO t FORMAT 'CSV'",
  ]) {
    assert.equal(code(text), 62, text);
  }
  assert.equal(code("INSERT INTO t FROM INFILE '/etc/passwd' FORMAT CSV"), 78);
  assert.equal(code("INSERT INTO t (a) FROM INFILE '/etc/passwd'"), 78);
});

test('whatever the data are, they begin where they begin and never show in the statement', () => {
  const heads = [
    'INSERT INTO t FORMAT RowBinary\n',
    'INSERT INTO t (a, b) SETTINGS x = 1 FORMAT CSV\n',
    "INSERT INTO `t` FORMAT Native SETTINGS x = 'y'\n",
  ];
  const property = fc.property(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 60 }), (head, bytes) => {
    const text = head + Buffer.from(bytes).toString('latin1');
    // SETTINGS after FORMAT, and a comma after them, go on with the statement; so ClickHouse reads them too.
    fc.pre(!/^(?:settings|,)/i.test(text.slice(skipBlank(text, head.length))));
    const insert = findInsertData(text);
    assert.equal(insert?.dataStart, head.length);
    assert.equal(insert.fromFile('/f'), findInsertData(head)?.fromFile('/f'));
  });
  fc.assert(property, { numRuns: 2_000 });
});
