// How much room files have: of one tenant, so that none fills what is there for all, and of all together.
import type { Database } from '#kit/postgres';
import { filesRefused } from '../metrics.ts';
import { bytesStored } from './register.ts';

export type RoomOptions = {
  readonly database: Database;
  readonly tenantBytesMax: number;
  readonly storedBytesMax: number;
};

/** too-large: one file's own bound; the others: of its tenant, or of all files. */
export type NoRoom = 'too-large' | 'tenant-full' | 'store-full';

/** A file that is being written: what comes of it counts before it is in the register. */
export type Place = {
  /** Takes so many bytes more, or says why not. */
  take(bytes: number): NoRoom | undefined;
  /** Written and registered, or dropped. */
  leave(): void;
};

export type Room = {
  readonly tenantBytesMax: number;
  /** @param bytesMax of the file itself */
  enter(tenantId: string, bytesMax: number): Promise<Place | { readonly refused: NoRoom }>;
};

/**
 * What several instances write at once can go beyond the bounds by what is on its way; the register then refuses what a
 * tenant has no room for, exactly.
 */
export function roomFor({ database, tenantBytesMax, storedBytesMax }: RoomOptions): Room {
  const coming = new Map<string, number>();
  const comingOfAll = (): number => [...coming.values()].reduce((sum, bytes) => sum + bytes, 0);
  const move = (tenantId: string, bytes: number): void => {
    const left = (coming.get(tenantId) ?? 0) + bytes;
    if (left === 0) coming.delete(tenantId);
    else coming.set(tenantId, left);
  };
  return {
    tenantBytesMax,
    async enter(tenantId, bytesMax) {
      const stored = await bytesStored(database, tenantId);
      const lack = (bytes: number): NoRoom | undefined => {
        if (stored.ofTenant + (coming.get(tenantId) ?? 0) + bytes > tenantBytesMax) return 'tenant-full';
        return stored.ofAll + comingOfAll() + bytes > storedBytesMax ? 'store-full' : undefined;
      };
      const refused = lack(1);
      if (refused !== undefined) return { refused: counted(refused) };
      let taken = 0;
      return {
        take(bytes) {
          const why = taken + bytes > bytesMax ? 'too-large' : lack(bytes);
          if (why !== undefined) return counted(why);
          taken += bytes;
          move(tenantId, bytes);
          return undefined;
        },
        leave() {
          move(tenantId, -taken);
          taken = 0;
        },
      };
    },
  };
}

export function counted(reason: NoRoom): NoRoom {
  filesRefused.inc({ reason });
  return reason;
}
