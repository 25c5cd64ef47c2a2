// Reads contracts/{events,records}/*.avsc and makes each wire record a schema that stands alone.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { topicsFor } from '#contracts/topics';

export type AvroField = {
  readonly name: string;
  readonly type: AvroSchema;
  readonly default?: unknown;
  readonly doc?: string;
};
export type AvroNamed = {
  readonly type: 'record' | 'enum' | 'fixed';
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly fields?: readonly AvroField[];
  readonly symbols?: readonly string[];
  readonly default?: string;
  readonly size?: number;
};
export type AvroSchema =
  | string
  | AvroNamed
  | { readonly type: 'array'; readonly items: AvroSchema }
  | readonly AvroSchema[];

/** All named types of all files, by name; a name defined twice differently is a fault of the author. */
export type NamedTypes = ReadonlyMap<string, AvroNamed>;

/** Names of the records that travel on a topic, in the order of the topics. */
export const wireTypes: readonly string[] = Object.values(topicsFor(1)).flatMap((topic) => [...topic.types]);

/** Reads every .avsc file. Throws when two files define one name differently. */
export function readNamedTypes(): NamedTypes {
  const named = new Map<string, AvroNamed>();
  for (const folder of ['events', 'records']) {
    const url = new URL(`./${folder}/`, import.meta.url);
    for (const file of readdirSync(url).toSorted()) {
      collect(JSON.parse(readFileSync(new URL(file, url), 'utf8')) as AvroSchema, named);
    }
  }
  return named;
}

/** The schema of one record with every named type written out where it is first used. */
export function standAlone(name: string, named: NamedTypes): AvroNamed {
  return inline(name, named, new Set()) as AvroNamed;
}

/** SHA-256 of the schema's JSON text, first 16 hex digits: equal text, equal print. */
export function fingerprint(schema: AvroSchema): string {
  return createHash('sha256').update(JSON.stringify(schema)).digest('hex').slice(0, 16);
}

function collect(schema: AvroSchema, named: Map<string, AvroNamed>): void {
  if (typeof schema === 'string') return;
  if (isUnion(schema)) {
    for (const branch of schema) collect(branch, named);
    return;
  }
  if (schema.type === 'array') {
    collect(schema.items, named);
    return;
  }
  const known = named.get(schema.name);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
    throw new Error(`contracts: ${schema.name} is defined twice, differently`);
  }
  named.set(schema.name, schema);
  for (const field of schema.fields ?? []) collect(field.type, named);
}

function inline(schema: AvroSchema, named: NamedTypes, seen: Set<string>): AvroSchema {
  if (typeof schema === 'string') {
    const known = named.get(schema);
    return known === undefined || seen.has(schema) ? schema : inline(known, named, seen);
  }
  if (isUnion(schema)) return schema.map((branch) => inline(branch, named, seen));
  if (schema.type === 'array') return { ...schema, items: inline(schema.items, named, seen) };
  if (seen.has(schema.name)) return schema.name;
  seen.add(schema.name);
  if (schema.fields === undefined) return schema;
  return { ...schema, fields: schema.fields.map((field) => ({ ...field, type: inline(field.type, named, seen) })) };
}

export function isUnion(schema: AvroSchema): schema is readonly AvroSchema[] {
  return Array.isArray(schema);
}
