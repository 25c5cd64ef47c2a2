// Whether something that we keep for a station is to be sent now: it changed, its command came to nothing, or the station booted.
import type { CommandOutcome } from '#contracts/generated/types';

export type Delivery = {
  readonly version: number;
  readonly askedVersion: number;
  readonly askedAt: number | null;
  /** Of the last command; null: it is open, or there is none. */
  readonly outcome: CommandOutcome | null;
  readonly isOpen: boolean;
  readonly sentAt: number | null;
};

/** These say nothing about what the station wants: it is asked again. */
const cameToNothing: ReadonlySet<CommandOutcome> = new Set(['expired', 'unknown', 'offline', 'superseded']);
/** So long after the last command, so that a station that always fails is not asked all the time. */
export const askAgainMs = 60_000;
/** What is kept in a station waits so long for it; then it is asked for anew. */
export const waitSeconds = 86_400;
/** Tables may be so much behind the clock; all boots are looked at after a start. */
export const bootsOverlapMs = 10 * 60_000;

/** @param bootedAt of the last real boot that was accepted; null: none, or what boots does not matter. */
export function isDue(delivery: Delivery, bootedAt: number | null, nowMs: number): boolean {
  const { version, askedVersion, askedAt, outcome, isOpen, sentAt } = delivery;
  if (version > askedVersion) return true;
  if (isOpen || outcome === null) return false;
  if (bootedAt !== null && sentAt !== null && bootedAt > sentAt) return true;
  return cameToNothing.has(outcome) && nowMs >= (askedAt ?? 0) + askAgainMs;
}
