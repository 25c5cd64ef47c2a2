// What the log holds of each station, indexed by the timestamps that its messages carry.
import type { AnyRecord } from '#contracts/codec';

export type LoggedEvent = { readonly partition: number; readonly offset: number; readonly record: AnyRecord };

/** First offsets by timestamp; no two messages of a simulated station share one. */
export type StationLog = {
  readonly starts: ReadonlyMap<number, number>;
  readonly ends: ReadonlyMap<number, number>;
  /** Of starts, updates, ends and single readings alike. */
  readonly facts: ReadonlyMap<number, number>;
};

type Building = { starts: Map<number, number>; ends: Map<number, number>; facts: Map<number, number> };

/** Of station events in log order, per station. */
export function stationLogs(events: readonly LoggedEvent[]): ReadonlyMap<string, StationLog> {
  const logs = new Map<string, Building>();
  for (const { offset, record } of events) {
    if (!('meta' in record)) continue;
    const { stationId, occurredAt } = record.meta;
    const log = logs.get(stationId) ?? { starts: new Map(), ends: new Map(), facts: new Map() };
    logs.set(stationId, log);
    if (record.type === 'TransactionStarted') keepFirst(log.starts, occurredAt, offset);
    if (record.type === 'TransactionEnded') keepFirst(log.ends, occurredAt, offset);
    if (record.type.startsWith('Transaction')) keepFirst(log.facts, occurredAt, offset);
    if (record.type === 'MeterValuesSampled')
      for (const { sampledAt } of record.readings) keepFirst(log.facts, sampledAt, offset);
  }
  return logs;
}

function keepFirst(offsets: Map<number, number>, atMs: number | null, offset: number): void {
  if (atMs !== null && !offsets.has(atMs)) offsets.set(atMs, offset);
}
