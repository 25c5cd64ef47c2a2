// What boot tells the person: lines of progress, and the one sentence with the remedy when it cannot go on.

/** A fault that a person can mend; its message is the sentence they read. */
export class Refusal extends Error {}

/** One line of progress. Standard error, so that standard output stays the program's own. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Seconds since a performance.now(), for a person. */
export function secondsSince(startedMs) {
  return `${((performance.now() - startedMs) / 1_000).toFixed(1)} s`;
}
