// Configuration from the environment: every setting has a name, a default and bounds; all faults are reported together.
import { Fault } from '#kit/fault';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One setting: reads its variable, or reports why it cannot and returns a value of the right type all the same. */
export type Setting<T> = { readonly name: string; read(environment: Environment, report: (fault: string) => void): T };

export type ConfigOf<S extends Record<string, Setting<unknown>>> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

/** A whole number within [min, max]; the variable's name ends in its unit. */
export function integer(name: string, byDefault: number, min: number, max: number): Setting<number> {
  return {
    name,
    read(environment, report) {
      const raw = environment[name];
      if (raw === undefined || raw === '') return byDefault;
      const value = Number(raw);
      if (!Number.isInteger(value) || value < min || value > max) {
        report(`${name}=${raw} must be a whole number from ${min} to ${max}`);
        return byDefault;
      }
      return value;
    },
  };
}

/** A text; without a default it must be given. */
export function text(name: string, byDefault?: string): Setting<string> {
  return {
    name,
    read(environment, report) {
      const raw = environment[name];
      if (raw !== undefined && raw !== '') return raw;
      if (byDefault === undefined) report(`${name} must be given`);
      return byDefault ?? '';
    },
  };
}

/** A text that may be absent. */
export function optionalText(name: string): Setting<string | undefined> {
  return { name, read: (environment) => (environment[name] === '' ? undefined : environment[name]) };
}

/** A comma-separated list of texts. */
export function list(name: string, byDefault: readonly string[]): Setting<readonly string[]> {
  return {
    name,
    read(environment) {
      const raw = environment[name];
      if (raw === undefined || raw === '') return byDefault;
      return raw
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    },
  };
}

/** One of the named options. */
export function choice<const O extends readonly string[]>(
  name: string,
  byDefault: O[number],
  options: O,
): Setting<O[number]> {
  return {
    name,
    read(environment, report) {
      const raw = environment[name];
      if (raw === undefined || raw === '') return byDefault;
      if (options.includes(raw)) return raw;
      report(`${name}=${raw} must be one of ${options.join(', ')}`);
      return byDefault;
    },
  };
}

/** Reads all settings. Throws Fault CONFIG_INVALID that names every faulty variable at once. */
export function readConfig<S extends Record<string, Setting<unknown>>>(
  settings: S,
  environment: Environment,
): ConfigOf<S> {
  const faults: string[] = [];
  const entries = Object.entries(settings).map(([key, setting]) => [
    key,
    setting.read(environment, (fault) => faults.push(fault)),
  ]);
  if (faults.length > 0) throw new Fault('CONFIG_INVALID', { detail: faults.join('; ') });
  return Object.fromEntries(entries) as ConfigOf<S>;
}
