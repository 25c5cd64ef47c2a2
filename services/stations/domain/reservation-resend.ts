// What becomes of a reservation after its station booted: it is sent again, and lost where the station does not take it.
import type { CommandOutcome } from '#contracts/generated/types';
import type { Reservation } from './reservations.ts';

/** So long after a boot a station may show by itself that it kept a reservation whose words are not known any more. */
export const confirmationMs = 2 * 60_000;
/** Times that one is asked for after one boot: each but the last was not sent, since the station was gone again. */
export const attemptsMax = 10;

export type Attempt = {
  /** Null: its command is open. */
  readonly outcome: CommandOutcome | null;
  readonly connectionEpoch: number;
};

export type Situation = {
  /** Whether the log still says how it was asked for. */
  readonly isKnown: boolean;
  /** After this boot, the oldest first. */
  readonly attempts: readonly Attempt[];
  /** The connection on which the station may be called; null: none. */
  readonly callableEpoch: number | null;
  readonly nowMs: number;
};

export type AfterBoot = 'ask' | 'lost' | undefined;

/** These say that the station was not told. */
const unsent: ReadonlySet<CommandOutcome> = new Set(['offline', 'expired', 'notAccepted', 'superseded']);

/**
 * Same number, same words: a station that kept it replaces it by itself and accepts (1.6 5.13, 2.x H01). Undefined: wait, for
 * the answer, for what it tells, or for the station; the expiry ends that.
 */
export function afterBoot({ expiresAt, uncertainSince }: Reservation, situation: Situation): AfterBoot {
  if (uncertainSince === null || (expiresAt !== null && situation.nowMs >= expiresAt)) return undefined;
  const last = situation.attempts.at(-1);
  return last === undefined ? unasked(uncertainSince, situation) : asked(last, situation);
}

function unasked(bootedAt: number, { isKnown, callableEpoch, nowMs }: Situation): AfterBoot {
  if (isKnown) return callableEpoch === null ? undefined : 'ask';
  return nowMs >= bootedAt + confirmationMs ? 'lost' : undefined;
}

function asked(last: Attempt, { isKnown, attempts, callableEpoch }: Situation): AfterBoot {
  // What was accepted is told by an event, which the table has yet to read.
  if (last.outcome === null || last.outcome === 'accepted') return undefined;
  if (!unsent.has(last.outcome)) return 'lost';
  const isBack = callableEpoch !== null && callableEpoch > last.connectionEpoch;
  return isKnown && isBack && attempts.length < attemptsMax ? 'ask' : undefined;
}

/** The boot since which one of them is in doubt; null: none is. */
export function firstDoubtOf(reservations: readonly Reservation[]): number | null {
  const doubts = reservations.flatMap(({ state, uncertainSince }) =>
    state === 'active' && uncertainSince !== null ? [uncertainSince] : [],
  );
  return doubts.length === 0 ? null : Math.min(...doubts);
}
