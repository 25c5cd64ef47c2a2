// What a reader of the log that keeps its own positions tells Prometheus: how far behind, what stopped, what was lost.
import { type Counter, type Gauge, counter, gauge } from '#kit/metrics';

export type PositionKind = 'projection' | 'sink';

export type PositionMetrics = {
  readonly lagEvents: Gauge;
  readonly lagSeconds: Gauge;
  readonly stopped: Gauge;
  readonly ownershipLost: Counter;
  readonly failures: Counter;
};

/** Metrics `chargestream_<kind>_…`; the label that names the reader is called as its kind. */
export function positionMetrics(kind: PositionKind): PositionMetrics {
  const labels = [kind, 'partition'];
  return {
    lagEvents: gauge(`${kind}_lag_events`, {
      help: 'Records between the position and the end of the partition',
      labels,
    }),
    lagSeconds: gauge(`${kind}_lag_seconds`, {
      help: 'Age of the newest applied record while others wait behind it; 0 at the end of the log',
      labels: [kind],
    }),
    stopped: gauge(`${kind}_partition_stopped`, {
      help: '1 where a partition stands still and needs a person',
      labels,
    }),
    ownershipLost: counter(`${kind}_ownership_lost_total`, {
      help: 'Partitions that another process took over',
      labels: [kind],
    }),
    failures: counter(`${kind}_failures_total`, {
      help: 'Batches that failed and are tried again, by code',
      labels: [kind, 'code'],
    }),
  };
}
