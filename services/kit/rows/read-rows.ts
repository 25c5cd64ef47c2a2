// A body as rows: CSV with a row of names, or JSON { rows: [...] }; each checked against its shape.
import Type, { type Static, type TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { namedRows, type Columns, type NamedRow, type RowFault } from './cells.ts';
import { csvRows } from './csv.ts';

/** Of one body: all of them are in memory at once. */
export const rowsMax = 10_000;

/** A row that has the shape it shall have. */
export type CheckedRow<S extends TSchema> = { readonly line: number; readonly value: Static<S> };

const jsonBody = Compile(Type.Object({ rows: Type.Array(Type.Record(Type.String(), Type.Unknown())) }));

/**
 * Each row by itself: those that have the shape, and what is wrong with the others by line and path. A JSON row's line is
 * its number, from 1.
 * @param body text of CSV, or parsed JSON
 */
export function readRows<S extends TSchema>(
  body: unknown,
  shape: S,
  columns: Columns,
): { readonly rows: CheckedRow<S>[]; readonly faults: RowFault[] } {
  const read = typeof body === 'string' ? namedRows(csvRows(body), columns) : rowsOfJson(body);
  if (read.rows.length > rowsMax) {
    const message = `are more than ${rowsMax} rows; import them in parts`;
    return { rows: [], faults: [{ line: rowsMax + 1, path: '', message }] };
  }
  const faults = [...read.faults];
  const rows: CheckedRow<S>[] = [];
  const compiled = Compile(shape);
  for (const { line, fields } of read.rows) {
    const checked = checkRow(compiled, { line, fields });
    if ('faults' in checked) faults.push(...checked.faults);
    else rows.push(checked);
  }
  return { rows, faults };
}

/** The row where it has the shape, or what is wrong with it. */
export function checkRow<S extends TSchema>(
  shape: Validator<{}, S>,
  { line, fields }: NamedRow,
): CheckedRow<S> | { readonly faults: RowFault[] } {
  return shape.Check(fields) ? { line, value: fields } : { faults: faultsOf(line, shape.Errors(fields)) };
}

function rowsOfJson(body: unknown): { rows: NamedRow[]; faults: RowFault[] } {
  if (!jsonBody.Check(body))
    return { rows: [], faults: [{ line: 1, path: '', message: 'must be CSV, or JSON as {"rows": [{…}, …]}' }] };
  return { rows: body.rows.map((fields, index) => ({ line: index + 1, fields })), faults: [] };
}

type SchemaError = { readonly instancePath: string; readonly message: string; readonly params: object };

/** One per path: a union says the same thing several times. */
function faultsOf(line: number, errors: readonly SchemaError[]): RowFault[] {
  const byPath = new Map<string, string>();
  for (const { instancePath, message, params } of errors) {
    const path = pathOf(instancePath, params);
    if (!byPath.has(path)) byPath.set(path, message);
  }
  return [...byPath].map(([path, message]) => ({ line, path, message }));
}

function pathOf(instancePath: string, params: object): string {
  const path = instancePath.slice(1);
  const [named] =
    'requiredProperties' in params && Array.isArray(params.requiredProperties)
      ? params.requiredProperties.map(String)
      : 'additionalProperties' in params && Array.isArray(params.additionalProperties)
        ? params.additionalProperties.map(String)
        : [];
  return [path, named].filter((part) => part !== undefined && part !== '').join('/');
}
