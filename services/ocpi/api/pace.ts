// How often partners may ask and strangers may guess: tokens that were good lately are not slowed by those who try others.
import { Pacing, RecentByKey } from '#kit/pacing';

export type PaceOptions = {
  readonly partnerPerSecond: number;
  /** Requests with a token that is not known to be good, per address. */
  readonly strangerPerSecond: number;
  now(): number;
};

/** Each answer is 0 where it may go on, else how long to wait, in ms. */
export type Pace = {
  /** Before the token is looked for; `lookups` are what it may be found by. */
  strangerWaitMs(address: string, lookups: readonly Buffer[]): number;
  /** After it was found. */
  partnerWaitMs(partner: string, lookup: Buffer): number;
};

const burstSeconds = 10;
const goodTokensMax = 10_000;
const goodKeptMs = 60 * 60 * 1000;

export function paceOf({ partnerPerSecond, strangerPerSecond, now }: PaceOptions): Pace {
  const partners = new Pacing({ perSecond: partnerPerSecond, burst: partnerPerSecond * burstSeconds }, now);
  const strangers = new Pacing({ perSecond: strangerPerSecond, burst: strangerPerSecond * burstSeconds }, now);
  const good = new RecentByKey<true>(goodTokensMax, goodKeptMs);
  return {
    strangerWaitMs(address, lookups) {
      const isGood = lookups.some((lookup) => good.get(keyOf(lookup), now()) === true);
      return isGood ? 0 : strangers.waitMs(address);
    },
    partnerWaitMs(partner, lookup) {
      good.set(keyOf(lookup), true, now());
      return partners.waitMs(partner);
    },
  };
}

/** Of an HMAC: the token itself is kept nowhere. */
function keyOf(lookup: Buffer): string {
  return lookup.toString('base64');
}
