// What the billing process tells Prometheus.
import { counter } from '#kit/metrics';

export const decisions = counter('billing_decisions_total', {
  help: 'Sessions decided about: issued, or the reason of the review that was opened',
  labels: ['decision'],
});

export const costs = counter('billing_costs_total', {
  help: 'Costs of transactions asked for stations: told, or why not',
  labels: ['outcome'],
});
