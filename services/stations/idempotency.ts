// Remembers which request an idempotency key stood for, so that a repeat names the same command and another is refused.
import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import { asTenant, type Database } from '#kit/postgres';

/**
 * taken: append it; nobody asked before, or who did never got it into the log. pending: another request appends it right
 * now. known: it is in the log. differs: the key stands for another request.
 */
export type KeyStanding = 'taken' | 'pending' | 'known' | 'differs';

export type Idempotency = {
  /** Claims the key of this command for a request, or says what stands. */
  claim(command: KeyedCommand, at: number): Promise<KeyStanding>;
  /** The command's request is in the log. */
  requested(command: KeyedCommand, at: number): Promise<void>;
  /** The command's request did not get into the log, as far as we know: the next one may claim the key at once. */
  release(command: KeyedCommand): Promise<void>;
  /** Drops keys of before: their commands are gone from the log. */
  prune(before: number): Promise<void>;
};

export type KeyedCommand = { readonly tenantId: string; readonly commandId: string; readonly requestHash: Buffer };

const schema = 'stations_own';

/** Longer than an append takes: who claimed a key and did not get its request into the log by then is gone. */
const claimMs = 15_000;

const insertClaim = `
  insert into idempotency_keys (tenant_id, command_id, request_hash, created_at_ms) values ($1, $2, $3, $4)
  on conflict do nothing`;
const takeOver = `
  update idempotency_keys set created_at_ms = $4
  where tenant_id = $1 and command_id = $2 and request_hash = $3 and requested_at_ms is null and created_at_ms <= $5`;
const readClaim = `
  select request_hash = $3 as same, requested_at_ms is not null as requested
  from idempotency_keys where tenant_id = $1 and command_id = $2`;

export function idempotencyIn(database: Database): Idempotency {
  const change = async (tenantId: string, statement: string, values: readonly unknown[]): Promise<void> => {
    await asTenant(database, tenantId, (client) => client.query(statement, [tenantId, ...values]), { schema });
  };
  return {
    claim: (command, at) => asTenant(database, command.tenantId, (client) => claim(client, command, at), { schema }),
    requested: ({ tenantId, commandId }, at) =>
      change(tenantId, 'update idempotency_keys set requested_at_ms = $3 where tenant_id = $1 and command_id = $2', [
        commandId,
        at,
      ]),
    release: ({ tenantId, commandId }) =>
      change(
        tenantId,
        'delete from idempotency_keys where tenant_id = $1 and command_id = $2 and requested_at_ms is null',
        [commandId],
      ),
    async prune(before) {
      await database.query(`delete from ${schema}.idempotency_keys where created_at_ms < $1`, [before]);
    },
  };
}

async function claim(client: PoolClient, command: KeyedCommand, at: number): Promise<KeyStanding> {
  const { tenantId, commandId, requestHash } = command;
  const named = [tenantId, commandId, requestHash];
  const inserted = await client.query(insertClaim, [...named, at]);
  if (inserted.rowCount === 1) return 'taken';
  const taken = await client.query(takeOver, [...named, at, at - claimMs]);
  if (taken.rowCount === 1) return 'taken';
  const { rows } = await client.query<{ same: boolean; requested: boolean }>(readClaim, named);
  const [row] = rows;
  // Released between the two statements: whoever asks again takes it.
  if (row === undefined) return 'pending';
  if (!row.same) return 'differs';
  return row.requested ? 'known' : 'pending';
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
