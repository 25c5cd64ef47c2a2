// What may run: one statement per request, and nothing but reading for those who may only read.
import type { Call } from '#infra/local/clickhouse-http/call';
import type { Connection, Engine } from '#infra/local/clickhouse-http/engine';
import { ClickHouseException, exceptionOf } from '#infra/local/clickhouse-http/exception';
import type { Statement } from '#infra/local/clickhouse-http/statement';
import type { User } from '#infra/local/clickhouse-http/users';

// The classes of the engine's own parser (chdb_query_class).
const reads = 0;
const steers = 3;
const doesNotParse = 4;

// Table functions that reach nothing outside the tables; the engine itself refuses format() under readonly=1, while
// the ordinary function of this name is harmless.
const harmlessFunctions: ReadonlySet<string> = new Set(
  'numbers numbers_mt zeros zeros_mt generateseries generate_series generaterandom primes values sqlstandardvalues null view viewifpermitted merge mergetreeindex format'.split(
    ' ',
  ),
);
// Ordinary functions that read files or call other machines, which readonly=1 of the engine does not stop.
const outwardFunctions =
  /^(?:file|catboostevaluate|hascolumnintable|ai(?:classify|generate|embed|extract|translate)|filesystem(?:available|capacity|unreserved))$/;
// Settings that would take the meaning of a statement, or the readonly mode itself, out of our hands.
const settingsOfOthers = ['readonly', 'dialect', 'implicit_select'];

/** True where the request may write: by its user, its method and its settings. */
export function mayWrite(user: User, call: Call): boolean {
  const isReadonly = Number(call.settings.get('readonly') ?? '0') !== 0;
  return call.mayWrite && !user.isReadonly && !isReadonly;
}

/** Throws 164 for a setting that one who may only read cannot change. */
export function checkSettings(user: User, call: Call): void {
  if (!user.isReadonly) return;
  for (const name of settingsOfOthers) {
    if (call.settings.has(name))
      throw new ClickHouseException(164, 'READONLY', `Cannot modify '${name}' setting in readonly mode.`);
  }
}

/** Throws 62, 358 or 164. Text that does not parse passes for those who may write: the engine says what is wrong. */
export async function checkStatement(
  connection: Connection,
  statement: Statement,
  user: User,
  call: Call,
): Promise<void> {
  if (statement.isEmpty) throw new ClickHouseException(62, 'SYNTAX_ERROR', 'Empty query.');
  const { statementCount, queryClass } = await connection.classify(statement.sql);
  if (statementCount > 1 || (queryClass === doesNotParse && statement.isMany)) {
    throw new ClickHouseException(62, 'SYNTAX_ERROR', 'Syntax error (Multi-statements are not allowed)');
  }
  switch (queryClass) {
    case reads:
      return;
    case doesNotParse:
      if (!user.isReadonly) return;
      throw new ClickHouseException(62, 'SYNTAX_ERROR', `Syntax error: ${statement.sql.slice(0, 200)}.`);
    case steers:
      if (statement.writesOutfile)
        throw new ClickHouseException(358, 'INTO_OUTFILE_NOT_ALLOWED', 'INTO OUTFILE is not allowed');
      // readonly=2, which GET implies, still lets SET and USE pass.
      if (!user.isReadonly && ['SET', 'USE'].includes(statement.keyword)) return;
      break;
    default:
      break;
  }
  if (!mayWrite(user, call)) throw readonlyRefusal(user);
}

/**
 * Throws 164 or 497 where a statement calls a function that reads outside of the tables. The engine's own parser lists
 * the functions (EXPLAIN AST), after the parameters are set. A FORMAT that our reading missed would stand twice and is
 * a syntax error, so nothing can hide the list.
 */
export async function checkFunctions(
  engine: Engine,
  connection: Connection,
  statement: Statement,
  user: User,
): Promise<void> {
  const tree = await treeOf(connection, statement);
  if (tree.includes('TABLE OVERRIDE')) throw readonlyRefusal(user);
  for (const [, name = ''] of tree.matchAll(/Function (\S+)/g)) {
    const lower = name.toLowerCase();
    if (engine.tableFunctions.has(lower) && !harmlessFunctions.has(lower)) throw readonlyRefusal(user);
    if (outwardFunctions.test(lower)) {
      throw new ClickHouseException(
        497,
        'ACCESS_DENIED',
        `${user.name}: Not enough privileges. To execute this query, it's necessary to have the grant to use ${name}`,
      );
    }
  }
}

/** What the real server says to a write by one who may only read, or by GET. */
export function readonlyRefusal(user: User): ClickHouseException {
  return new ClickHouseException(
    164,
    'READONLY',
    `${user.name}: Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. You should use method POST for modifying queries.`,
  );
}

async function treeOf(connection: Connection, statement: Statement): Promise<string> {
  const format = '\nFORMAT TabSeparatedRaw';
  try {
    const { bytes } = await connection.run(`EXPLAIN AST ${statement.body}${format}`);
    return Buffer.from(bytes).toString('utf8');
  } catch (error) {
    const { code, type, message } = exceptionOf(error);
    throw new ClickHouseException(code, type, message.replaceAll(format, ''));
  }
}
