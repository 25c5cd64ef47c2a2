// How a pending station is configured: write, read back, compare, let in; decided from what is known and the time.
import type { WantedVariable } from '#contracts/treatment';
import type { Compared } from './configuration-drift.ts';

/** What one attempt has come to; a row of the onboarder's own table. */
export type Onboarding = {
  /** Names the commands of this attempt, so it is kept before the first of them is asked for. */
  readonly startedAtMs: number;
  /** Of what is wanted. */
  readonly hash: string;
  readonly phase: 'configuring' | 'rebooting' | 'comparing' | 'accepted' | 'failed';
  /** Of the plan; the one that is carried out now. */
  readonly step: number;
  /** When phase or step began. */
  readonly sinceMs: number;
  /** A write needs a reboot: no comparison before. Once: a station that says so each time is not booted for ever. */
  readonly reboot: 'no' | 'wanted' | 'done';
  /** The first read was sent then, by the gateway's clock: what was reported before is no read-back. */
  readonly readAtMs: number | null;
  /** How often an accepted station was asked to boot again. */
  readonly boots: number;
  readonly detail: string | null;
};

export type Step = {
  readonly label: string;
  readonly intent: 'WriteConfiguration' | 'ResetStation' | 'ReadConfiguration' | 'TriggerMessage';
  readonly parameters: Record<string, unknown>;
};

/** How the command of the current step stands; undefined: it is not known to the log. */
export type Standing =
  | undefined
  | { readonly kind: 'open' }
  /** Its connection is over and it was not sent: a new attempt asks for the new connection. */
  | { readonly kind: 'stranded' }
  | {
      readonly kind: 'ended';
      readonly outcome: string;
      readonly detail: string | null;
      readonly sentAtMs: number | null;
    };

export type Next =
  | { readonly kind: 'wait' }
  | { readonly kind: 'ask'; readonly step: Step }
  | { readonly kind: 'become'; readonly onboarding: Onboarding }
  /** Everything is as it shall be: the registry is told, then it becomes accepted. */
  | { readonly kind: 'accept' };

export type Known = {
  readonly steps: readonly Step[];
  readonly standing: Standing;
  /** Of its last boot. */
  readonly bootedAtMs: number;
  readonly compared: readonly Compared[];
  readonly nowMs: number;
};

/** At most 20 variables are written by a command, at most 50 read (contracts/commands/configuration.ts). */
const writtenMax = 20;
const readMax = 50;
/** A read-back that is not in the table after so long is not coming. */
export const comparedWithinMs = 15_000;
/** What a station refused it refuses again; somebody has to look, or its firmware to change. */
export const refusedAgainMs = 5 * 60_000;
/** What was interrupted is tried again soon. */
export const interruptedAgainMs = 5_000;
/** A station that was reset has so long to boot. */
export const rebootsWithinMs = 5 * 60_000;
/** An accepted station is asked to boot so often, then its own interval does it. */
export const bootsMax = 5;
export const bootsEveryMs = 10_000;

export const reset: Step = { label: 'reset', intent: 'ResetStation', parameters: { when: 'immediately' } };

export function bootStep(boots: number): Step {
  return { label: `boot-${boots}`, intent: 'TriggerMessage', parameters: { message: 'BootNotification' } };
}

/** All writes, then all reads. */
export function stepsOf(wanted: readonly WantedVariable[]): Step[] {
  const writes = chunks(wanted, writtenMax).map((variables, index): Step => ({
    label: `write-${index}`,
    intent: 'WriteConfiguration',
    parameters: { variables },
  }));
  const names = wanted.map(({ value: _value, ...name }) => name);
  const reads = chunks(names, readMax).map((variables, index): Step => ({
    label: `read-${index}`,
    intent: 'ReadConfiguration',
    parameters: { variables },
  }));
  return [...writes, ...reads];
}

export function begin(hash: string, nowMs: number): Onboarding {
  const counted = { step: 0, reboot: 'no', readAtMs: null, boots: 0 } as const;
  return { startedAtMs: nowMs, hash, phase: 'configuring', sinceMs: nowMs, ...counted, detail: null };
}

/** Of a station that was let in and has yet to hear it. `boots` of what comes back is how often it was asked before. */
export type BootDecision = { readonly kind: 'ask' | 'wait' | 'rest'; readonly onboarding: Onboarding };

/**
 * The count is of one boot: a station that booted since it was asked the last time, and is pending all the same, is asked
 * again under new names. One that is let in by an operator, or (a crash) by us without our row, is accepted from here on.
 */
export function decideBoot(
  kept: Onboarding | undefined,
  { bootedAtMs, nowMs }: { readonly bootedAtMs: number; readonly nowMs: number },
): BootDecision {
  const anew: Onboarding = { ...begin('', nowMs), phase: 'accepted' };
  if (kept?.phase !== 'accepted') return { kind: 'ask', onboarding: anew };
  if (kept.boots > 0 && nowMs < kept.sinceMs + bootsEveryMs) return { kind: 'wait', onboarding: kept };
  if (kept.boots < bootsMax) return { kind: 'ask', onboarding: kept };
  if (bootedAtMs <= kept.sinceMs) return { kind: 'rest', onboarding: kept };
  return { kind: 'ask', onboarding: { ...anew, hash: kept.hash } };
}

