// Checks a command's body against its intent's own schema, so that each violation names its path and not "no union member".
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { FastifyRouteSchemaDef, FastifyValidationResult } from 'fastify/types/schema.js';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { intents, isIntent } from '#contracts/commands';
import { commandInputOf, type CommandInput } from './command-schemas.ts';

type Violation = {
  instancePath: string;
  keyword: string;
  message: string;
  params: Record<string, unknown>;
  schemaPath: string;
};
type Checked = { value: CommandInput; error?: never } | { value?: never; error: Violation[] };

const validators = new Map(
  Object.keys(intents)
    .filter(isIntent)
    .map((intent) => {
      const schema = commandInputOf(intent);
      return [intent, { schema, compiled: Compile(schema) }] as const;
    }),
);

/** Validator compiler of the command route: the body by intent with its defaults filled in, all else as everywhere. */
export function commandValidatorCompiler(route: FastifyRouteSchemaDef<unknown>): FastifyValidationResult {
  if (route.httpPart === 'body') return checkCommand;
  return TypeBoxValidatorCompiler(route as FastifyRouteSchemaDef<TSchema>);
}

/** The command with the defaults of its intent, or what is wrong with it, each by its path. */
export function checkCommand(body: unknown): Checked {
  const intent = typeof body === 'object' && body !== null && 'intent' in body ? body.intent : undefined;
  const validator = typeof intent === 'string' && isIntent(intent) ? validators.get(intent) : undefined;
  if (validator === undefined) return refuse('/intent', `must be one of ${[...validators.keys()].join(', ')}`);
  const value: unknown = Value.Default(validator.schema, body);
  if (validator.compiled.Check(value)) return { value: value as CommandInput };
  return { error: violationsOf(validator.compiled.Errors(value)) };
}

type Fault = {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
};

/** One violation per path: alternatives are told as one sentence, and each unknown field has an error of its own. */
function violationsOf(faults: readonly Fault[]): Violation[] {
  const byPath = new Map<string, Fault[]>();
  for (const fault of faults) {
    if (fault.keyword === 'additionalProperties') continue;
    byPath.set(fault.instancePath, [...(byPath.get(fault.instancePath) ?? []), fault]);
  }
  return [...byPath].map(([path, ofPath]) => violationAt(path, sentenceOf(ofPath)));
}

function sentenceOf(faults: readonly Fault[]): string {
  const allowed = faults.flatMap(({ params }) => ('allowedValue' in params ? [String(params.allowedValue)] : []));
  if (allowed.length > 0) return `must be ${allowed.join(' or ')}`;
  const listed = faults.flatMap(({ params }) =>
    'allowedValues' in params && Array.isArray(params.allowedValues) ? params.allowedValues.map(String) : [],
  );
  if (listed.length > 0) return `must be ${listed.join(' or ')}`;
  if (faults.some(({ keyword }) => keyword === 'boolean')) return 'is no field of this intent';
  return [...new Set(faults.map(({ message }) => message))].join('; ');
}

function refuse(instancePath: string, message: string): Checked {
  return { error: [violationAt(instancePath, message)] };
}

function violationAt(instancePath: string, message: string): Violation {
  return { instancePath, keyword: 'command', message, params: {}, schemaPath: '#' };
}
