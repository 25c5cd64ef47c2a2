// Renders the TypeScript types of the Avro schemas.
import { topicsFor } from '#contracts/topics';
import { isUnion, type AvroNamed, type AvroSchema, type NamedTypes } from '#contracts/schema-files';

const primitives: Readonly<Record<string, string>> = {
  null: 'null',
  string: 'string',
  long: 'number',
  int: 'number',
  boolean: 'boolean',
  bytes: 'Buffer',
};

/** Text of contracts/generated/types.ts. */
export function renderTypes(named: NamedTypes): string {
  const blocks = [...named.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(renderNamed);
  const topics = topicsFor(1);
  const unions = [
    renderUnion('ChargingEvent', topics.events.types),
    renderUnion('CommandRecord', topics.commands.types),
    renderUnion('SessionRecord', topics.sessions.types),
    renderMap(
      'Records',
      Object.values(topics).flatMap((topic) => [...topic.types]),
    ),
  ];
  return [
    '// Generated from contracts/{events,records}/*.avsc by `npm run generate`; never edited.',
    ...blocks,
    ...unions,
    '',
  ].join('\n\n');
}

function renderNamed(schema: AvroNamed): string {
  const doc = schema.doc === undefined ? '' : `/** ${schema.doc} */\n`;
  if (schema.type === 'enum')
    return `${doc}export type ${schema.name} = ${(schema.symbols ?? []).map((s) => `'${s}'`).join(' | ')};`;
  if (schema.type === 'fixed') return `${doc}/** ${schema.size} bytes. */\nexport type ${schema.name} = Buffer;`;
  const fields = (schema.fields ?? []).map((field) => {
    const fieldDoc = field.doc === undefined ? '' : `  /** ${field.doc} */\n`;
    return `${fieldDoc}  ${field.name}: ${renderType(field.type)};`;
  });
  return `${doc}export type ${schema.name} = {\n${fields.join('\n')}\n};`;
}

function renderType(schema: AvroSchema): string {
  if (typeof schema === 'string') return primitives[schema] ?? schema;
  if (isUnion(schema)) return schema.toReversed().map(renderType).join(' | ');
  if (schema.type === 'array') return `${renderType(schema.items)}[]`;
  return schema.name;
}

/** A discriminated union over the types of a topic: each with its name as `type`. */
function renderUnion(name: string, types: readonly string[]): string {
  return `export type ${name} =\n${types.map((type) => `  | ({ type: '${type}' } & ${type})`).join('\n')};`;
}

/** Every wire record by its name. */
function renderMap(name: string, types: readonly string[]): string {
  return `export type ${name} = {\n${types.map((type) => `  ${type}: ${type};`).join('\n')}\n};`;
}
