// Ends a gateway's sockets in order: no new ones, calls in flight finish, then every socket gets its close frame.
import type { Admissions } from './admission.ts';
import type { Roster } from './roster.ts';

const closedAtOnce = 500;
const pauseMs = 50;
const waitMsMax = 5_000;

/** Resolves when all sockets are closed and their ends recorded, or after waitMsMax. */
export async function drain(admissions: Admissions, roster: Roster): Promise<void> {
  admissions.draining = true;
  const until = Date.now() + waitMsMax;
  for (let open = roster.all(); open.length > 0 && Date.now() < until; open = roster.all()) {
    for (const connection of open.slice(0, closedAtOnce)) connection.drain();
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
