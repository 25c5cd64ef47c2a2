// The version of what a session says: (generation, source offset) as one number that grows with both.

const offsetsMax = 2 ** 40;

/** Below 2^53 for 8,191 generations and 10^12 offsets of a partition. */
export function sessionVersionOf(generation: number, sourceOffset: number): number {
  return generation * offsetsMax + sourceOffset;
}
