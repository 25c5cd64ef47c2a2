// Ends a gateway's sockets in order: no new ones, calls in flight finish, then every socket gets its close frame.
import type { Admissions } from './admission.ts';
import type { Roster } from './roster.ts';

const closedAtOnce = 500;
const pauseMs = 50;
/** How long calls in flight, both ways, may take to finish; then their sockets are closed all the same. */
const finishMsMax = 4_000;
/** How long the ends of the last connections may take to be recorded. */
const recordMsMax = 1_500;

/** Resolves when all sockets are closed and their ends recorded, or after finishMsMax + recordMsMax. */
export async function drain(admissions: Pick<Admissions, 'draining'>, roster: Roster): Promise<void> {
  admissions.draining = true;
  const finishBy = Date.now() + finishMsMax;
  while (roster.unfinished.size > 0 && Date.now() < finishBy + recordMsMax) {
    endSome(roster, Date.now() >= finishBy);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Ends the idle ones, a bounded number at once, so that a fleet does not come back in one instant; or all that are left. */
function endSome(roster: Roster, all: boolean): void {
  let ended = 0;
  for (const connection of roster.unfinished) {
    if (connection.drain(all)) ended++;
    if (ended >= closedAtOnce && !all) return;
  }
}
