// How many upgrades are let in: by this process, by address, by identity; and how long failed logins rest.
import { Pacing, RecentByKey, taken, type Bucket } from '#kit/pacing';
import type { GatewayConfig } from './config.ts';
import { failed, restMs, type FailedLogins, type LoginLimits } from './domain/failed-logins.ts';
import { connected, refusedMs, type Connects } from './domain/flapping.ts';
import { emptyLine, joined, type Line } from './domain/waiting-line.ts';
import { failedLogins } from './metrics.ts';

export type Limited = {
  readonly reason: 'process-rate' | 'address-rate' | 'identity-rate' | 'flapping' | 'logins-rest';
  readonly waitMs: number;
};

export type UpgradeLimitsConfig = Pick<
  GatewayConfig,
  | 'upgradesPerSecondMax'
  | 'upgradesBurstMax'
  | 'identityConnectsPerSecondMax'
  | 'identityConnectsBurstMax'
  | 'flappingConnectsMax'
  | 'flappingWindowMs'
  | 'flappingRefusedMs'
  | 'addressUpgradesPerSecondMax'
  | 'addressUpgradesBurstMax'
  | 'identityFailuresFree'
  | 'addressFailuresFree'
  | 'failuresRestMsMin'
  | 'failuresRestMsMax'
  | 'addressRestMsMax'
  | 'limitedKeysMax'
>;

/** After so long without another failure the earlier ones are forgotten. */
const failuresKeptMs = 900_000;

/**
 * Only who proved an identity uses up its limits and those of the process: a stranger can neither lock a station out nor
 * take the places of others. None of this touches an open socket.
 */
export class UpgradeLimits {
  readonly #config: UpgradeLimitsConfig;
  readonly #now: () => number;
  readonly #addresses: Pacing | undefined;
  readonly #identities: Pacing;
  readonly #connects: RecentByKey<Connects>;
  readonly #failures: RecentByKey<FailedLogins>;
  #process: Bucket | undefined;
  #line: Line = emptyLine;

  constructor(config: UpgradeLimitsConfig, now: () => number) {
    const { limitedKeysMax } = config;
    this.#config = config;
    this.#now = now;
    const addressPace = { perSecond: config.addressUpgradesPerSecondMax, burst: config.addressUpgradesBurstMax };
    this.#addresses = addressPace.perSecond === 0 ? undefined : new Pacing(addressPace, now, limitedKeysMax);
    const identityPace = { perSecond: config.identityConnectsPerSecondMax, burst: config.identityConnectsBurstMax };
    this.#identities = new Pacing(identityPace, now, limitedKeysMax);
    this.#connects = new RecentByKey(limitedKeysMax, Math.max(config.flappingWindowMs, config.flappingRefusedMs));
    this.#failures = new RecentByKey(limitedKeysMax, Math.max(failuresKeptMs, config.failuresRestMsMax));
  }

  /** Before any work is done. The place in the process is only looked at: it is taken by who turns out to be someone. */
  onArrival(address: string | undefined): Limited | undefined {
    const addressMs = address === undefined ? 0 : (this.#addresses?.waitMs(address) ?? 0);
    if (addressMs > 0) return { reason: 'address-rate', waitMs: addressMs };
    return this.#processTaken().waitMs > 0 ? this.#sentToLine() : undefined;
  }

  /** Who proved the identity connects now. */
  onAuthenticated(key: string): Limited | undefined {
    const now = this.#now();
    const connects = this.#connects.get(key, now);
    const flappingMs = refusedMs(connects, now);
    if (flappingMs > 0) return { reason: 'flapping', waitMs: flappingMs };
    const identityMs = this.#identities.waitMs(key);
    if (identityMs > 0) return { reason: 'identity-rate', waitMs: identityMs };
    // Others may have taken the last place while a password was checked.
    const { bucket, waitMs } = this.#processTaken();
    if (waitMs > 0) return this.#sentToLine();
    this.#process = bucket;
    this.#connects.set(key, connected(connects, this.#flappingLimits(), now), now);
    this.#failures.delete(identityOf(key));
    return undefined;
  }

  /** For how long logins of this identity or from this address are not checked, whether the identity exists or not. */
  restMs(key: string, address: string | undefined): number {
    const now = this.#now();
    const ofIdentity = restMs(this.#failures.get(identityOf(key), now), now);
    if (address === undefined) return ofIdentity;
    return Math.max(ofIdentity, restMs(this.#failures.get(addressOf(address), now), now));
  }

  onFailed(key: string, address: string | undefined): void {
    failedLogins.inc();
    const { identityFailuresFree, addressFailuresFree, failuresRestMsMin, failuresRestMsMax, addressRestMsMax } =
      this.#config;
    const ofIdentity = {
      failuresFree: identityFailuresFree,
      restMsMin: failuresRestMsMin,
      restMsMax: failuresRestMsMax,
    };
    this.#countFailure(identityOf(key), ofIdentity);
    if (address === undefined) return;
    const restMsMin = Math.min(failuresRestMsMin, addressRestMsMax);
    this.#countFailure(addressOf(address), {
      failuresFree: addressFailuresFree,
      restMsMin,
      restMsMax: addressRestMsMax,
    });
  }

  #countFailure(of: string, limits: LoginLimits): void {
    const now = this.#now();
    this.#failures.set(of, failed(this.#failures.get(of, now), limits, now), now);
  }

  #processTaken(): ReturnType<typeof taken> {
    const pace = { perSecond: this.#config.upgradesPerSecondMax, burst: this.#config.upgradesBurstMax };
    return taken(this.#process, pace, this.#now());
  }

  #sentToLine(): Limited {
    const { line, waitMs } = joined(this.#line, this.#config.upgradesPerSecondMax, this.#now());
    this.#line = line;
    return { reason: 'process-rate', waitMs };
  }

  #flappingLimits() {
    const { flappingConnectsMax, flappingRefusedMs, flappingWindowMs } = this.#config;
    return { connectsMax: flappingConnectsMax, windowMs: flappingWindowMs, refusedMs: flappingRefusedMs };
  }
}

// One bounded map for both; a key of an identity has a slash after its tenant, never a colon before.
function identityOf(key: string): string {
  return `identity:${key}`;
}

function addressOf(address: string): string {
  return `address:${address}`;
}
