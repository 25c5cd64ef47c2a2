// What gateways must know of a running session: whose token it holds, and that it is still heard of.
import type { Meta } from './events.ts';
import { isLive, type Session } from './session.ts';
import type { Touched } from './touched.ts';

export type ActiveChange = {
  readonly type: 'ActiveSession';
  readonly session: Session;
  /** When it was heard of; null: it runs no more. */
  readonly heardAt: number | null;
};

/** A running session says that it is heard of at most so often; gateways ask for hours. */
export const heardEveryMs = 15 * 60_000;

/** What to say after an event: of a session whose token is known, when that changes, and now and then that it runs. */
export function activeChange({ before, after }: Touched, { recordedAt }: Meta): ActiveChange | undefined {
  const wasActive = before !== undefined && isActive(before);
  if (!isActive(after)) return wasActive ? { type: 'ActiveSession', session: after, heardAt: null } : undefined;
  const isNews = !wasActive || differs(before, after) || isDue(before, after);
  return isNews ? { type: 'ActiveSession', session: after, heardAt: recordedAt } : undefined;
}

export function isActive(session: Session): boolean {
  return session.tokenRef !== null && isLive(session);
}

function differs(before: Session, after: Session): boolean {
  return (
    before.tokenRef !== after.tokenRef || before.authorization !== after.authorization || before.evseId !== after.evseId
  );
}

/** When it spoke in another quarter of the hour than before: so it has nothing to remember besides. */
function isDue(before: Session, after: Session): boolean {
  return quarterOf(before) !== quarterOf(after);
}

function quarterOf({ emittedAt }: Session): number {
  return Math.floor((emittedAt ?? 0) / heardEveryMs);
}
