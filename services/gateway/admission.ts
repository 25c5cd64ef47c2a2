// Decides about a WebSocket upgrade: who is it, may it, in which version.
import { setTimeout as delay } from 'node:timers/promises';
import type { PasswordVerifier, StationRegistered } from '#contracts/generated/types';
import { stationKey } from '#contracts/keys';
import { isGeneratedPassword } from '#contracts/passwords';
import type { Admitted } from './admitted.ts';
import { basicCredentialsOf, passwordForms } from './domain/basic-auth.ts';
import { clientAddress, isOneOf } from './domain/client-address.ts';
import { arrivalOf, isCertificateOf, type Arrival, type Door, type ProxyClaims } from './domain/client-certificate.ts';
import { HeldStations } from './held-stations.ts';
import { provedSalt } from './proved-password.ts';
import { judgeProfile } from './domain/security-profile.ts';
import { negotiate } from './domain/subprotocol.ts';
import { addressOf } from './domain/url.ts';
import { retryAfterSecondsOf } from './domain/waiting-line.ts';
import { spoofedClaims } from './metrics.ts';
import { dialects, type GatewayParts } from './parts.ts';
import { UpgradeLimits, type Limited } from './upgrade-limits.ts';
import { VerifiedPasswords, type Credible } from './verified-passwords.ts';

/** What an upgrade request says, read before its handler returns. */
export type Upgrade = {
  readonly url: string;
  readonly authorization: string;
  readonly subprotocols: string;
  readonly origin: string;
  readonly remoteAddress: string;
  readonly forwardedFor: string;
  readonly door: Door;
  readonly claims: ProxyClaims;
};

export type Refusal = {
  readonly kind: 'refused';
  readonly status: string;
  readonly reason: string;
  readonly retryAfterSeconds?: number;
};
export type Admission = Refusal | { readonly kind: 'admitted'; readonly admitted: Admitted };

/** Who asks: an identity as the URL names it, which may not exist, and the address it asks from where that says anything. */
type Asking = {
  readonly upgrade: Upgrade;
  readonly stationId: string;
  readonly key: string;
  readonly arrival: Arrival;
  readonly address?: string;
};

const retryAfterSecondsMin = 5;
const retryAfterSecondsSpread = 25;
/** Another gateway may serve at once, but not all of a drained one's stations. */
const drainedWaitMs = 1_000;

const wrongProfile: Refusal = { kind: 'refused', status: '403 Forbidden', reason: 'security-profile' };

/** Unknown station and wrong password cost and look the same. */
const nobodysVerifier: PasswordVerifier = {
  scheme: 'hmac-sha256',
  salt: Buffer.alloc(16),
  hash: Buffer.alloc(32),
  validFrom: 0,
};

