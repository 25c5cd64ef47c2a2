// Remembers which request an idempotency key stood for, so that a repeat names the same command and another is refused.
import { createHash } from 'node:crypto';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import { asTenant, type Database } from '#kit/postgres';

/** taken: nobody asked before, or who did never got it into the log. known: it is in the log. differs: another request. */
export type KeyStanding = 'taken' | 'known' | 'differs';

export type Idempotency = {
  /** Claims the key of this command for a request, or says what stands. */
  claim(command: KeyedCommand, at: number): Promise<KeyStanding>;
  /** The command's request is in the log. */
  requested(command: KeyedCommand, at: number): Promise<void>;
  /** Drops keys of before: their commands are gone from the log. */
  prune(before: number): Promise<void>;
};

export type KeyedCommand = { readonly tenantId: string; readonly commandId: string; readonly requestHash: Buffer };

const schema = 'stations_own';

export function idempotencyIn(database: Database): Idempotency {
  return {
    claim: ({ tenantId, commandId, requestHash }, at) =>
      asTenant(
        database,
        tenantId,
        async (client) => {
          await client.query(
            `insert into idempotency_keys (tenant_id, command_id, request_hash, created_at_ms) values ($1, $2, $3, $4)
             on conflict do nothing`,
            [tenantId, commandId, requestHash, at],
          );
          const { rows } = await client.query<{ same: boolean; requested: boolean }>(
            `select request_hash = $3 as same, requested_at_ms is not null as requested
             from idempotency_keys where tenant_id = $1 and command_id = $2`,
            [tenantId, commandId, requestHash],
          );
          const [row] = rows;
          if (row?.same === false) return 'differs';
          return row?.requested === true ? 'known' : 'taken';
        },
        { schema },
      ),
    requested: ({ tenantId, commandId }, at) =>
      asTenant(
        database,
        tenantId,
        async (client) => {
          await client.query(
            'update idempotency_keys set requested_at_ms = $3 where tenant_id = $1 and command_id = $2',
            [tenantId, commandId, at],
          );
        },
        { schema },
      ),
    async prune(before) {
      await database.query(`delete from ${schema}.idempotency_keys where created_at_ms < $1`, [before]);
    },
  };
}

/** @param request with the token by its pseudonym: a hash of a short uid could be guessed. */
export function requestHashOf(request: object): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(sorted(request)))
    .digest();
}

/** Two requests that differ in the order of their fields alone are one. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, part]) => [name, sorted(part)]));
}

const keptMs = 7 * 24 * 60 * 60 * 1000;
const pruneEveryMs = 60 * 60 * 1000;

/** Keys are kept as long as the commands topic keeps commands. */
export function pruneOldKeys(idempotency: Idempotency, logger: Logger, now: () => number): Closable {
  let pruning: Promise<void> | undefined;
  const prune = (): void => {
    pruning ??= idempotency
      .prune(now() - keptMs)
      .catch((error: unknown) => logger.warn({ err: error }, 'idempotency keys not pruned'))
      .finally(() => {
        pruning = undefined;
      });
  };
  const timer = setInterval(prune, pruneEveryMs);
  prune();
  return {
    async close() {
      clearInterval(timer);
      await pruning;
    },
  };
}
