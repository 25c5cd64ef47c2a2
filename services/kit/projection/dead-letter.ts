// A dead letter: a copy of a record that could not be applied, with the reason, for people and their tools.
import type { LogRecord } from '#kit/event-log/types';
import type { Addressed } from '#kit/projection/append-all';

export type DeadRecord = {
  /** The topic it was read from; the copy goes to `<topic>.dlq`, same partition and key. */
  readonly topic: string;
  readonly partition: number;
  readonly record: LogRecord;
  readonly reason: string;
  readonly detail: string;
};

/** JSON, not Avro: what lies here is often what no schema could read. The bytes are kept as base64. */
export function deadLetterRecord({ topic, partition, record, reason, detail }: DeadRecord): Addressed {
  const letter = {
    topic,
    partition,
    offset: record.offset,
    timestampMs: record.timestampMs,
    type: record.type,
    reason,
    detail,
    valueBase64: record.value?.toString('base64') ?? null,
  };
  const value = Buffer.from(JSON.stringify(letter));
  return { topic: `${topic}.dlq`, partition, record: { key: record.key, type: 'DeadLetter', value } };
}
