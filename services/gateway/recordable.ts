// Facts as records of the log; of a transaction's message what no event holds goes, so that the rest of it counts.
import { encodeRecord, faultyFields } from '#contracts/codec';
import type { ChargingEvent } from '#contracts/generated/types';
import type { AppendRecord } from '#kit/event-log/types';
import type { RequestFrame } from './check.ts';
import type { Connection } from './connection.ts';
import { isTransactional } from './domain/quirks/transactions.ts';

export type Recordable = {
  readonly records: readonly AppendRecord[];
  /** Else the message has to be kept beside. */
  readonly isWhole: boolean;
};

/** Facts of one CALL, encoded; far below what one request to the log may be, above what a frame kept whole can be. */
const factBytesMax = 512 * 1024;

/** Undefined where nothing of it can be recorded: valid by its schema, yet beyond an event (1e30 is an integer), or too much. */
export function recordable(
  { parts, key, stationId, dialect }: Connection,
  { action }: RequestFrame,
  events: readonly ChargingEvent[],
): Recordable | undefined {
  try {
    return { records: bounded(encoded(key, events)), isWhole: true };
  } catch (error) {
    parts.logger.warn({ err: error, action, stationId }, 'message beyond what can be recorded');
    if (!isTransactional(dialect.version, action)) return undefined;
    return restOf(key, events.map(withoutFaults));
  }
}

/** Throws where a value does not fit its schema. */
export function encoded(key: string, events: readonly ChargingEvent[]): readonly AppendRecord[] {
  const records: AppendRecord[] = [];
  for (const event of events) records.push({ key, type: event.type, value: encodeRecord(event.type, event as never) });
  return records;
}

/** With its readings, or without where these are the fault: a session must not stay open for them. */
function restOf(key: string, events: readonly ChargingEvent[]): Recordable | undefined {
  const others = events.filter(({ type }) => type !== 'MeterValuesSampled');
  for (const rest of [events, others]) {
    try {
      if (rest.length > 0) return { records: bounded(encoded(key, rest)), isWhole: false };
    } catch {
      // Then with less of it.
    }
  }
  return undefined;
}

function withoutFaults(event: ChargingEvent): ChargingEvent {
  const rest = { ...event };
  for (const field of faultyFields(event.type, event as never)) Object.assign(rest, { [field]: null });
  return rest;
}

function bounded(records: readonly AppendRecord[]): readonly AppendRecord[] {
  let bytes = 0;
  for (const { value } of records) bytes += value?.length ?? 0;
  if (bytes > factBytesMax) throw new RangeError(`facts of more than ${factBytesMax} bytes`);
  return records;
}
