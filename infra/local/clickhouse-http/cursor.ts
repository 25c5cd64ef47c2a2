// Walks over tokens with one token of foresight, so that the lexer never runs on into the data of an INSERT.
import { type Token, isMark, isWord, tokensOf } from '#infra/local/clickhouse-http/lexer';

const opening: ReadonlySet<string> = new Set(['(', '[', '{']);
const closing: ReadonlySet<string> = new Set([')', ']', '}']);

export class Cursor {
  readonly text: string;
  readonly #tokens: Iterator<Token, undefined>;
  #next: Token | undefined;
  #isRead = false;
  /** The end of the last token taken. */
  end = 0;

  constructor(text: string) {
    this.text = text;
    this.#tokens = tokensOf(text);
  }

  /** The next token, which stays next. */
  peek(): Token | undefined {
    if (!this.#isRead) {
      this.#next = this.#tokens.next().value;
      this.#isRead = true;
    }
    return this.#next;
  }

  take(): Token | undefined {
    const token = this.peek();
    this.#isRead = false;
    if (token !== undefined) this.end = token.end;
    return token;
  }

  /** Takes the keyword if it is next. */
  takeWord(keyword: string): boolean {
    if (!isWord(this.peek(), keyword)) return false;
    this.take();
    return true;
  }

  takeMark(mark: string): boolean {
    if (!isMark(this.peek(), mark)) return false;
    this.take();
    return true;
  }

  /** Takes one token, or a whole group where it opens one; false at the end of the text. */
  takeGroup(): boolean {
    let depth = 0;
    for (;;) {
      const token = this.take();
      if (token === undefined) return false;
      if (token.kind === 'mark' && opening.has(token.text)) depth += 1;
      if (token.kind === 'mark' && closing.has(token.text)) depth -= 1;
      if (depth <= 0) return true;
    }
  }
}

/** Takes `name = literal, …` after SETTINGS; returns its text. */
export function takeSettings(cursor: Cursor): string {
  const start = cursor.end;
  do {
    cursor.take();
    while (cursor.takeMark('.')) cursor.take();
    if (!cursor.takeMark('=')) break;
    if (isMark(cursor.peek(), '-') || isMark(cursor.peek(), '+')) cursor.take();
    cursor.takeGroup();
  } while (cursor.takeMark(','));
  return cursor.text.slice(start, cursor.end);
}
