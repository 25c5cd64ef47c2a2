// Process: keeps the local lists in stations: what differs where the station has what it acknowledged, else the whole list.
import { commandIdOf } from '#contracts/keys';
import { failpoint } from '#kit/failpoint';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import { askAgainMs, bootsOverlapMs, waitSeconds } from '../domain/delivery.ts';
import { contentOf, listEntriesMax, updateOf, type ListedToken } from '../domain/local-list.ts';
import type { Ask } from '../kept-contents.ts';
import type { ListedTokens } from './listed-tokens.ts';
import {
  dueLists,
  noteChecked,
  noteLookedUp,
  noteNotTaken,
  noteSent,
  settleLists,
  uncheckedLists,
  type DueList,
  type Unchecked,
} from './register.ts';
import { Ticking } from '../ticking.ts';

export type ListKeeperOptions = {
  readonly database: Database;
  readonly logger: Logger;
  readonly tickMs: number;
  readonly ask: Ask;
  readonly listedTokens: ListedTokens;
  readonly localListLookUpSeconds: number;
  leads(): boolean;
  now(): number;
};

const atOnceMax = 50;

export class ListKeeper implements Closable {
  readonly #options: ListKeeperOptions;
  #bootsSinceMs = 0;
  readonly #ticking: Ticking;

  constructor(options: ListKeeperOptions) {
    this.#options = options;
    this.#ticking = new Ticking(options.tickMs, () => this.#tick());
  }

  close(): Promise<void> {
    return this.#ticking.close();
  }

  async #tick(): Promise<void> {
    const { database, leads, logger, now, localListLookUpSeconds } = this.#options;
    if (!leads()) return;
    try {
      await settleLists(database);
      const nowMs = now();
      const times = {
        againBeforeMs: nowMs - askAgainMs,
        lookedUpBeforeMs: nowMs - localListLookUpSeconds * 1000,
      };
      for (const kept of await dueLists(database, times, atOnceMax))
        await this.#attempt(kept, () => this.#deliver(kept, nowMs));
      const unchecked = await uncheckedLists(database, this.#bootsSinceMs, atOnceMax);
      for (const station of unchecked) await this.#attempt(station, () => this.#check(station));
      if (unchecked.length < atOnceMax) this.#bootsSinceMs = nowMs - bootsOverlapMs;
    } catch (error) {
      logger.warn({ err: error }, 'local lists not looked at');
    }
  }

  /** One station must not hold up the others; it is tried again with the next tick. */
  async #attempt({ stationId }: { readonly stationId: string }, fn: () => Promise<void>): Promise<void> {
    await fn().catch((error: unknown) =>
      this.#options.logger.warn({ err: error, stationId }, 'local list not delivered yet'),
    );
  }

  /**
   * 1. Look the tokens up: plain uids go into the command alone. 2. Note what is sent, under the name of its command.
   * 3. Ask. A crash between 2 and 3 leaves the name of a command that nobody finds: a minute later the next one is asked for.
   */
  async #deliver(kept: DueList, nowMs: number): Promise<void> {
    const { database, ask } = this.#options;
    const { wanted, named } = await this.#lookUp(kept);
    const content = contentOf(wanted);
    const update = updateOf(kept, content, named);
    if (update === undefined) return noteLookedUp(database, kept, nowMs);
    const idempotencyKey = `local-list-${kept.revision}-${kept.attempts + 1}`;
    const commandId = commandIdOf(kept.tenantId, kept.stationId, idempotencyKey);
    await noteSent(database, kept, { ...update, content, commandId, atMs: nowMs });
    const unasked = failpoint('stations.before-local-list');
    if (unasked !== undefined) await unasked;
    const input = {
      intent: 'SendLocalList',
      parameters: update,
      expiresInSeconds: waitSeconds,
      idempotencyKey,
    } as const;
    const answer = await ask(kept, input);
    const unknown = failpoint('stations.after-local-list');
    if (unknown !== undefined) await unknown;
    if (answer.kind !== 'asked') await noteNotTaken(database, kept);
  }

  async #lookUp({ tenantId, groupId, tokenRefs, acknowledged }: DueList) {
    const leaving = (acknowledged ?? []).map(({ ref }) => ref);
    const asked = { tokenRefs: [...new Set([...tokenRefs, ...leaving])], groupId, limit: 2 * listEntriesMax };
    const found = await this.#options.listedTokens(tenantId, asked);
    const refs = new Set(tokenRefs);
    const isWanted = (token: ListedToken): boolean =>
      groupId === null ? refs.has(token.tokenRef) : token.groupId === groupId;
    return { wanted: found.filter(isWanted), named: new Map(found.map((token) => [token.tokenRef, token])) };
  }

  /** Some stations lose their list with their power: each is asked which version it has, and tells it by an event. */
  async #check(station: Unchecked): Promise<void> {
    const { database, ask } = this.#options;
    const answer = await ask(station, {
      intent: 'ReadLocalListVersion',
      parameters: {},
      idempotencyKey: `local-list-after-${station.bootedAtMs}`,
    });
    if (answer.kind !== 'later') await noteChecked(database, station);
  }
}
