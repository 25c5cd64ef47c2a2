// A statement without data: what kind it is, which format it asks for, and the same statement with its result in a file.
import { Cursor, takeSettings } from '#infra/local/clickhouse-http/cursor';
import { quoted } from '#infra/local/clickhouse-http/engine';
import { type Token, isMark, isWord, tokensOf } from '#infra/local/clickhouse-http/lexer';

export type Statement = {
  /** The whole text. */
  readonly sql: string;
  readonly isEmpty: boolean;
  /** The first word, upper case. */
  readonly keyword: string;
  /** A SELECT in any of its forms, so its result can be streamed. */
  readonly isSelect: boolean;
  /** Something follows a semicolon. */
  readonly isMany: boolean;
  readonly writesOutfile: boolean;
  /** The name after FORMAT at the end. */
  readonly format: string | undefined;
  /** The text without FORMAT and what follows it. */
  readonly body: string;
  /** The text with its result written to a file, in the format named. */
  intoFile(path: string, format: string): string;
};

const selectWords = ['SELECT', 'WITH', 'FROM'];

/** Reads a statement; `text` is latin1, one character per byte. */
export function readStatement(text: string): Statement {
  const tokens = [...tokensOf(text)];
  const [first] = tokens;
  const end = endOfStatement(tokens) ?? text.length;
  const output = findOutput(text.slice(0, end), tokens);
  const body = text.slice(0, output?.start ?? end);
  return {
    sql: utf8(text),
    isEmpty: tokens.every((token) => isMark(token, ';')),
    keyword: first?.text.toUpperCase() ?? '',
    isSelect: isMark(first, '(') || selectWords.some((keyword) => isWord(first, keyword)),
    isMany: tokens.some((token) => token.start >= end && !isMark(token, ';')),
    writesOutfile: tokens.some((token, at) => isWord(token, 'INTO') && isWord(tokens[at + 1], 'OUTFILE')),
    format: output?.format,
    body: utf8(body),
    // A new line, since a comment may end the body.
    intoFile: (path, format) =>
      `${utf8(body)}\nINTO OUTFILE ${quoted(path)} TRUNCATE FORMAT ${format}${output === undefined ? '' : utf8(output.settings)}`,
  };
}

function endOfStatement(tokens: readonly Token[]): number | undefined {
  let depth = 0;
  for (const token of tokens) {
    if (token.kind !== 'mark') continue;
    if (token.text === '(') depth += 1;
    else if (token.text === ')') depth -= 1;
    else if (token.text === ';' && depth <= 0) return token.start;
  }
  return undefined;
}

// The last FORMAT after which nothing comes but its name and SETTINGS; elsewhere it is the name of a column.
function findOutput(
  text: string,
  tokens: readonly Token[],
): { start: number; format: string; settings: string } | undefined {
  for (const token of tokens.toReversed()) {
    if (token.start >= text.length || !isWord(token, 'FORMAT')) continue;
    const cursor = new Cursor(text.slice(token.end));
    const name = cursor.take();
    if (name?.kind !== 'word') continue;
    const settings = cursor.takeWord('SETTINGS') ? ` SETTINGS ${takeSettings(cursor)}` : '';
    if (cursor.peek() === undefined) return { start: token.start, format: name.text, settings };
  }
  return undefined;
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