export class Admissions {
  readonly #parts: GatewayParts;
  readonly #limits: UpgradeLimits;
  readonly #verified: VerifiedPasswords;
  readonly #unknown: HeldStations;
  #held = 0;
  draining = false;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.#limits = new UpgradeLimits(parts.config, parts.now);
    this.#verified = new VerifiedPasswords(parts.config.passwordChecksMax);
    this.#unknown = new HeldStations(parts);
  }

  /** A promise where a chosen password is checked off-thread, and for every failed login: its answer tells no time. */
  decide(upgrade: Upgrade): Admission | Promise<Admission> {
    const decided = this.#decide(upgrade);
    if (!(decided instanceof Promise) && !isFailed(decided)) return decided;
    if (!(decided instanceof Promise) && this.#held >= this.#parts.config.failedLoginsHeldMax)
      return this.#unavailable('failed-logins');
    return this.#hold(decided);
  }

  async #hold(decided: Admission | Promise<Admission>): Promise<Admission> {
    const answerAt = performance.now() + this.#parts.config.failedLoginAnswerMs;
    this.#held++;
    try {
      const admission = await decided;
      if (isFailed(admission)) await delay(Math.max(0, answerAt - performance.now()));
      return admission;
    } finally {
      this.#held--;
    }
  }

  /** 1. Whatever costs nothing: drain, caches, overload, rates. 2. Who is it? 3. Its own rates, its version. */
  #decide(upgrade: Upgrade): Admission | Promise<Admission> {
    const { caches, config } = this.#parts;
    const closed = this.#closed();
    if (closed !== undefined) return closed;
    // Stations are no browsers: a request that names an origin is a page in somebody's browser (ASVS 4.4.2).
    if (upgrade.origin !== '') return { kind: 'refused', status: '403 Forbidden', reason: 'origin' };
    const arrival = this.#arrival(upgrade);
    if (arrival === undefined) return { kind: 'refused', status: '403 Forbidden', reason: 'not-our-proxy' };
    const address = clientAddress(upgrade.remoteAddress, upgrade.forwardedFor, config.trustedProxies);
    const limited = this.#limits.onArrival(address);
    if (limited !== undefined) return this.#tooMany(limited);
    const addressed = addressOf(upgrade.url);
    if (addressed === undefined) return { kind: 'refused', status: '400 Bad Request', reason: 'malformed-url' };
    const key = stationKey(addressed.tenantId, addressed.stationId);
    const { stationId } = addressed;
    const asking = { upgrade, stationId, key, arrival, ...(address === undefined ? {} : { address }) };
    const station = caches.station(key);
    this.#reportLowered(station, arrival);
    const checked = this.#check(asking, station);
    if (checked instanceof Promise) return checked.then((credible) => this.#afterWait(asking, credible));
    return this.#after(asking, station, checked);
  }

  #arrival({ door, remoteAddress, claims }: Upgrade): Arrival | undefined {
    if (door === 'plain' && claims.profile !== '') spoofedClaims.inc();
    return arrivalOf(door, isOneOf(remoteAddress, this.#parts.config.trustedProxies), claims);
  }

  /** Also where nothing can be proved: who was registered for a certificate shows none at a lower profile. */
  #reportLowered(station: StationRegistered | undefined, { profile }: Arrival): void {
    if (station?.enabled !== true || judgeProfile(station, profile) !== 'lowered') return;
    const info = `asked at profile ${profile}, registered for ${station.securityProfile}`;
    this.#parts.reports.report(station, 'SecurityProfileDowngrade', info);
  }

  /** Why nobody is let in now. */
  #closed(): Refusal | undefined {
    const { awake, caches, pressure } = this.#parts;
    // Its station is elsewhere by now, and must not be displaced there.
    awake.check();
    if (awake.isSettling) return this.#unavailable('just-woken');
    if (this.draining) return this.#unavailable('draining', drainedWaitMs);
    if (!caches.ready) return this.#unavailable('not-ready');
    return pressure.refusal === undefined ? undefined : this.#unavailable(pressure.refusal);
  }

  /** While the password was checked the gateway may have begun to drain, the station may have been disabled. */
  #afterWait(asking: Asking, credible: Credible): Admission | Promise<Admission> {
    const closed = this.#closed();
    if (closed !== undefined) return closed;
    const station = this.#parts.caches.station(asking.key);
    return this.#after(asking, station?.enabled === true ? station : undefined, credible);
  }

  #after(asking: Asking, station: StationRegistered | undefined, credible: Credible): Admission | Promise<Admission> {
    if (credible === 'busy') return this.#unavailable('password-checks');
    if (credible === true && station !== undefined) {
      const verdict = judgeProfile(station, asking.arrival.profile);
      if (verdict === 'lowered') return wrongProfile;
      const limited = this.#limits.onAuthenticated(asking.key);
      if (limited !== undefined) return this.#tooMany(limited);
      return verdict === 'consented' ? this.#goDown(asking, station) : this.#version(asking, station);
    }
    const waitMs = this.#limits.restMs(asking.key, asking.address);
    if (waitMs > 0) return this.#tooMany({ reason: 'logins-rest', waitMs });
    this.#limits.onFailed(asking.key, asking.address);
    this.#noteUnknown(asking);
    return { kind: 'refused', status: '401 Unauthorized', reason: 'unauthorized' };
  }

  /** From 3 to 2 with the operator's consent: the station's own variable must allow it too (A05.FR.08-10). */
  async #goDown(asking: Asking, asked: StationRegistered): Promise<Admission> {
    const answer = await this.#parts.deviceModels.allowsDowngrade(asked);
    if (answer === 'unreachable') return this.#unavailable('device-model');
    const closed = this.#closed();
    if (closed !== undefined) return closed;
    // Meanwhile it may have been disabled, or its operator may have thought better of it.
    const station = this.#parts.caches.station(asking.key);
    const verdict = station?.enabled === true ? judgeProfile(station, asking.arrival.profile) : 'lowered';
    if (answer === 'allowed' && station !== undefined && verdict !== 'lowered') return this.#version(asking, station);
    const info = 'asked at profile 2, registered for 3, and its AllowSecurityProfileDowngrade is not true';
    if (answer === 'not-allowed') this.#parts.reports.report(asked, 'SecurityProfileDowngrade', info);
    return wrongProfile;
  }

  /** Nobody registered it, and its tenant wants to hear of such: an operator may. It is refused all the same. */
  #noteUnknown({ key, stationId, upgrade, address = upgrade.remoteAddress }: Asking): void {
    const { caches } = this.#parts;
    const tenantId = key.slice(0, key.length - stationId.length - 1);
    if (caches.station(key) !== undefined || caches.tenant(tenantId).unknownStations !== 'hold') return;
    this.#unknown.knocked({ tenantId, stationId, address, subprotocols: upgrade.subprotocols });
  }

  #check(asking: Asking, station: StationRegistered | undefined): Credible | Promise<Credible> {
    const { caches } = this.#parts;
    const usable = station?.enabled === true ? station : undefined;
    const { certificate } = asking.arrival;
    if (certificate !== null)
      return usable !== undefined && isCertificateOf(usable, caches.tenant(usable.tenantId).organisation, certificate);
    // Profile 0 (no authentication) exists only where the registry opted a station into it.
    return usable?.securityProfile === 0 || this.#checkPassword(asking, usable);
  }

  #checkPassword(asking: Asking, usable: StationRegistered | undefined): Credible | Promise<Credible> {
    const credentials = basicCredentialsOf(asking.upgrade.authorization);
    if (credentials === undefined) return false;
    const isSelf = credentials.user === asking.stationId;
    const forms = passwordForms(credentials.password);
    const verifiers = usable?.verifiers ?? [];
    const generated = verifiers.filter(({ scheme }) => scheme === 'hmac-sha256');
    // Checked also while logins rest: nobody guesses 128 bits, and the genuine station must get in.
    const matches = [...generated, nobodysVerifier].some((verifier) =>
      forms.some((form) => isGeneratedPassword(verifier, form)),
    );
    if (matches || !isSelf) return matches && isSelf;
    const chosen = verifiers.filter(({ scheme }) => scheme === 'scrypt');
    const rests = this.#limits.restMs(asking.key, asking.address) > 0;
    return chosen.length === 0 ? false : this.#verified.check(chosen, forms, rests);
  }

  #version({ upgrade, address, arrival }: Asking, station: StationRegistered): Admission {
    const { tenantId, stationId } = station;
    // A connection lives for weeks and never asks for its password again.
    const kept = { ...station, verifiers: [] };
    const presence = this.#parts.caches.presence(stationKey(tenantId, stationId));
    if (presence?.connected === true && (presence.refuseUntil ?? 0) > this.#parts.now())
      return this.#unavailable('duplicate-identity');
    const negotiated = negotiate(upgrade.subprotocols, station.defaultSubprotocol);
    if (negotiated === undefined) return { kind: 'refused', status: '400 Bad Request', reason: 'subprotocol' };
    const dialect = dialects[negotiated.version];
    const { subprotocol } = negotiated;
    const remoteAddress = address ?? upgrade.remoteAddress;
    const { profile, certificate } = arrival;
    const salt = certificate === null ? provedSalt(upgrade.authorization, station) : undefined;
    if (salt !== undefined) void this.#parts.registry.proved(kept, salt);
    if (judgeProfile(station, profile) === 'raised') void this.#parts.registry.raiseProfile(kept, profile);
    const securityProfile = station.securityProfile === 0 ? 0 : profile;
    const by = { remoteAddress, securityProfile, certificate };
    return { kind: 'admitted', admitted: { tenantId, stationId, station: kept, dialect, subprotocol, ...by } };
  }

  #tooMany({ reason, waitMs }: Limited): Refusal {
    return this.#unavailable(reason, waitMs);
  }

  /** Jittered, so that those who were refused in one instant do not come back in one. */
  #unavailable(reason: string, waitMs?: number): Refusal {
    const { random } = this.#parts;
    const retryAfterSeconds =
      waitMs === undefined
        ? retryAfterSecondsMin + Math.floor(random() * retryAfterSecondsSpread)
        : retryAfterSecondsOf(waitMs, random());
    return { kind: 'refused', status: '503 Service Unavailable', reason, retryAfterSeconds };
  }
}

function isFailed(admission: Admission): boolean {
  return admission.kind === 'refused' && admission.reason === 'unauthorized';
}
