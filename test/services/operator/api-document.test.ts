import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { operatorApi, operatorApiUrl } from '#services/generate-api';
import { mergedDocument } from '#services/operator/domain/merge-documents';
import { ownerOf } from '#services/operator/domain/routes';

type Operation = {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, { readonly content?: object }>>;
};
type Document = {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

const text = readFileSync(operatorApiUrl, 'utf8');
const document = JSON.parse(text) as Document;
const operations = Object.entries(document.paths).flatMap(([path, each]) =>
  Object.entries(each).map(([method, operation]) => ({ path, method, operation })),
);

test('the document that is checked in is what the routes say: npm run generate', async () => {
  assert.equal(text, await operatorApi());
});

test('the document is OpenAPI 3.1, and every reference in it leads somewhere', () => {
  assert.equal(document.openapi, '3.1.0');
  for (const [, reference = ''] of text.matchAll(/"\$ref": ?"#\/([^"]+)"/g)) {
    const found = reference
      .split('/')
      .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document);
    assert.notEqual(found, undefined, reference);
  }
});

test('every operation is named once, has a summary, a tag, its path parameters and the shape of its answer', () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const { path, method, operation } of operations) {
    const where = `${method} ${path}`;
    assert.ok((operation.summary ?? '').length > 3, `${where} has no summary`);
    assert.ok((operation.tags ?? []).length > 0, `${where} has no tag`);
    const named = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
    const declared = (operation.parameters ?? [])
      .filter((parameter) => parameter.in === 'path')
      .map(({ name }) => name);
    assert.deepEqual(
      declared.toSorted((left, right) => left.localeCompare(right)),
      named.toSorted((left = '', right = '') => left.localeCompare(right)),
      where,
    );
    const good = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
    assert.ok(good.length > 0, `${where} has no good answer`);
    for (const [status, answer] of good)
      assert.ok(status === '204' || answer.content !== undefined, `${where} ${status}`);
    assert.ok(operation.responses['4XX'] !== undefined && operation.responses['5XX'] !== undefined, where);
  }
});

test('every path of the document is forwarded to somebody', () => {
  for (const path of Object.keys(document.paths)) {
    if (path === '/v1/live') continue;
    assert.notEqual(ownerOf(path.replaceAll(/\{[^}]+\}/g, 'x')), undefined, path);
  }
});

test('two services that answer the same operation are found before a client finds them', () => {
  const of = (service: string) => ({ service, document: { paths: { '/v1/x': { get: { responses: {} } } } } });
  assert.throws(() => mergedDocument([of('a'), of('b')]), /answered twice/);
});

test('a refusal is a problem, but where a service describes one by its number: what is wrong with lines of an import', () => {
  const responses = { 200: {}, 422: { description: 'a report' }, '4XX': { description: 'whatever' } };
  const merged = mergedDocument([{ service: 'a', document: { paths: { '/v1/x': { post: { responses } } } } }]);
  const problem = { $ref: '#/components/responses/Problem' };
  const told = (merged['paths'] as Document['paths'])['/v1/x']?.['post']?.responses;
  assert.deepEqual(told, { ...responses, '4XX': problem, '5XX': problem });
  assert.ok(document.paths['/v1/imports/transactions']?.['post']?.responses['422']?.content !== undefined);
});

test('what is internal is in no document', () => {
  const of = { service: 'a', document: { paths: { '/internal/x': { get: {} }, '/health': { get: {} } } } };
  assert.deepEqual(mergedDocument([of])['paths'], {});
  assert.ok(!text.includes('/internal/'));
});

test('every route that a service answers on /v1 is in the document', () => {
  const root = new URL('../../../services/', import.meta.url);
  const route = /\bapi\.(get|post|put|patch|delete)(?:<[^(]*>)?\(\s*'(\/v1\/[^']*)'/g;
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const routes = files.flatMap((file) => [...readFileSync(new URL(file, root), 'utf8').matchAll(route)]);
  assert.ok(routes.length > 80, `only ${routes.length} routes were found`);
  for (const [, method = '', path = ''] of routes) {
    const documented = path.replaceAll(/:(\w+)/g, '{$1}');
    assert.ok(document.paths[documented]?.[method] !== undefined, `${method} ${path}`);
  }
});
