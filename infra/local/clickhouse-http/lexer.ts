// Tokens of ClickHouse's SQL, as far as it takes to see where a statement ends and its data begin (src/Parsers/Lexer.cpp).

/** `word`: keyword, name or number; `name`: a quoted name; `broken`: not closed. Positions count characters of the text. */
export type Token = {
  readonly kind: 'word' | 'name' | 'string' | 'mark' | 'broken';
  readonly text: string;
  readonly start: number;
  readonly end: number;
};

// Texts are latin1: one character per byte. A byte above 0x7f belongs to a word, unless it is white space of UTF-8.
const space = /(?:[ \t\n\r\f\v]|\xc2\xa0|\xe2\x80[\x80-\x8b]|\xe3\x80\x80|\xef\xbb\xbf)+/y;
const lineComment = /(?:--|\/\/|#[ !])[^\n]*/y;
const number = /\d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?\d+)?(?![A-Za-z_$])/y;
const word = /[A-Za-z0-9_$\x80-\xff]+/y;
const heredocTag = /\$[A-Za-z0-9_]*\$/y;
const openingQuotes: ReadonlyMap<string, string> = new Map([
  ['\xe2\x80\x98', '\xe2\x80\x99'],
  ['\xe2\x80\x9c', '\xe2\x80\x9d'],
]);

/** The tokens from `start` on, one by one, so that nobody reads on into the data. White space and comments are left out. */
export function* tokensOf(text: string, start = 0): Generator<Token, undefined> {
  let position = start;
  for (;;) {
    position = skipBlank(text, position);
    if (position >= text.length) return undefined;
    const token = tokenAt(text, position);
    yield token;
    position = token.end;
  }
}

/** The position of the next token. */
export function skipBlank(text: string, start: number): number {
  let position = start;
  for (;;) {
    const end =
      endOfMatch(space, text, position) ?? endOfMatch(lineComment, text, position) ?? endOfBlockComment(text, position);
    if (end === undefined) return position;
    position = end;
  }
}

/** True for the keyword itself, in any case. */
export function isWord(token: Token | undefined, keyword: string): boolean {
  return token !== undefined && token.kind === 'word' && token.text.toUpperCase() === keyword;
}

export function isMark(token: Token | undefined, mark: string): boolean {
  return token !== undefined && token.kind === 'mark' && token.text === mark;
}

function tokenAt(text: string, start: number): Token {
  const first = text.charAt(start);
  if (first === "'") return quotedAt(text, start, 'string');
  if (first === '"' || first === '`') return quotedAt(text, start, 'name');
  const quote = openingQuotes.get(text.slice(start, start + 3));
  if (quote !== undefined) return closedBy(text, start, start + 3, quote);
  const tagEnd = endOfMatch(heredocTag, text, start);
  if (tagEnd !== undefined && text.includes(text.slice(start, tagEnd), tagEnd)) {
    return closedBy(text, start, tagEnd, text.slice(start, tagEnd));
  }
  const end = endOfMatch(number, text, start) ?? endOfMatch(word, text, start);
  return end === undefined ? tokenOf(text, 'mark', start, start + 1) : tokenOf(text, 'word', start, end);
}

// A quote inside is doubled or escaped.
function quotedAt(text: string, start: number, kind: 'string' | 'name'): Token {
  const quote = text.charAt(start);
  for (let position = start + 1; position < text.length; position += 1) {
    const character = text.charAt(position);
    if (character === '\\') position += 1;
    else if (character === quote) {
      if (text.charAt(position + 1) !== quote) return tokenOf(text, kind, start, position + 1);
      position += 1;
    }
  }
  return tokenOf(text, 'broken', start, text.length);
}

function closedBy(text: string, start: number, from: number, closing: string): Token {
  const end = text.indexOf(closing, from);
  return end < 0 ? tokenOf(text, 'broken', start, text.length) : tokenOf(text, 'string', start, end + closing.length);
}

// Comments nest.
function endOfBlockComment(text: string, start: number): number | undefined {
  if (!text.startsWith('/*', start)) return undefined;
  let depth = 0;
  for (let position = start; position < text.length - 1; position += 1) {
    if (text.startsWith('/*', position)) depth += 1;
    else if (text.startsWith('*/', position)) depth -= 1;
    else continue;
    position += 1;
    if (depth === 0) return position + 1;
  }
  return text.length;
}

function endOfMatch(pattern: RegExp, text: string, start: number): number | undefined {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function tokenOf(text: string, kind: Token['kind'], start: number, end: number): Token {
  return { kind, text: text.slice(start, end), start, end };
}
