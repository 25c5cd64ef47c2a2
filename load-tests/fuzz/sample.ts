// A payload that its schema allows, drawn from a seed: words, times and numbers as stations use them where a name tells which.
import type { Random } from '#load-tests/fleet/random';

export type Schema = {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly multipleOf?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly definitions?: Readonly<Record<string, Schema>>;
};

export type Sampling = {
  readonly definitions: Readonly<Record<string, Schema>>;
  readonly random: Random;
  /** How often a field that may be left out is there. */
  readonly optional: number;
  /** Of every time that is drawn. */
  readonly nowMs: number;
  /** Values by the name of their field, where any of the type is not what a station says. */
  readonly words: Readonly<Record<string, readonly string[]>>;
};

const itemsMax = 3;
const textCharsMax = 40;
const smallMax = 3;
const timesWithinMs = 3_600_000;
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz0123456789-_.äß€';

/** The same draws give the same payload. */
export function sampleOf(schema: Schema, sampling: Sampling, name = ''): unknown {
  const { definitions, random } = sampling;
  if (schema.$ref !== undefined) {
    const definition = definitions[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)];
    return definition === undefined ? null : sampleOf(definition, sampling, name);
  }
  if (schema.enum !== undefined) return pick(schema.enum, random);
  switch (schema.type) {
    case 'object':
      return objectOf(schema, sampling);
    case 'array':
      return arrayOf(schema, sampling, name);
    case 'string':
      return textOf(schema, sampling, name);
    case 'integer':
      return numberOf(schema, random, name);
    case 'number':
      return Math.round(numberOf(schema, random, name) * 10 + random.integer(0, 9)) / 10;
    case 'boolean':
      return random.chance(0.5);
    default:
      return {};
  }
}

function objectOf({ properties = {}, required = [] }: Schema, sampling: Sampling): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(properties)) {
    if (required.includes(name) || sampling.random.chance(sampling.optional))
      made[name] = sampleOf(schema, sampling, name);
  }
  return made;
}

function arrayOf({ items = {}, minItems = 0, maxItems = itemsMax }: Schema, sampling: Sampling, name: string) {
  const length = sampling.random.integer(minItems, Math.max(minItems, Math.min(maxItems, itemsMax)));
  return Array.from({ length }, () => sampleOf(items, sampling, name));
}

function textOf(
  { format, maxLength = textCharsMax }: Schema,
  { random, nowMs, words }: Sampling,
  name: string,
): string {
  if (format === 'date-time') return new Date(nowMs - random.integer(0, timesWithinMs)).toISOString();
  const known = words[name];
  if (known !== undefined) return pick(known, random).slice(0, maxLength);
  const length = random.integer(1, Math.min(maxLength, textCharsMax));
  return Array.from({ length }, () => letters[random.integer(0, letters.length - 1)]).join('');
}

function numberOf({ minimum, maximum }: Schema, random: Random, name: string): number {
  if (/^(connector|evse)(Id)?$/.test(name) || name === 'id') return random.integer(minimum ?? 0, smallMax);
  const min = minimum ?? 0;
  return random.integer(min, Math.max(min, Math.min(maximum ?? 1_000_000, 1_000_000)));
}

export function pick<T>(among: readonly T[], random: Random): T {
  const picked = among[random.integer(0, among.length - 1)];
  if (picked === undefined) throw new RangeError('there is nothing to pick');
  return picked;
}
