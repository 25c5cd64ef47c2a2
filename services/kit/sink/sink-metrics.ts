// What a sink tells Prometheus beyond its position.
import { type Counter, type Histogram, counter, histogram } from '#kit/metrics';

export type SinkMetrics = {
  readonly rows: Counter;
  readonly flushes: Counter;
  readonly skipped: Counter;
  readonly refused: Counter;
  readonly flushSeconds: Histogram;
};

export function sinkMetrics(): SinkMetrics {
  return {
    rows: counter('sink_rows_total', { help: 'Rows inserted', labels: ['sink', 'table'] }),
    flushes: counter('sink_flushes_total', { help: 'Cuts settled', labels: ['sink'] }),
    skipped: counter('sink_skipped_total', { help: 'Records of types that the sink does not read', labels: ['sink'] }),
    refused: counter('sink_refused_total', {
      help: 'Records copied to the dead letters, by reason',
      labels: ['sink', 'reason'],
    }),
    flushSeconds: histogram('sink_flush_seconds', {
      help: 'From the intent of a cut to its positions',
      labels: ['sink'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    }),
  };
}
