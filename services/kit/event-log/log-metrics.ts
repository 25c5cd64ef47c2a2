// What the event log's clients count and measure, for every writer and reader of this process.
import { counter, gauge, histogram } from '#kit/metrics';

export const appendedRecords = counter('log_appended_records_total', {
  help: 'Records acknowledged by the event log.',
  labels: ['topic'],
});
export const produceSeconds = histogram('log_produce_seconds', {
  help: 'Time from sending a produce request to its answer.',
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
});
export const produceErrors = counter('log_produce_errors_total', {
  help: 'Partitions of produce requests that failed, by error; most are tried again.',
  labels: ['code'],
});
export const refusedAppends = counter('log_refused_appends_total', {
  help: 'Appends that were rejected, by fault.',
  labels: ['code'],
});
export const queueBytes = gauge('log_queue_bytes', {
  help: 'Bytes queued or in flight towards the event log.',
  labels: ['client'],
});
export const oldestUnackedSeconds = gauge('log_oldest_unacked_seconds', {
  help: 'Age of the oldest record that is not acknowledged.',
  labels: ['client'],
});
export const producersOpened = counter('log_producers_opened_total', {
  help: 'Producer ids taken: one per lane at start, one more after each final failure of a producer.',
});
export const fetchErrors = counter('log_fetch_errors_total', {
  help: 'Failed fetches, by error; all but a lost position are tried again.',
  labels: ['code'],
});
export const fetchedRecords = counter('log_fetched_records_total', { help: 'Records read.', labels: ['topic'] });
