// The flags of `npm run soak`, with defaults and bounds; all faults reported together.
import { parseArgs } from 'node:util';
import { Fault } from '#kit/fault';

export type SoakOptions = {
  readonly seed: string;
  readonly minutes: number;
  readonly rounds: number;
  readonly stations: number;
  /** Names of scenarios or of what they hurt; empty: all. */
  readonly only: readonly string[];
  /** How long a long scenario (`outage-*`, `zombie-gateway`) lasts. */
  readonly outageSeconds: number;
  /** Every process reaches the parts, and the fleet the gateways, through a link that can fail. */
  readonly links: boolean;
  /** Of `--only fuzz`: spoiled frames, and how many a second. */
  readonly frames: number;
  readonly rate: number;
};

const text = { type: 'string' } as const;

/** Throws Fault CONFIG_INVALID. Without a seed one is made up and printed; without rounds the minutes alone end it. */
export function readSoakOptions(args: readonly string[], nowMs: number = Date.now()): SoakOptions {
  const values = parsed(args);
  const faults: string[] = [];
  const number = (
    name: 'minutes' | 'rounds' | 'stations' | 'outage-seconds' | 'frames' | 'rate',
    byDefault: number,
    min: number,
    max: number,
  ): number => {
    const value = Number(values[name] ?? byDefault);
    if (!Number.isFinite(value) || value < min || value > max)
      faults.push(`--${name} must be a number from ${min} to ${max}`);
    return value;
  };
  const options: SoakOptions = {
    seed: values.seed ?? nowMs.toString(36),
    minutes: number('minutes', 10, 0.1, 100_000),
    rounds: number('rounds', 1_000_000, 1, 1_000_000),
    stations: number('stations', 200, 1, 10_000),
    only: (values.only ?? '').split(',').filter((each) => each !== ''),
    outageSeconds: number('outage-seconds', 60, 1, 86_400),
    links: values.links === true,
    frames: number('frames', 1_000_000, 1, 1_000_000_000),
    rate: number('rate', 2_000, 1, 100_000),
  };
  if (faults.length > 0) throw new Fault('CONFIG_INVALID', { detail: faults.join('; ') });
  return options;
}

function parsed(args: readonly string[]) {
  try {
    const options = {
      seed: text,
      minutes: text,
      rounds: text,
      stations: text,
      only: text,
      'outage-seconds': text,
      frames: text,
      rate: text,
      links: { type: 'boolean' },
    } as const;
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new Fault('CONFIG_INVALID', { detail: error instanceof Error ? error.message : String(error), cause: error });
  }
}
