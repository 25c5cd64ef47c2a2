// How long password checks rest after failed ones: some are free, then each doubles the wait.

export type FailedLogins = { readonly failures: number; readonly restsUntil: number };

export type LoginLimits = { readonly failuresFree: number; readonly restMsMin: number; readonly restMsMax: number };

const doublingsMax = 30;

/** One more login failed. */
export function failed(before: FailedLogins | undefined, limits: LoginLimits, now: number): FailedLogins {
  const failures = (before?.failures ?? 0) + 1;
  const beyond = failures - limits.failuresFree;
  if (beyond <= 0) return { failures, restsUntil: 0 };
  const restMs = Math.min(limits.restMsMax, limits.restMsMin * 2 ** Math.min(beyond - 1, doublingsMax));
  return { failures, restsUntil: now + restMs };
}

/** 0 when a login may be tried, else how long not. */
export function restMs(logins: FailedLogins | undefined, now: number): number {
  return logins === undefined ? 0 : Math.max(0, logins.restsUntil - now);
}
