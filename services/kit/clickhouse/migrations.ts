// Numbered SQL files for ClickHouse, applied statement by statement: forward only, and a half-applied file resumes.
import { createHash } from 'node:crypto';
import { type ClickHouse, openClickHouse } from '#kit/clickhouse';
import { Fault } from '#kit/fault';
import { readMigrations } from '#kit/migrations';

type Statement = {
  readonly number: number;
  readonly statement: number;
  readonly name: string;
  readonly sha256: string;
  readonly sql: string;
};

const separator = /^-- statement\s*$/m;

/**
 * Applies the files `NNN-*.sql` of a directory. Statements stand between lines `-- statement`; `${DATABASE}` and the other
 * variables are replaced in them. ClickHouse has no transactions: a crash between a statement and its record runs it
 * again, so write statements that may run twice (IF NOT EXISTS). One process migrates.
 * Throws Fault MIGRATION_CHANGED when an applied statement was edited, TIMESERIES_*.
 */
export async function migrateClickHouse(
  clickhouse: ClickHouse,
  directory: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { database } = clickhouse;
  const values = { DATABASE: database, ...variables };
  const migrations = `\`${database}\`.schema_migrations`;
  await clickhouse.command(
    `CREATE TABLE IF NOT EXISTS ${migrations}
       (number UInt16, statement UInt16, name String, sha256 String) ENGINE = MergeTree ORDER BY (number, statement)`,
  );
  const rows = await clickhouse.query<{ number: number; statement: number; sha256: string }>(
    `SELECT number, statement, sha256 FROM ${migrations}`,
  );
  const applied = new Map(rows.map((row) => [`${row.number}/${row.statement}`, row.sha256]));
  for (const { number, statement, name, sha256, sql } of await readStatements(directory)) {
    const before = applied.get(`${number}/${statement}`);
    if (before !== undefined && before !== sha256)
      throw new Fault('MIGRATION_CHANGED', {
        detail: `statement ${statement} of ${name} was applied with other content`,
      });
    if (before !== undefined) continue;
    await clickhouse.command(substitute(sql, name, values));
    await clickhouse.command(`INSERT INTO ${migrations} VALUES (${number}, ${statement}, '${name}', '${sha256}')`);
  }
}

/** Creates the database where it is missing: a client that is open on it cannot. */
export async function createClickHouseDatabase(url: string, database: string): Promise<void> {
  const clickhouse = openClickHouse({ url, database: 'default' });
  try {
    await clickhouse.command(`CREATE DATABASE IF NOT EXISTS \`${database}\``);
  } finally {
    await clickhouse.close();
  }
}

async function readStatements(directory: string): Promise<Statement[]> {
  const files = await readMigrations(directory);
  return files.flatMap(({ number, name, sql: file }) =>
    file
      .split(separator)
      .filter((text) => withoutComments(text) !== '')
      .map((sql, index) => {
        const sha256 = createHash('sha256').update(sql.trim()).digest('hex');
        return { number, statement: index + 1, name, sha256, sql: sql.trim() };
      }),
  );
}

function withoutComments(text: string): string {
  return text.replaceAll(/^\s*--.*$/gm, '').trim();
}

function substitute(sql: string, name: string, values: Readonly<Record<string, string>>): string {
  return sql.replaceAll(/\$\{([A-Z_]+)\}/g, (_match, variable: string) => {
    const value = values[variable];
    if (value === undefined)
      throw new Fault('CONFIG_INVALID', { detail: `${name} names an unknown variable ${variable}` });
    return value;
  });
}
