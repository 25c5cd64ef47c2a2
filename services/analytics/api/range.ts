// A range of time as a caller asks for it: two instants in order, not too far apart.

export type Violation = { readonly path: string; readonly message: string };
export type Range = { readonly fromMs: number; readonly toMs: number };

export const dayMs = 24 * 60 * 60 * 1000;
export const quarterMs = 15 * 60 * 1000;
/** What DateTime holds. */
const instantMsMax = 4_294_967_295_000;

export type RangeLimits = { readonly daysMax: number; readonly stepMs: number };

/** The range, or what is wrong with it beyond its shape. */
export function rangeOf(
  { from, to }: { readonly from: string; readonly to: string },
  { daysMax, stepMs }: RangeLimits,
): Range | readonly Violation[] {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  const violations = [...violationsOf('from', fromMs, stepMs), ...violationsOf('to', toMs, stepMs)];
  if (violations.length > 0) return violations;
  if (fromMs >= toMs) return [{ path: 'querystring/to', message: 'must be after from' }];
  if (toMs - fromMs > daysMax * dayMs)
    return [{ path: 'querystring/to', message: `must be at most ${daysMax} days after from` }];
  return { fromMs, toMs };
}

function violationsOf(name: string, atMs: number, stepMs: number): Violation[] {
  const path = `querystring/${name}`;
  if (Number.isNaN(atMs) || atMs < 0 || atMs > instantMsMax)
    return [{ path, message: 'is no instant of 1970 to 2106' }];
  if (atMs % stepMs !== 0) return [{ path, message: 'must be the start of a quarter hour' }];
  return [];
}
