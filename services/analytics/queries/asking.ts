// How the API asks ClickHouse: typed parameters only, within bounds of time, rows and memory.
import type { ClickHouse } from '#kit/clickhouse';

/** A statement with `{name:Type}` in its text, and their values. */
export type Question = { readonly text: string; readonly params: Readonly<Record<string, unknown>> };

const executionSecondsMax = 20;
/** A server that is there ends the question itself. */
const answerTimeoutMs = (executionSecondsMax + 2) * 1_000;
const memoryBytesMax = 2_000_000_000;
/** Of one page and one row more; a statement that gives more is at fault. */
const rowsMax = 1_001;

/** Throws Fault TIMESERIES_UNAVAILABLE (503) where ClickHouse is away or the question takes too long. */
export function ask<Row>(clickhouse: ClickHouse, { text, params }: Question): Promise<Row[]> {
  return clickhouse.query<Row>(text, {
    params,
    timeoutMs: answerTimeoutMs,
    settings: {
      max_execution_time: executionSecondsMax,
      max_memory_usage: String(memoryBytesMax),
      max_result_rows: String(rowsMax),
    },
  });
}
