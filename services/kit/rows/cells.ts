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

/** The first row names the columns; an empty cell says nothing of its field. */
export function namedRows(
  [header, ...rows]: readonly { readonly line: number; readonly cells: readonly string[] }[],
  columns: Columns,
): { readonly rows: NamedRow[]; readonly faults: RowFault[] } {
  if (header === undefined) return { rows: [], faults: [{ line: 1, path: '', message: 'has no row of column names' }] };
  const names = header.cells;
  const unknown = names.filter((name, at) => !Object.hasOwn(columns, name) || names.indexOf(name) !== at);
  if (unknown.length > 0) {
    const message = `is no column, or twice; there are ${Object.keys(columns).join(', ')}`;
    return { rows: [], faults: unknown.map((path) => ({ line: header.line, path, message })) };
  }
  const faults = rows
    .filter((row) => row.cells.length > names.length)
    .map(({ line }) => ({ line, path: '', message: `has more than ${names.length} cells` }));
  return { rows: rows.map((row) => ({ line: row.line, fields: fieldsOf(names, row.cells, columns) })), faults };
}

function fieldsOf(names: readonly string[], row: readonly string[], columns: Columns): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [at, name] of names.entries()) {
    const text = row[at] ?? '';
    if (text !== '') fields[name] = columns[name]?.(text);
  }
  return fields;
}
