// Dead letters: copies of records that could not be applied, with the reason, for people and their tools.
import type { LogRecord, LogWriter } from '#kit/event-log/types';
import { Fault } from '#kit/fault';
import type { Logger } from '#kit/logger';
import { type Addressed, appendAll } from '#kit/projection/append-all';

export type DeadRecord = {
  readonly partition: number;
  readonly record: LogRecord;
  readonly reason: string;
  readonly detail: string;
};

/** Above it the copy goes without its bytes: the source topic holds them, and the letter must fit into one request. */
const copiedBytesMax = 256 * 1024;

/**
 * Copies the records to `<topic>.dlq`, same partition and key, and waits for the acks. A letter that the log will never
 * take (no such topic) is logged only: the source keeps the event, and no copy may stop the others.
 * Throws Fault LOG_UNAVAILABLE, LOG_FULL, LOG_CLOSED.
 */
export async function buryAll(
  writer: LogWriter,
  topic: string,
  dead: readonly DeadRecord[],
  logger: Logger,
): Promise<void> {
  if (dead.length === 0) return;
  try {
    await appendAll(
      writer,
      dead.map((each) => letterOf(topic, each)),
    );
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'LOG_REFUSED') throw error;
    logger.error({ err: error, topic, records: dead.length }, 'dead letters refused');
  }
}

/** JSON, not Avro: what lies here is often what no schema could read. The bytes are kept as base64. */
function letterOf(topic: string, { partition, record, reason, detail }: DeadRecord): Addressed {
  const { offset, timestampMs, type, key, value } = record;
  const isCopied = value !== null && value.length <= copiedBytesMax;
  const letter = {
    topic,
    partition,
    offset,
    timestampMs,
    type,
    reason,
    detail,
    valueBytes: value?.length ?? 0,
    valueBase64: isCopied ? value.toString('base64') : null,
  };
  const text = Buffer.from(JSON.stringify(letter));
  return { topic: `${topic}.dlq`, partition, record: { key, type: 'DeadLetter', value: text } };
}
