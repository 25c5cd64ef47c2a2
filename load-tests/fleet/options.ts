// The fleet's command line: every flag with its default and bounds, all faults reported together.
import { parseArgs } from 'node:util';
import { Fault } from '#kit/fault';
import { vendorChoices } from '#load-tests/fleet/vendors';

export type FleetOptions = {
  readonly stations: number;
  readonly urls: readonly string[];
  readonly seed: string;
  readonly prefix: string;
  readonly connectRatePerSecond: number;
  readonly meterIntervalSeconds: number;
  readonly sessionSeconds: number;
  readonly idleSeconds: number;
  readonly timeScale: number;
  /** 0: until it is told to end. */
  readonly durationSeconds: number;
  readonly modelPath: string | undefined;
  readonly reportSeconds: number;
  readonly drains: boolean;
  /** How long a drain waits for what stations still have to say. */
  readonly drainSeconds: number;
  readonly localAddress: string | undefined;
  /** none, mix, or the name of one (vendors.ts). */
  readonly vendors: string;
};

type NumberFlag = { readonly byDefault: number; readonly min: number; readonly max: number };

/** The hard limit of open files of a process bounds its stations. */
export const stationsPerProcessMax = 18_000;

const numbers = {
  stations: { byDefault: 25, min: 1, max: stationsPerProcessMax },
  'connect-rate': { byDefault: 50, min: 0.1, max: 20_000 },
  'meter-interval-seconds': { byDefault: 15, min: 0, max: 86_400 },
  'session-seconds': { byDefault: 300, min: 1, max: 86_400 },
  'idle-seconds': { byDefault: 60, min: 0, max: 31_536_000 },
  'time-scale': { byDefault: 1, min: 0.01, max: 1000 },
  'duration-seconds': { byDefault: 0, min: 0, max: 31_536_000 },
  'report-seconds': { byDefault: 5, min: 0, max: 3600 },
  'drain-seconds': { byDefault: 8, min: 0, max: 3600 },
} as const satisfies Record<string, NumberFlag>;

const texts = {
  url: 'ws://127.0.0.1:9000/ocpp',
  seed: 'chargestream',
  prefix: 'SIM',
  'model-out': undefined,
  'local-address': undefined,
  vendors: 'none',
} as const satisfies Record<string, string | undefined>;

/** Throws Fault CONFIG_INVALID that names every faulty flag. */
export function readOptions(args: readonly string[]): FleetOptions {
  const values = parsed(args);
  const faults: string[] = [];
  const number = (name: keyof typeof numbers): number => numberOf(name, values[name], faults);
  const text = (name: keyof typeof texts): string | undefined => {
    const value = values[name];
    return typeof value === 'string' && value !== '' ? value : texts[name];
  };
  const options: FleetOptions = {
    stations: Math.trunc(number('stations')),
    urls: urlsOf(text('url') ?? '', faults),
    seed: text('seed') ?? '',
    prefix: text('prefix') ?? '',
    connectRatePerSecond: number('connect-rate'),
    meterIntervalSeconds: Math.trunc(number('meter-interval-seconds')),
    sessionSeconds: number('session-seconds'),
    idleSeconds: number('idle-seconds'),
    timeScale: number('time-scale'),
    durationSeconds: number('duration-seconds'),
    modelPath: text('model-out'),
    reportSeconds: number('report-seconds'),
    drains: values['drain'] === true,
    drainSeconds: number('drain-seconds'),
    localAddress: text('local-address'),
    vendors: vendorsOf(text('vendors') ?? '', faults),
  };
  if (faults.length > 0) throw new Fault('CONFIG_INVALID', { detail: faults.join('; ') });
  return options;
}

function parsed(args: readonly string[]): Readonly<Record<string, string | boolean | undefined>> {
  const names = [...Object.keys(numbers), ...Object.keys(texts)];
  const flags = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]));
  try {
    const options = { ...flags, drain: { type: 'boolean' } as const };
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new Fault('CONFIG_INVALID', { detail: error instanceof Error ? error.message : String(error), cause: error });
  }
}

function numberOf(name: keyof typeof numbers, raw: string | boolean | undefined, faults: string[]): number {
  const { byDefault, min, max } = numbers[name];
  if (raw === undefined) return byDefault;
  const value = Number(raw);
  if (raw === '' || !Number.isFinite(value) || value < min || value > max) {
    faults.push(`--${name} ${String(raw)} must be a number from ${min} to ${max}`);
    return byDefault;
  }
  return value;
}

function vendorsOf(choice: string, faults: string[]): string {
  if (!vendorChoices.includes(choice)) faults.push(`--vendors ${choice} must be one of ${vendorChoices.join(', ')}`);
  return choice;
}

function urlsOf(list: string, faults: string[]): readonly string[] {
  const urls = list.split(',').map((url) => url.trim().replace(/\/+$/, ''));
  for (const url of urls) {
    if (!URL.canParse(url) || !url.startsWith('ws://'))
      faults.push(`--url ${url} must be like ws://127.0.0.1:9000/ocpp`);
  }
  return urls;
}
