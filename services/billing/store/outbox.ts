// What a write says to the log: the change, into the history that registry.changes keeps; and the relay that says it.
import { encodeRecord } from '#contracts/codec';
import type { RegistryChanged } from '#contracts/generated/types';
import type { Topics } from '#contracts/topics';
import type { LogWriter } from '#kit/event-log/types';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import { runOutboxRelay, type OutboxEntry } from '#kit/outbox';
import type { Database } from '#kit/postgres';
import type { Kind } from './kinds.ts';
import type { Touched, Writing } from './rows.ts';

export function entryOf<V>(kind: Kind<V>, { tenantId, actor, at }: Writing, touched: Touched<V>): OutboxEntry {
  const { version: rowVersion, operation, value } = touched;
  const id = kind.idOf(value);
  const payload: RegistryChanged = {
    eventId: `${kind.kind}/${tenantId}/${id}/${rowVersion}`,
    tenantId,
    kind: kind.kind,
    id,
    rowVersion,
    operation,
    currentJson: operation === 'deleted' ? null : JSON.stringify(value),
    actor,
    recordedAt: at,
  };
  return { topic: kind.kind, key: `${tenantId}/${id}`, type: 'RegistryChanged', rowVersion, payload };
}

export type RelayOptions = {
  readonly database: Database;
  readonly writer: LogWriter;
  readonly topics: Pick<Topics, 'registryChanges'>;
  readonly logger: Logger;
};

/** The registry has a relay of its own into the same topic: each speaks of kinds of its own. */
export function runRelay({ database, writer, topics, logger }: RelayOptions): Closable {
  return runOutboxRelay({
    database,
    writer,
    logger,
    toRecords: ({ payload }) => {
      // Written by entryOf() alone, so its shape is ours.
      const change = payload as RegistryChanged;
      const key = `${change.tenantId}/${change.kind}/${change.id}`;
      const record = { key, type: 'RegistryChanged', value: encodeRecord('RegistryChanged', change) };
      return [{ topic: topics.registryChanges.name, partition: 0, record }];
    },
  });
}
