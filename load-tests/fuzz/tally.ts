// What the sockets of a fuzz run count together, and what they found that must not be.
import type { LinkEnd } from '#load-tests/fleet/ws-client';

/** A frame that was not treated as it must be; the frame itself is shown. */
export type Finding = {
  readonly what: string;
  readonly stationId: string;
  readonly mutation: string;
  readonly frame: string;
};

/** Findings that are kept; all are counted. */
const findingsMax = 50;
const shownCharsMax = 2_000;

export class Tally {
  /** Every message that was sent, those included that only open a connection or mark a place. */
  sent = 0;
  /** Of the frames to fuzz: those before a mark that was answered, so that the gateway has dealt with them. */
  dealtWith = 0;
  /** On a socket that closed before its next mark. */
  closedOn = 0;
  answered = 0;
  refused = 0;
  /** Messages that may have come behind the end of their socket, marks included: counted by the gateway or not. */
  unsure = 0;
  found = 0;
  readonly findings: Finding[] = [];
  readonly closes = new Map<string, number>();
  readonly mutations = new Map<string, number>();
  /** `station id` of what was answered with a result, Heartbeat excepted: each is a fact in the log. */
  readonly acknowledged = new Set<string>();

  drew(mutation: string): void {
    this.mutations.set(mutation, (this.mutations.get(mutation) ?? 0) + 1);
  }

  closed(end: LinkEnd): void {
    const why = end.kind === 'closed' ? String(end.code) : end.kind === 'refused' ? `refused ${end.status}` : end.why;
    this.closes.set(why, (this.closes.get(why) ?? 0) + 1);
  }

  find({ frame, ...finding }: Finding): void {
    this.found += 1;
    if (this.findings.length < findingsMax)
      this.findings.push({ ...finding, frame: JSON.stringify(frame).slice(0, shownCharsMax) });
  }
}
