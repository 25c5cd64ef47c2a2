// What the registers and times of an ended session say against each other; judged anew whenever they change.
import { endedBeforeStarted, energyImplausible, meterStopBelowStart, type Flags } from './flags.ts';
import { energyOf, meterStopOf, type Session } from './session.ts';

const derived = endedBeforeStarted | energyImplausible | meterStopBelowStart;

/** Megawatt charging ends below 4 MW: more on average is a wrong unit or a wrong register. */
const averagePowerMaxW = 4_000_000n;
/** A short session may show its whole energy in one step of the register. */
const energySlackMilliWh = 1_000_000n;
/** No vehicle takes 10 MWh. */
const energyMaxMilliWh = 10_000_000_000;
const hourMs = 3_600_000n;

export function judged(session: Session): Flags {
  return (session.flags & ~derived) | (session.life.phase === 'ended' ? verdictOf(session, session.life.endedAt) : 0);
}

function verdictOf(session: Session, endedAt: number): Flags {
  const start = session.meter.start?.milliWh;
  const stop = meterStopOf(session);
  const knowsBoth = start !== undefined && stop !== null;
  return (
    (endedAt < session.startedAt ? endedBeforeStarted : 0) |
    (knowsBoth && stop < start ? meterStopBelowStart : 0) |
    (knowsBoth && isImplausible(energyOf(session), endedAt - session.startedAt) ? energyImplausible : 0)
  );
}

function isImplausible(energyMilliWh: number | null, durationMs: number): boolean {
  // Null although both registers are known: they lie too far apart to be true.
  if (energyMilliWh === null || energyMilliWh > energyMaxMilliWh) return true;
  // Without a duration there is no average; the clock is flagged by itself.
  if (durationMs <= 0) return false;
  const possible = (averagePowerMaxW * 1000n * BigInt(durationMs)) / hourMs + energySlackMilliWh;
  return BigInt(energyMilliWh) > possible;
}
