// An INSERT whose data follow it: where they begin, and the statement that takes them from a file instead.
import { Cursor, takeSettings } from '#infra/local/clickhouse-http/cursor';
import { quoted } from '#infra/local/clickhouse-http/engine';
import { ClickHouseException } from '#infra/local/clickhouse-http/exception';
import { isMark, isWord } from '#infra/local/clickhouse-http/lexer';

export type InsertWithData = {
  /** Bytes before the data. */
  readonly dataStart: number;
  /** The statement that reads the data from a file. */
  fromFile(path: string): string;
};

const selects = ['SELECT', 'WITH', 'WATCH'];

/**
 * Reads the head of an INSERT (ParserInsertQuery of ClickHouse). Undefined: another statement, or an INSERT … SELECT
 * without data of its own. The engine must never see data inside a text: it cuts them at an empty line and runs the
 * rest as SQL. So an INSERT of unknown shape is refused (62), not passed on.
 */
export function findInsertData(text: string): InsertWithData | undefined {
  const cursor = new Cursor(text);
  if (!cursor.takeWord('INSERT')) return undefined;
  takeTarget(cursor);
  if (isMark(cursor.peek(), '(') && !opensSelect(text, cursor)) cursor.takeGroup();
  const target = text.slice(0, cursor.end);
  let settings = cursor.takeWord('SETTINGS') ? takeSettings(cursor) : '';
  if (startsSelect(cursor)) return dataOfSelect(cursor);
  if (cursor.takeWord('VALUES')) return intoTarget({ target, settings, format: 'Values', dataStart: cursor.end });
  if (!cursor.takeWord('FORMAT')) throw unknownShape(cursor);
  const format = cursor.take();
  if (format?.kind !== 'word') throw unknownShape(cursor);
  if (settings === '' && cursor.takeWord('SETTINGS')) settings = takeSettings(cursor);
  return intoTarget({ target, settings, format: format.text, dataStart: endOfSeparator(text, cursor.end) });
}

function intoTarget(parts: { target: string; settings: string; format: string; dataStart: number }): InsertWithData {
  const settings = parts.settings === '' ? '' : `SETTINGS ${utf8(parts.settings)} `;
  const target = utf8(parts.target);
  return {
    dataStart: parts.dataStart,
    // A new line, since a comment may end the target.
    fromFile: (path) => `${target}\nFROM INFILE ${quoted(path)} COMPRESSION 'none' ${settings}FORMAT ${parts.format}`,
  };
}

type Input = { readonly start: number; readonly open: number; readonly close: number };

// INSERT … SELECT … FROM input('structure') FORMAT X: input() becomes file(), which reads the same rows.
function dataOfSelect(cursor: Cursor): InsertWithData | undefined {
  const { text } = cursor;
  const input = findInput(cursor);
  if (input === undefined) return undefined;
  while (cursor.peek() !== undefined && !isWord(cursor.peek(), 'FORMAT')) cursor.take();
  const select = `${utf8(text.slice(input.open, input.close))}${utf8(text.slice(input.close, cursor.end))}`;
  cursor.take();
  const format = cursor.take();
  if (format?.kind !== 'word') return undefined;
  return {
    dataStart: endOfSeparator(text, cursor.end),
    fromFile: (path) => `${utf8(text.slice(0, input.start))}file(${quoted(path)}, ${quoted(format.text)}, ${select}`,
  };
}

function findInput(cursor: Cursor): Input | undefined {
  for (let token = cursor.take(); token !== undefined; token = cursor.take()) {
    if (isWord(token, 'INFILE')) throw infileRefused();
    const open = cursor.peek();
    if (open === undefined || !isWord(token, 'INPUT') || !isMark(open, '(')) continue;
    cursor.takeGroup();
    return { start: token.start, open: open.end, close: cursor.end };
  }
  return undefined;
}

function takeTarget(cursor: Cursor): void {
  cursor.takeWord('INTO');
  cursor.takeWord('TABLE');
  if (cursor.takeWord('FUNCTION')) {
    cursor.take();
    if (isMark(cursor.peek(), '(')) cursor.takeGroup();
    if (cursor.takeWord('PARTITION')) skipPartition(cursor);
    return;
  }
  cursor.takeGroup();
  while (cursor.takeMark('.')) cursor.takeGroup();
}

// PARTITION BY takes an expression, which ends where the columns or one of these words begin.
function skipPartition(cursor: Cursor): void {
  cursor.takeWord('BY');
  const ends = ['SETTINGS', 'VALUES', 'FORMAT', ...selects];
  while (cursor.peek() !== undefined && !ends.some((keyword) => isWord(cursor.peek(), keyword))) cursor.takeGroup();
}

function opensSelect(text: string, cursor: Cursor): boolean {
  const open = cursor.peek();
  if (open === undefined) return false;
  return startsSelect(new Cursor(text.slice(open.end)));
}

function startsSelect(cursor: Cursor): boolean {
  const next = cursor.peek();
  return isMark(next, '(') || selects.some((keyword) => isWord(next, keyword));
}

// After FORMAT X come blanks and one line break, then data; after these nothing is skipped, whatever the bytes are.
function endOfSeparator(text: string, end: number): number {
  return end + (/^;?[ \t\f]*\r?\n?/.exec(text.slice(end, end + 4_096))?.[0].length ?? 0);
}

function unknownShape(cursor: Cursor): ClickHouseException {
  const found = cursor.peek();
  if (isWord(found, 'FROM') || isWord(found, 'INFILE')) return infileRefused();
  const position = (found?.start ?? cursor.text.length) + 1;
  const what = found === undefined ? 'end of query' : utf8(found.text.slice(0, 64));
  return new ClickHouseException(
    62,
    'SYNTAX_ERROR',
    `Syntax error: failed at position ${position} (${what}). Expected one of: VALUES, FORMAT, SETTINGS, SELECT, WITH.`,
  );
}

function infileRefused(): ClickHouseException {
  return new ClickHouseException(78, 'UNKNOWN_TYPE_OF_QUERY', 'Query has infile and was send directly to server');
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
