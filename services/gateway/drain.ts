// Ends a gateway's sockets in order: no new ones, calls in flight finish, then every socket gets its close frame, in waves.
import type { Admissions } from './admission.ts';
import type { Connection } from './connection.ts';
import { firstWave, nextWave } from './domain/wave.ts';
import type { Roster } from './roster.ts';

const pauseMs = 50;
/** How long the ends of the last connections may take to be recorded. */
const recordMsMax = 1_500;

export type DrainOptions = {
  readonly admissions: Pick<Admissions, 'draining'>;
  readonly roster: Roster;
  /** On average: below what the others admit, or the fleet waits in front of their doors. */
  readonly closesPerSecondMax: number;
  /** Then calls in flight, both ways, and sockets whose turn has not come are closed all the same. */
  readonly drainGraceMs: number;
  /** From 0 to 1. */
  random(): number;
};

/** Resolves when all sockets are closed and their ends recorded, or after drainGraceMs + recordMsMax. */
export async function drain({ admissions, roster, ...options }: DrainOptions): Promise<void> {
  admissions.draining = true;
  const graceUntil = Date.now() + options.drainGraceMs;
  let wave = firstWave(Date.now());
  while (roster.unfinished.size > 0 && Date.now() < graceUntil + recordMsMax) {
    const isOver = Date.now() >= graceUntil;
    const next = nextWave(wave, options.closesPerSecondMax, options.random(), Date.now());
    wave = next.wave;
    endSome(roster.unfinished, isOver ? Infinity : next.sockets, isOver);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Ends idle ones up to the wave's size; `anyway` also those in the middle of a call. */
function endSome(connections: ReadonlySet<Connection>, socketsMax: number, anyway: boolean): void {
  let ended = 0;
  for (const connection of connections) {
    if (ended >= socketsMax) return;
    if (connection.drain(anyway)) ended++;
  }
}
