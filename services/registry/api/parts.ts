// What the routes of the registry need; tests and the API document are made with parts of their own.
import type { Seal } from '#kit/sealed';
import type { Store } from '../store/write.ts';

export type RegistryParts = {
  readonly store: Store;
  /** A fresh id for what operators do not name. */
  newId(): string;
  /** As many random bytes. */
  randomBytes(count: number): Buffer;
  readonly seal: Seal;
  /** Key of a tenant for its tokenRefs. */
  tenantKey(tenantId: string): Buffer;
};
