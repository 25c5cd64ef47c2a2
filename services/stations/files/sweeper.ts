// Drops what is over: files and links by their time, and on disk what no file of the register has.
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import type { Disk } from './disk.ts';
import { dropExpired, unknownOf } from './register.ts';

export type SweeperOptions = {
  readonly database: Database;
  readonly disk: Disk;
  readonly logger: Logger;
  now(): number;
};

const sweepEveryMs = 10 * 60 * 1000;
/** Younger ones may be an upload that is on its way into the register: longer than a request may take. */
const strayMs = 2 * 60 * 60 * 1000;

export function startSweeper(options: SweeperOptions): Closable {
  let sweeping: Promise<void> | undefined;
  const begin = (): void => {
    sweeping ??= sweep(options)
      .catch((error: unknown) => options.logger.warn({ err: error }, 'files not swept'))
      .finally(() => {
        sweeping = undefined;
      });
  };
  const timer = setInterval(begin, sweepEveryMs);
  begin();
  return {
    async close() {
      clearInterval(timer);
      await sweeping;
    },
  };
}

export async function sweep({ database, disk, now }: SweeperOptions): Promise<void> {
  await dropExpired(database, now());
  for (const name of await unknownOf(database, await disk.olderThan(now() - strayMs))) await disk.remove(name);
}
