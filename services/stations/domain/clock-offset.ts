// How far a station's clock is from ours, from messages that it dates when it sends them: whole ms, station minus gateway.

/** Newest samples kept, the newest last. */
export const samplesKeptMax = 9;

export function withSample(samples: readonly number[], sample: number): readonly number[] {
  return [...samples, sample].slice(-samplesKeptMax);
}

/**
 * The upper quartile of the last samples; null without any. A message that travels or waits before it is sent makes a
 * sample too low and nothing but a wrong clock makes one too high: so the upper half is nearer to the truth than the
 * median, and of nine samples two may be wildly high (a clock just set) and six too low without moving it.
 */
export function clockOffsetOf(samples: readonly number[]): number | null {
  const sorted = samples.toSorted((one, other) => other - one);
  return sorted[Math.floor((sorted.length - 1) / 4)] ?? null;
}
