// A record's schema with only the fields that a reader takes; Avro resolution steps over the bytes of the others.
import { isUnion, type AvroNamed, type AvroSchema } from '#contracts/schema-files';

/** Fields to read, by record name, also of records within records (Meta, Reading). Records not named are read whole. */
export type FieldsRead = Readonly<Record<string, readonly string[]>>;

/**
 * The schema less the fields that are not read; every named type is written out where it is first used now.
 * Throws where a field to read does not exist: a spelling mistake of ours.
 */
export function partialSchema(schema: AvroNamed, fields: FieldsRead): AvroNamed {
  const defined = new Map<string, AvroNamed>();
  collect(schema, defined);
  return reduced(schema, { fields, defined, written: new Set() }) as AvroNamed;
}

type Reducing = {
  readonly fields: FieldsRead;
  readonly defined: ReadonlyMap<string, AvroNamed>;
  readonly written: Set<string>;
};

function collect(schema: AvroSchema, defined: Map<string, AvroNamed>): void {
  if (typeof schema === 'string') return;
  if (isUnion(schema)) return schema.forEach((branch) => collect(branch, defined));
  if (schema.type === 'array') return collect(schema.items, defined);
  defined.set(schema.name, schema);
  for (const field of schema.fields ?? []) collect(field.type, defined);
}

function reduced(schema: AvroSchema, reducing: Reducing): AvroSchema {
  if (typeof schema === 'string') {
    const named = reducing.defined.get(schema);
    return named === undefined || reducing.written.has(schema) ? schema : reduced(named, reducing);
  }
  if (isUnion(schema)) return schema.map((branch) => reduced(branch, reducing));
  if (schema.type === 'array') return { ...schema, items: reduced(schema.items, reducing) };
  return reduceNamed(schema, reducing);
}

function reduceNamed(schema: AvroNamed, reducing: Reducing): AvroSchema {
  const { fields, written } = reducing;
  if (written.has(schema.name)) return schema.name;
  written.add(schema.name);
  if (schema.fields === undefined) return schema;
  const read = fields[schema.name];
  const missing = read?.find((name) => !schema.fields?.some((field) => field.name === name));
  if (missing !== undefined) throw new Error(`contracts: ${schema.name} has no field ${missing}`);
  const kept = schema.fields.filter(({ name }) => read === undefined || read.includes(name));
  return { ...schema, fields: kept.map((field) => ({ ...field, type: reduced(field.type, reducing) })) };
}
