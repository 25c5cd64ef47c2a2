// I7: every call of the fleet ended as acknowledged, refused, timed out or with its connection, and no transaction message was given up. Pure.
import type { Check, Violation } from '#load-tests/faults/verify/verdict';

/** The counts of the fleet's last line. */
export type FleetReport = {
  readonly callsSent: number;
  readonly acknowledged: number;
  readonly callErrors: number;
  readonly timeouts: number;
  readonly lost: number;
  readonly dropped: number;
  readonly sessionsStarted: number;
  readonly sessionsEnded: number;
  readonly queued: number;
};

export function checkCalls(report: FleetReport): Check {
  const { callsSent, acknowledged, callErrors, timeouts, lost, dropped } = report;
  const violations: Violation[] = [];
  const violate = (expected: string, found: string): void =>
    void violations.push({ invariant: 'I7', hop: 'fleet → gateway', subject: 'calls', expected, found });
  const ended = acknowledged + callErrors + timeouts + lost;
  // Calls that had not left the station when its connection ended count as lost too, without having been sent.
  if (ended < callsSent) violate(`${callsSent} calls with an end`, `${ended}`);
  if (dropped > 0) violate('no transaction message given up', `${dropped}`);
  return { invariant: 'I7', checked: callsSent, violations };
}
