// The schemas of typed-ocpp, which we check by, against those of ocpp-rpc, which somebody else made of the same files.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import * as schemas16 from 'typed-ocpp/dist/ocpp16/schemas.js';
import * as schemas201 from 'typed-ocpp/dist/ocpp20/schemas.js';
import * as schemas21 from 'typed-ocpp/dist/ocpp21/schemas.js';

type Schema = { readonly [keyword: string]: unknown };

/** Words that say nothing about what is valid. */
const silent = new Set([
  '$id',
  '$schema',
  'additionalItems',
  'comment',
  'default',
  'definitions',
  'description',
  'id',
  'javaType',
  'title',
  'tsEnumNames',
]);

const versions: readonly (readonly [string, Readonly<Record<string, unknown>>, string, readonly string[]])[] = [
  // Longer values than the specification allows: typed-ocpp lets pass what the field sends.
  [
    '1.6',
    schemas16,
    'ocpp1_6',
    ['ChangeConfigurationRequest', 'GetConfigurationResponse', 'StatusNotificationRequest'],
  ],
  ['2.0.1', schemas201, 'ocpp2_0_1', []],
  ['2.1', schemas21, 'ocpp2_1', []],
];

for (const [version, ours, file, relaxed] of versions)
  test(`${version}: both say the same of every message, but of those that are known to be laxer`, () => {
    const path = createRequire(import.meta.url)
      .resolve('ocpp-rpc')
      .replace(/index\.js$/, `lib/schemas/${file}.json`);
    const theirs = JSON.parse(readFileSync(path, 'utf8')) as readonly Schema[];
    const differing = theirs.flatMap((schema) => {
      const name = nameOf(schema);
      return said(schema) === said(ours[name] as Schema) ? [] : [name];
    });
    assert.deepEqual(differing.toSorted(), relaxed.toSorted());
    assert.equal(theirs.length, Object.keys(ours).length);
  });

function nameOf({ $id }: Schema): string {
  return String($id)
    .replace('urn:', '')
    .replace(/\.req$/, 'Request')
    .replace(/\.conf$/, 'Response');
}

/** What a schema demands, references resolved, in one order: equal texts are equal demands. */
function said(schema: Schema): string {
  const definitions = (schema['definitions'] ?? {}) as Readonly<Record<string, unknown>>;
  const plain = (node: unknown, inProperties: boolean): unknown => {
    if (Array.isArray(node)) return node.map((item) => plain(item, false));
    if (typeof node !== 'object' || node === null) return node;
    const reference = (node as Schema)['$ref'];
    if (typeof reference === 'string' && !inProperties)
      return plain(definitions[reference.replace('#/definitions/', '')], false);
    // The files of OCA close strings to additional properties, which says nothing.
    const isOpen = (node as Schema)['type'] !== 'object';
    const isSilent = (word: string): boolean => silent.has(word) || (isOpen && word === 'additionalProperties');
    const entries = Object.entries(node).filter(([word]) => inProperties || !isSilent(word));
    return entries
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([word, value]) => [word, isSet(word) ? sorted(value) : plain(value, word === 'properties')]);
  };
  return JSON.stringify(plain(schema, false));
}

/** Words whose values stand in no order. */
function isSet(word: string): boolean {
  return word === 'required' || word === 'enum';
}

function sorted(value: unknown): unknown {
  return Array.isArray(value) ? value.map(String).toSorted() : value;
}
