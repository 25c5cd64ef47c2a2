// Prometheus metrics: one registry per process, bounded labels, base units.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export type { Counter, Gauge, Histogram } from 'prom-client';

/** The registry of this process; every service of the process shares it. */
export const metricsRegistry = new Registry();
collectDefaultMetrics({ register: metricsRegistry, prefix: 'chargestream_' });

type MetricOptions = { help: string; labels?: readonly string[] };

/** A counter `chargestream_<name>`; asking again for the same name returns the same counter. */
export function counter(name: string, options: MetricOptions): Counter<string> {
  return (
    existing(name) ??
    new Counter({
      name: `chargestream_${name}`,
      help: options.help,
      labelNames: [...(options.labels ?? [])],
      registers: [metricsRegistry],
    })
  );
}

/** A gauge `chargestream_<name>`. */
export function gauge(name: string, options: MetricOptions): Gauge<string> {
  return (
    existing(name) ??
    new Gauge({
      name: `chargestream_${name}`,
      help: options.help,
      labelNames: [...(options.labels ?? [])],
      registers: [metricsRegistry],
    })
  );
}

/** A histogram `chargestream_<name>` with the given bucket bounds in the base unit of its name. */
export function histogram(name: string, options: MetricOptions & { buckets: readonly number[] }): Histogram<string> {
  return (
    existing(name) ??
    new Histogram({
      name: `chargestream_${name}`,
      help: options.help,
      labelNames: [...(options.labels ?? [])],
      buckets: [...options.buckets],
      registers: [metricsRegistry],
    })
  );
}

function existing<M>(name: string): M | undefined {
  return metricsRegistry.getSingleMetric(`chargestream_${name}`) as M | undefined;
}
