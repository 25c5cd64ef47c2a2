// What a projection tells Prometheus beyond its position.
import { type Counter, type Gauge, type Histogram, counter, gauge, histogram } from '#kit/metrics';

export type ProjectionMetrics = {
  readonly applied: Counter;
  readonly skipped: Counter;
  readonly parked: Counter;
  readonly parkedKeys: Gauge;
  readonly commits: Counter;
  readonly commitSeconds: Histogram;
};

export function projectionMetrics(): ProjectionMetrics {
  return {
    applied: counter('projection_applied_total', {
      help: 'Events folded and committed',
      labels: ['projection', 'type'],
    }),
    skipped: counter('projection_skipped_total', {
      help: 'Records passed over undecoded, by reason',
      labels: ['projection', 'reason'],
    }),
    parked: counter('projection_parked_total', { help: 'Keys parked, by reason', labels: ['projection', 'reason'] }),
    parkedKeys: gauge('projection_parked_keys', { help: 'Keys that wait for a re-drive', labels: ['projection'] }),
    commits: counter('projection_commits_total', { help: 'Batches committed', labels: ['projection'] }),
    commitSeconds: histogram('projection_commit_seconds', {
      help: 'From a batch received to its rows committed',
      labels: ['projection'],
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    }),
  };
}

export type BatchCounts = {
  readonly skipped: Readonly<Record<string, number>>;
  readonly appliedByType: ReadonlyMap<string, number>;
};

export function countBatch(metrics: ProjectionMetrics, projection: string, counts: BatchCounts): void {
  for (const [type, events] of counts.appliedByType) metrics.applied.inc({ projection, type }, events);
  for (const [reason, records] of Object.entries(counts.skipped))
    if (records > 0) metrics.skipped.inc({ projection, reason }, records);
  metrics.commits.inc({ projection });
}
