// Guards for every OCPP payload, compiled from the schemas of npm typed-ocpp (never vendored: CC BY-ND).
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
// The package's own entry validates everything once at load, about 5 s of CPU; its schema modules load in 80 ms.
import * as schemas16 from 'typed-ocpp/dist/ocpp16/schemas.js';
import * as schemas201 from 'typed-ocpp/dist/ocpp20/schemas.js';
import * as schemas21 from 'typed-ocpp/dist/ocpp21/schemas.js';

export const ocppVersions = ['1.6', '2.0.1', '2.1'] as const;
export type OcppVersion = (typeof ocppVersions)[number];

/** What a payload violates: JSON path, Ajv keyword, sentence, and what the keyword asked for (`params` of Ajv). */
export type Violation = {
  readonly path: string;
  readonly keyword: string;
  readonly message: string;
  readonly params?: Readonly<Record<string, unknown>>;
};

export type Guard = (payload: unknown) => Violation | undefined;

type Schema = { definitions?: unknown; $id?: string };

const schemaSets: Readonly<Record<OcppVersion, Readonly<Record<string, unknown>>>> = {
  '1.6': schemas16,
  '2.0.1': schemas201,
  '2.1': schemas21,
};

const noGuards = (): Record<'Request' | 'Response', Map<string, Guard>> => ({
  Request: new Map(),
  Response: new Map(),
});
const guardsOf = { '1.6': noGuards(), '2.0.1': noGuards(), '2.1': noGuards() };
const compilers = new Map<OcppVersion, Ajv>();

/** Names of the actions of a version: those with a request schema, and 2.1's SEND. */
export function actionsOf(version: OcppVersion): readonly string[] {
  return Object.keys(schemaSets[version])
    .filter((name) => !name.endsWith('Response'))
    .map((name) => name.replace(/Request$/, ''));
}

/** The guard of an action's request or response; undefined where the version has no such message. Compiled at first use. */
export function guardOf(version: OcppVersion, action: string, part: 'Request' | 'Response'): Guard | undefined {
  const guards = guardsOf[version][part];
  const known = guards.get(action);
  if (known !== undefined) return known;
  const schema = schemaOf(schemaSets[version], action, part);
  if (schema === undefined) return undefined;
  const guard = guardFrom(compilerOf(version).compile(pointToShared(schema, version)));
  guards.set(action, guard);
  return guard;
}

function schemaOf(
  schemas: Readonly<Record<string, unknown>>,
  action: string,
  part: 'Request' | 'Response',
): Schema | undefined {
  // 2.1's SEND has no response, so its schema is named as the action alone.
  const name = part === 'Request' && Object.hasOwn(schemas, action) ? action : `${action}${part}`;
  return Object.hasOwn(schemas, name) ? (schemas[name] as Schema) : undefined;
}

/** Compiles all guards of the given versions: a gateway's self-check at start, about 2 s. Returns their count. */
export function compileAllGuards(versions: readonly OcppVersion[]): number {
  for (const version of versions) {
    for (const action of actionsOf(version)) {
      guardOf(version, action, 'Request');
      guardOf(version, action, 'Response');
    }
  }
  return ocppVersions.reduce(
    (sum, version) => sum + guardsOf[version].Request.size + guardsOf[version].Response.size,
    0,
  );
}

function guardFrom(validate: ValidateFunction): Guard {
  return (payload) => (validate(payload) ? undefined : violationOf(validate.errors?.[0]));
}

function violationOf(error: ErrorObject | undefined): Violation {
  if (error === undefined) return { path: '', keyword: 'unknown', message: 'is not valid' };
  const extra = error.keyword === 'additionalProperties' ? ` (${String(error.params['additionalProperty'])})` : '';
  const message = `${error.message ?? 'is not valid'}${extra}`;
  return { path: error.instancePath, keyword: error.keyword, message, params: error.params };
}

function compilerOf(version: OcppVersion): Ajv {
  const known = compilers.get(version);
  if (known !== undefined) return known;
  // 1.6 limit: 21.4 fails multipleOf 0.1 without the precision; the files of OCA use keywords loosely, so not strict.
  const compiler = new Ajv({
    strict: false,
    multipleOfPrecision: 6,
    allErrors: false,
    validateFormats: true,
    messages: true,
  });
  compiler.addFormat('date-time', { type: 'string', validate: isDateTime });
  compiler.addFormat('uri', true);
  const shared = Object.values(schemaSets[version]).find((schema) => (schema as Schema).definitions !== undefined) as
    | Schema
    | undefined;
  compiler.addSchema({
    $id: sharedId(version),
    definitions: rewriteRefs(shared?.definitions ?? {}, version),
  });
  compilers.set(version, compiler);
  return compiler;
}

/** All schemas of a version share one set of definitions; compiled once under one $id instead of 181 times. */
function pointToShared(schema: Schema, version: OcppVersion): object {
  const { definitions: _shared, ...own } = schema;
  return rewriteRefs(own, version) as object;
}

function rewriteRefs(node: unknown, version: OcppVersion): unknown {
  if (Array.isArray(node)) return node.map((item) => rewriteRefs(item, version));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) =>
      key === '$ref' && typeof value === 'string'
        ? [key, value.replace(/^#/, `${sharedId(version)}#`)]
        : [key, rewriteRefs(value, version)],
    ),
  );
}

function sharedId(version: OcppVersion): string {
  return `ocpp-${version}`;
}

const dateTimePattern = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?\s?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?$/;

/** Tolerant date-time: a missing zone, a space, +02 and +0200 occur in the field (read as UTC where no zone is given). */
function isDateTime(text: string): boolean {
  return dateTimePattern.test(text);
}
