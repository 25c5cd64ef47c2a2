// The lock of the schemas: ids are handed out once and never change; the file only grows.
import { readFileSync } from 'node:fs';
import type { AvroNamed } from '#contracts/schema-files';

/** One schema version. `id` travels in every record (Confluent framing); `version` counts within the type. */
export type LockedSchema = {
  readonly id: number;
  readonly type: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly schema: AvroNamed;
};

export const lockUrl = new URL('./schemas.lock.json', import.meta.url);

/** Reads the lock file, ids ascending. */
export function readLock(): readonly LockedSchema[] {
  return (JSON.parse(readFileSync(lockUrl, 'utf8')) as { schemas: LockedSchema[] }).schemas;
}

/** The newest version of each type. */
export function newestByType(locked: readonly LockedSchema[]): ReadonlyMap<string, LockedSchema> {
  return new Map(locked.map((entry) => [entry.type, entry]));
}
