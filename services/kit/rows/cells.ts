// What the cells of a table mean: a column is a field, its text becomes what the field's shape wants.

/** Makes a field's value of a cell's text; text that is not of its kind stays text: the field's own shape says what it wants. */
export type ReadCell = (text: string) => unknown;
export type Columns = Readonly<Record<string, ReadCell>>;

/** A row by the names of its columns; `line` is where it began. */
export type NamedRow = { readonly line: number; readonly fields: Record<string, unknown> };

/** What is wrong with a row; `path` names the field, empty: the row itself. */
export type RowFault = { readonly line: number; readonly path: string; readonly message: string };

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['0', false],
]);

/** The usual kinds of cells. A list is separated by semicolons or bars, since commas separate cells. */
export const cells = {
  text: (text) => text,
  wholeNumber: (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : text),
  yesNo: (text) => booleans.get(text.toLowerCase()) ?? text,
  list: (text) => text.split(/[;|]/).map((member) => member.trim()),
} as const satisfies Record<string, ReadCell>;

type Row = { readonly line: number; readonly cells: readonly string[] };

/** The first row names the columns; an empty cell says nothing of its field. */
export function namedRows(
  [header, ...rows]: readonly Row[],
  columns: Columns,
): { readonly rows: NamedRow[]; readonly faults: RowFault[] } {
  if (header === undefined) return { rows: [], faults: [{ line: 1, path: '', message: 'has no row of column names' }] };
  const unknown = columnNames(header, columns);
  if (unknown.length > 0) return { rows: [], faults: unknown };
  const found = { rows: [] as NamedRow[], faults: [] as RowFault[] };
  for (const row of rows) {
    const named = namedRow(header.cells, row, columns);
    if ('fields' in named) found.rows.push(named);
    else found.faults.push(named);
  }
  return found;
}

/** What is wrong with a row of column names. */
export function columnNames({ line, cells: names }: Row, columns: Columns): RowFault[] {
  const message = `is no column, or twice; there are ${Object.keys(columns).join(', ')}`;
  return names
    .filter((name, at) => !Object.hasOwn(columns, name) || names.indexOf(name) !== at)
    .map((path) => ({ line, path, message }));
}

/** A row by these names of its columns, or what is wrong with it. */
export function namedRow(names: readonly string[], { line, cells: row }: Row, columns: Columns): NamedRow | RowFault {
  if (row.length > names.length) return { line, path: '', message: `has more than ${names.length} cells` };
  return { line, fields: fieldsOf(names, row, columns) };
}

function fieldsOf(names: readonly string[], row: readonly string[], columns: Columns): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [at, name] of names.entries()) {
    const text = row[at] ?? '';
    if (text !== '') fields[name] = columns[name]?.(text);
  }
  return fields;
}
