// When an object of the view came to be and when it last really changed, told by events alone: both order what partners page through.

/** First record that named it: oldest created first is the order of every list (OCPI 2.2.1, 4.1.3). */
export type Created = { readonly at: number; readonly partition: number; readonly offset: number };

type Position = { readonly partition: number; readonly offset: number };

export function createdBy(recordedAt: number, { partition, offset }: Position): Created {
  return { at: recordedAt, partition, offset };
}

/** A change is always later than the one before, whatever the clocks of two gateways say: a partner must not miss it. */
export function laterThan(lastUpdatedAt: number, recordedAt: number): number {
  return Math.max(recordedAt, lastUpdatedAt + 1);
}
