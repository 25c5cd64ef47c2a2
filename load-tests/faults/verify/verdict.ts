// What verify finds: one check per invariant, each with what it looked at and every violation, named by the hop that made it.

/** The invariants of the platform under faults, in the order in which they are checked. */
export const invariants = {
  I1: 'what was acknowledged is in the log',
  I2: 'every session and its price exist once, to the mWh and the cent',
  I3: 'the log keeps the order in which a station spoke within a connection',
  I4: 'read models equal an undisturbed fold of the same log',
  I5: 'after healing everybody catches up',
  I6: 'memory and queues stay within their bounds',
  I7: 'every call has a known end',
} as const;

export type Invariant = keyof typeof invariants;

export type Violation = {
  readonly invariant: Invariant;
  /** Between whom it was lost, doubled or changed: `gateway → log`, `log → sessions` … */
  readonly hop: string;
  /** Which session, station, table or process. */
  readonly subject: string;
  readonly expected: string;
  readonly found: string;
};

export type Check = {
  readonly invariant: Invariant;
  /** How many things were looked at: a check of nothing proves nothing. */
  readonly checked: number;
  readonly violations: readonly Violation[];
};

const shownPerCheckMax = 10;

/** A table for people: a line per check, below it the first violations. */
export function renderChecks(checks: readonly Check[]): string {
  const lines: string[] = [];
  for (const { invariant, checked, violations } of checks) {
    const mark = violations.length === 0 ? 'ok ' : 'NO ';
    lines.push(`${mark} ${invariant}  ${invariants[invariant]} (${checked} checked, ${violations.length} violations)`);
    for (const each of violations.slice(0, shownPerCheckMax))
      lines.push(`        ${each.hop}: ${each.subject}: expected ${each.expected}, found ${each.found}`);
    if (violations.length > shownPerCheckMax) lines.push(`        … and ${violations.length - shownPerCheckMax} more`);
  }
  return lines.join('\n');
}
