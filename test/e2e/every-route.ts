// The routes of the operator API as its document lists them: whoever tries something on all of them cannot forget the next one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootDir } from '#infra/local/paths';

type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: { readonly type?: string; readonly enum?: readonly string[] };
};

export type Route = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** With its parameters in braces. */
  readonly path: string;
  readonly query: readonly Parameter[];
};

const methods = { get: 'GET', put: 'PUT', post: 'POST', patch: 'PATCH', delete: 'DELETE' } as const;

export function everyRoute(): Route[] {
  const document = JSON.parse(readFileSync(join(rootDir, 'contracts/operator-api.json'), 'utf8')) as {
    paths: Record<string, Partial<Record<keyof typeof methods, { parameters?: Parameter[] }>>>;
  };
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    (Object.keys(methods) as (keyof typeof methods)[]).flatMap((method) => {
      const operation = operations[method];
      if (operation === undefined) return [];
      const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
      return [{ method: methods[method], path, query }];
    }),
  );
}

/** The path with its parameters filled in, and what its query must have; undefined where a parameter is not given. */
export function urlOf({ path, query }: Route, given: Readonly<Record<string, string>>): string | undefined {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  if (names.some((name) => given[name] === undefined)) return undefined;
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(given[name] ?? ''));
  const wanted = query.filter(({ required }) => required === true).map(({ name }) => [name, given[name] ?? '']);
  const search = new URLSearchParams(Object.fromEntries(wanted)).toString();
  return search === '' ? filled : `${filled}?${search}`;
}
