// Whether a connection lives: what was heard of it, what it was asked, and what to do about it now. Seconds are monotonic.
import type { Traits } from './models.ts';

/** One connection's signs of life; whole seconds, so that an idle station stays small. */
export type Pulse = {
  /** Any frame, pings and pongs included. */
  heardAt: number;
  pingedAt: number;
  /** It answered a ping of this connection once: from then on silence means something. */
  hasPonged: boolean;
  /** How long a station that answers no ping may be silent: three intervals of the heartbeats that it was told. */
  silenceMax: number;
  /** CALLs of ours in a row that timed out, and when the first of them was given up. */
  unanswered: number;
  unansweredSince: number;
  /** When a gateway ended its line because it was deaf; long before it began where none did. */
  helpedAt: number;
};

export type LivenessLimits = {
  readonly pingEverySeconds: number;
  readonly deadAfterSeconds: number;
};

/** What the connection needs now; undefined: nothing. */
export type Need = 'ping' | 'dead' | 'zombie' | undefined;

/** 60 s of silence between heartbeats of 60 s closes good stations: three of them have to be missed. */
const heartbeatsMissed = 3;
const pingsMissed = 2;
/** Heartbeats that we ask for vary by so much between stations. */
const jitterShare = 1.1;
/** A wait for an answer that timed out may be one lost frame; two in a row are a station that does not hear. */
const unansweredMax = 2;

/** A zombie is helped once an hour: one that stays deaf is better than one that is not there. */
export const zombieEverySeconds = 3_600;

export function newPulse(at: number, heartbeatSeconds: number): Pulse {
  const silenceMax = silenceOf(heartbeatSeconds * jitterShare);
  const helpedAt = at - zombieEverySeconds;
  return { heardAt: at, pingedAt: at, hasPonged: false, silenceMax, unanswered: 0, unansweredSince: 0, helpedAt };
}

/** How long silence may last where heartbeats come so often. */
export function silenceOf(intervalSeconds: number): number {
  return Math.ceil(heartbeatsMissed * Math.max(intervalSeconds, 1));
}

/** A CALL of ours ended: answered in whatever way, or given up. */
export function noteCall(pulse: Pulse, isAnswered: boolean, at: number): void {
  if (isAnswered) pulse.unanswered = 0;
  else if (pulse.unanswered++ === 0) pulse.unansweredSince = at;
}

export function needOf(pulse: Pulse, traits: Traits, limits: LivenessLimits, at: number): Need {
  const { deadAfterSeconds, pingEverySeconds } = limits;
  const silent = at - pulse.heardAt;
  // Who is pinged no more, now that its boot told its model, has its heartbeats alone. Two pings have to be missed at least.
  const silenceMax = pulse.hasPonged && traits.pings ? pingsMissed * pingEverySeconds : pulse.silenceMax;
  if (silent >= Math.max(silenceMax, deadAfterSeconds)) return 'dead';
  // Alive, and deaf: frames came after it had left the first of our CALLs unanswered.
  if (pulse.unanswered >= unansweredMax && pulse.heardAt > pulse.unansweredSince) return 'zombie';
  return traits.pings && at - pulse.pingedAt >= pingEverySeconds ? 'ping' : undefined;
}
