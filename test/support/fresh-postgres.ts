// A database of a test's own on the server that the runner started.
import pg from 'pg';

/** Creates it and returns its URL. */
export async function createDatabase(name: string): Promise<string> {
  const base = process.env['DATABASE_URL'] ?? '';
  const client = new pg.Client({ connectionString: base });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(base);
  url.pathname = `/${name}`;
  return url.toString();
}