/** Of a station that waits for acceptance and is connected. */
export function decideOnboarding(onboarding: Onboarding, known: Known): Next {
  switch (onboarding.phase) {
    case 'configuring':
      return decideStep(onboarding, known);
    case 'rebooting':
      return decideReboot(onboarding, known);
    case 'comparing':
      return decideComparison(onboarding, known);
    case 'accepted':
      return { kind: 'wait' };
    case 'failed':
      return known.nowMs < onboarding.sinceMs ? { kind: 'wait' } : become(begin(onboarding.hash, known.nowMs));
  }
}

/** The step that is carried out now; undefined where none is. */
export function currentStep({ phase, step }: Onboarding, steps: readonly Step[]): Step | undefined {
  if (phase === 'configuring') return steps[step];
  return phase === 'rebooting' ? reset : undefined;
}

function decideStep(onboarding: Onboarding, { steps, standing, nowMs }: Known): Next {
  const step = steps[onboarding.step];
  if (step === undefined) return become({ ...onboarding, phase: 'comparing', sinceMs: nowMs });
  if (standing === undefined) return { kind: 'ask', step };
  if (standing.kind === 'open') return { kind: 'wait' };
  if (standing.kind === 'stranded') return become(begin(onboarding.hash, nowMs));
  if (standing.outcome !== 'accepted') return become(failed(onboarding, step.label, standing, nowMs));
  return become(afterStep(onboarding, steps, standing, nowMs));
}

type Ended = Extract<Standing, { kind: 'ended' }>;

function afterStep(onboarding: Onboarding, steps: readonly Step[], ended: Ended, nowMs: number): Onboarding {
  const reads = steps[onboarding.step]?.intent === 'ReadConfiguration';
  const readAtMs = reads ? (onboarding.readAtMs ?? ended.sentAtMs) : onboarding.readAtMs;
  const asksReboot = !reads && ended.detail?.includes('RebootRequired') === true;
  const reboot = asksReboot && onboarding.reboot === 'no' ? 'wanted' : onboarding.reboot;
  const after: Onboarding = { ...onboarding, step: onboarding.step + 1, sinceMs: nowMs, readAtMs, reboot };
  const isWritten = steps[after.step]?.intent !== 'WriteConfiguration';
  return isWritten && reboot === 'wanted' ? { ...after, phase: 'rebooting' } : after;
}

function decideReboot(onboarding: Onboarding, { standing, bootedAtMs, nowMs }: Known): Next {
  const after = { ...onboarding, phase: 'configuring', reboot: 'done', sinceMs: nowMs } as const;
  // Whether it answered the reset or not: it booted.
  if (bootedAtMs > onboarding.sinceMs) return become(after);
  if (standing === undefined) return { kind: 'ask', step: reset };
  // A station that does not reset is compared as it is, and fails by what differs.
  if (standing.kind === 'ended' && standing.outcome !== 'accepted' && standing.outcome !== 'unknown')
    return become(after);
  return nowMs >= onboarding.sinceMs + rebootsWithinMs ? become(after) : { kind: 'wait' };
}

function decideComparison(onboarding: Onboarding, { compared, nowMs }: Known): Next {
  const readAtMs = onboarding.readAtMs ?? 0;
  const isTold = ({ state, reportedAtMs }: Compared): boolean => state !== 'unknown' && (reportedAtMs ?? 0) >= readAtMs;
  const wrong = compared.filter((one) => !isTold(one) || one.state === 'different');
  if (wrong.length === 0) return { kind: 'accept' };
  if (nowMs < onboarding.sinceMs + comparedWithinMs) return { kind: 'wait' };
  const detail = wrong.map((one) => `${one.wanted.variable} ${isTold(one) ? `is ${one.actual}` : 'is not told'}`);
  return become({ ...onboarding, phase: 'failed', sinceMs: nowMs + refusedAgainMs, detail: detail.join('; ') });
}

/** `sinceMs` of a failed attempt is when the next one begins. */
function failed(onboarding: Onboarding, label: string, { outcome, detail }: Ended, nowMs: number): Onboarding {
  const isRefused = outcome === 'rejected' || outcome === 'notSupported' || outcome === 'failed';
  const sinceMs = nowMs + (isRefused ? refusedAgainMs : interruptedAgainMs);
  const why = `${label} ${outcome}${detail === null ? '' : `: ${detail}`}`;
  return { ...onboarding, phase: 'failed', sinceMs, detail: why };
}

function become(onboarding: Onboarding): Next {
  return { kind: 'become', onboarding };
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
