// Reads CSV (RFC 4180) as it comes: quoted cells with commas, quotes and line breaks; each row knows the line it began at.

/** A row with the line that it began at, from 1. */
export type CsvRow = { readonly line: number; readonly cells: readonly string[] };

/** Empty lines are no rows. A quote that is never closed takes the rest: it is the caller's row that is wrong then. */
export function csvRows(text: string): CsvRow[] {
  const reader = new CsvReader();
  return [...reader.push(text), ...reader.end()];
}

/** Takes text in pieces, cut anywhere; what it holds is the row that is not over yet. */
export class CsvReader {
  #cell = '';
  #cells: string[] = [];
  #line = 1;
  #begunAt = 1;
  #heldChars = 0;
  #isFirst = true;
  #rows: CsvRow[] = [];
  /** quote: one was read within quotes: the end of the cell, or the first half of one that is meant. */
  #state: 'plain' | 'quoted' | 'quote' = 'plain';
  #wasQuoted = false;

  /** Of the row that is not over yet. */
  get heldChars(): number {
    return this.#heldChars;
  }

  /** Where that row began. */
  get line(): number {
    return this.#begunAt;
  }

  /** The rows that are over with this piece. */
  push(text: string): CsvRow[] {
    // A mark that Windows programs put before the text.
    const from = this.#isFirst && text.startsWith('\u{feff}') ? 1 : 0;
    if (text !== '') this.#isFirst = false;
    for (let at = from; at < text.length; at++) this.#read(text[at] ?? '');
    return this.#taken();
  }

  end(): CsvRow[] {
    this.#endRow();
    return this.#taken();
  }

  #read(char: string): void {
    this.#heldChars += 1;
    if (char === '\n') this.#line += 1;
    if (this.#state === 'quoted') {
      if (char === '"') this.#state = 'quote';
      else this.#cell += char;
    } else if (this.#state === 'quote' && char === '"') {
      this.#cell += '"';
      this.#state = 'quoted';
    } else this.#readPlain(char);
  }

  #readPlain(char: string): void {
    this.#state = 'plain';
    if (char === '"' && this.#cell.trim() === '' && !this.#wasQuoted) {
      this.#cell = '';
      this.#state = 'quoted';
      this.#wasQuoted = true;
    } else if (char === ',') this.#endCell();
    else if (char === '\n') this.#endRow();
    else if (char !== '\r') this.#cell += char;
  }

  #endCell(): void {
    this.#cells.push(this.#wasQuoted ? this.#cell : this.#cell.trim());
    this.#cell = '';
    this.#wasQuoted = false;
  }

  #endRow(): void {
    this.#endCell();
    if (this.#cells.some((cell) => cell !== '')) this.#rows.push({ line: this.#begunAt, cells: this.#cells });
    this.#cells = [];
    this.#begunAt = this.#line;
    this.#heldChars = 0;
    this.#state = 'plain';
  }

  #taken(): CsvRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }
}
