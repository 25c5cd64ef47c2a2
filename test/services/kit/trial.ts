// What the kit's tests on real parts share: a database of their own, a silent logger, waiting for a condition.
import { randomBytes } from 'node:crypto';
import assert from 'node:assert/strict';
import pg from 'pg';
import { createLogger } from '#kit/logger';

export const logger = createLogger('test', 'silent');

export type TrialDatabase = {
  readonly url: string;
  readonly suffix: string;
  /** Name of a role of this trial; drop() takes it away. */
  role(name: string): string;
  drop(): Promise<void>;
};

/** A fresh database on the server of DATABASE_URL, with a name that no other test file has. */
export async function createTrialDatabase(): Promise<TrialDatabase> {
  const server = process.env['DATABASE_URL'];
  assert(server !== undefined, 'DATABASE_URL must be given');
  const suffix = randomBytes(4).toString('hex');
  const name = `kit_${suffix}`;
  const run = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  await run(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const roles: string[] = [];
  return {
    url: url.href,
    suffix,
    role(word) {
      roles.push(`${word}_${suffix}`);
      return `${word}_${suffix}`;
    },
    async drop() {
      await run(`drop database ${name} with (force)`);
      for (const role of roles) await run(`drop role if exists ${role}, ${role}_api`);
    },
  };
}

const waitMsMax = 15_000;

/** Asks until the condition holds; fails with what it was about. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = Date.now() + waitMsMax;
  while (!(await condition())) {
    assert(Date.now() < endMs, `${what}: not within ${waitMsMax} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
