// Tells the log of every change of a partner.
import { encodeRecord } from '#contracts/codec';
import type { RegistryChanged } from '#contracts/generated/types';
import type { Topics } from '#contracts/topics';
import type { LogWriter } from '#kit/event-log/types';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import { runOutboxRelay } from '#kit/outbox';
import type { Database } from '#kit/postgres';

export type RelayOptions = {
  readonly database: Database;
  readonly writer: LogWriter;
  readonly topic: Topics['registryChanges'];
  readonly logger: Logger;
};

export function runPartnerRelay({ database, writer, topic, logger }: RelayOptions): Closable {
  return runOutboxRelay({
    database,
    writer,
    logger,
    toRecords: ({ payload }) => {
      // Written by the partners' store alone, so its shape is ours.
      const change = payload as RegistryChanged;
      const { tenantId, kind, id } = change;
      const key = `${tenantId}/${kind}/${id}`;
      const record = { key, type: 'RegistryChanged', value: encodeRecord('RegistryChanged', change) };
      return [{ topic: topic.name, partition: 0, record }];
    },
  });
}
