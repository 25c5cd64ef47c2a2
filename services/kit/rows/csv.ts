// Reads CSV (RFC 4180): quoted cells with commas, quotes and line breaks; each row knows the line it began at.

/** A row with the line that it began at, from 1. */
export type CsvRow = { readonly line: number; readonly cells: readonly string[] };

/** Empty lines are no rows. A quote that is never closed takes the rest: it is the caller's row that is wrong then. */
export function csvRows(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  const reading = { cell: '', cells: [] as string[], line: 1, begunAt: 1, isQuoted: false, wasQuoted: false };
  const endCell = (): void => {
    reading.cells.push(reading.wasQuoted ? reading.cell : reading.cell.trim());
    reading.cell = '';
    reading.wasQuoted = false;
  };
  const endRow = (): void => {
    endCell();
    if (reading.cells.some((cell) => cell !== '')) rows.push({ line: reading.begunAt, cells: reading.cells });
    reading.cells = [];
    reading.begunAt = reading.line;
  };
  // A mark that Windows programs put before the text.
  for (let at = text.startsWith('\u{feff}') ? 1 : 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '\n') reading.line += 1;
    if (reading.isQuoted) at += readQuoted(reading, char, text[at + 1]);
    else if (char === '"' && reading.cell.trim() === '')
      Object.assign(reading, { cell: '', isQuoted: true, wasQuoted: true });
    else if (char === ',') endCell();
    else if (char === '\n') endRow();
    else if (char !== '\r') reading.cell += char;
  }
  endRow();
  return rows;
}

/** How many further characters were taken. */
function readQuoted(reading: { cell: string; isQuoted: boolean }, char: string, next: string | undefined): number {
  if (char !== '"') {
    reading.cell += char;
    return 0;
  }
  if (next === '"') {
    reading.cell += '"';
    return 1;
  }
  reading.isQuoted = false;
  return 0;
}
