// Process: keeps the charging profiles of their owners in stations: asks for what changed, and again after a boot.
import { failpoint } from '#kit/failpoint';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import type { CommandInput } from '../api/command-schemas.ts';
import type { Ask } from '../kept-contents.ts';
import { askAgainMs, bootsOverlapMs, isDue, waitSeconds } from '../domain/delivery.ts';
import { dueProfiles, noteAsked, settleProfiles, type DueProfile } from './deliveries.ts';
import { Ticking } from '../ticking.ts';

export type KeeperOptions = {
  readonly database: Database;
  readonly logger: Logger;
  readonly tickMs: number;
  readonly ask: Ask;
  leads(): boolean;
  now(): number;
};

const atOnceMax = 200;

export class ProfileKeeper implements Closable {
  readonly #options: KeeperOptions;
  #bootsSinceMs = 0;
  readonly #ticking: Ticking;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#ticking = new Ticking(options.tickMs, () => this.#tick());
  }

  close(): Promise<void> {
    return this.#ticking.close();
  }

  /** 1. Ask, under a name made of version and attempt. 2. Note it. A crash between asks under the same name: one command. */
  async #tick(): Promise<void> {
    const { database, leads, logger, now } = this.#options;
    if (!leads()) return;
    try {
      await settleProfiles(database);
      const nowMs = now();
      const times = { nowMs, askedBeforeMs: nowMs - askAgainMs, bootsSinceMs: this.#bootsSinceMs };
      const due = await dueProfiles(database, times, atOnceMax);
      for (const profile of due) await this.#ask(profile, nowMs);
      // What did not fit this time is found again.
      if (due.length < atOnceMax) this.#bootsSinceMs = nowMs - bootsOverlapMs;
    } catch (error) {
      logger.warn({ err: error }, 'charging profiles not looked at');
    }
  }

  async #ask(kept: DueProfile, nowMs: number): Promise<void> {
    const { database, ask } = this.#options;
    const { tenantId, stationId, owner, name, version, attempts, updatedAtMs } = kept;
    if (!isDue(deliveryOf(kept), kept.bootedAtMs, nowMs)) return;
    // With the time of the version: one that was cleared and comes back begins at 1 again, and must not name the old command.
    const idempotencyKey = `profile-${owner}-${name}-${version}-${attempts + 1}-${updatedAtMs}`;
    const asked = { ...callOf(kept), expiresInSeconds: waitSeconds, idempotencyKey };
    const answer = await ask({ tenantId, stationId }, asked);
    const unnoted = failpoint('stations.after-profile');
    if (unnoted !== undefined) await unnoted;
    if (answer.kind === 'asked') await noteAsked(database, kept, answer.commandId, nowMs);
  }
}

function deliveryOf(kept: DueProfile) {
  const { version, askedVersion, askedAtMs, outcome, commandId, sentAtMs } = kept;
  const isOpen = commandId !== null && outcome === null;
  return { version, askedVersion, askedAt: askedAtMs, outcome, isOpen, sentAt: sentAtMs };
}

/** Clearing names the number alone, so that it touches nobody else's. */
function callOf({ removed, profile, evseId }: DueProfile): Pick<CommandInput, 'intent' | 'parameters'> {
  if (removed) return { intent: 'ClearChargingProfiles', parameters: { profileId: profile.profileId } };
  return { intent: 'SetChargingProfile', parameters: { ...(evseId === 0 ? {} : { evseId }), profile } };
}
