// `npm run generate`: brings schemas.lock.json and generated/types.ts in line with the .avsc files.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { lockUrl, newestByType, readLock, type LockedSchema } from '#contracts/lock';
import { fingerprint, readNamedTypes, standAlone, wireTypes, type NamedTypes } from '#contracts/schema-files';
import { renderTypes } from '#contracts/render-types';

export const typesUrl = new URL('./generated/types.ts', import.meta.url);

/** The lock with a new id for each wire type whose schema differs from its newest version. */
export function extendLock(locked: readonly LockedSchema[], named: NamedTypes): readonly LockedSchema[] {
  const newest = newestByType(locked);
  const extended = [...locked];
  for (const type of wireTypes) {
    const schema = standAlone(type, named);
    const known = newest.get(type);
    if (known?.fingerprint === fingerprint(schema)) continue;
    const id = (extended.at(-1)?.id ?? 0) + 1;
    extended.push({ id, type, version: (known?.version ?? 0) + 1, fingerprint: fingerprint(schema), schema });
  }
  return extended;
}

function main(): void {
  const named = readNamedTypes();
  const locked = extendLock(existsSync(lockUrl) ? readLock() : [], named);
  writeFileSync(lockUrl, `${JSON.stringify({ schemas: locked }, undefined, 1)}\n`);
  mkdirSync(new URL('./generated/', import.meta.url), { recursive: true });
  writeFileSync(typesUrl, renderTypes(named));
  process.stdout.write(`contracts: ${locked.length} schemas locked, types generated\n`);
}

if (process.argv[1] !== undefined && import.meta.url.endsWith(process.argv[1].split('/').slice(-2).join('/'))) main();
