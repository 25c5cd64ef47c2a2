// Decides about a WebSocket upgrade: who is it, may it, in which version.
import { createHash } from 'node:crypto';
import type { PasswordVerifier, StationRegistered } from '#contracts/generated/types';
import { stationKey } from '#contracts/keys';
import { isChosenPassword, isGeneratedPassword } from '#contracts/passwords';
import type { Admitted } from './connection.ts';
import { basicCredentialsOf, passwordForms, type Credentials } from './domain/basic-auth.ts';
import { negotiate } from './domain/subprotocol.ts';
import { addressOf } from './domain/url.ts';
import { dialects, type GatewayParts } from './parts.ts';

/** What an upgrade request says, read before its handler returns. */
export type Upgrade = {
  readonly url: string;
  readonly authorization: string;
  readonly subprotocols: string;
  readonly origin: string;
  readonly remoteAddress: string;
};

export type Refusal = {
  readonly kind: 'refused';
  readonly status: string;
  readonly reason: string;
  readonly retryAfterSeconds?: number;
};
export type Admission = Refusal | { readonly kind: 'admitted'; readonly admitted: Admitted };

/** Whether the credentials are the station's; 'busy' is no verdict on them. */
type Credible = boolean | 'busy';

const retryAfterSecondsMin = 5;
const retryAfterSecondsSpread = 25;

/** Unknown station and wrong password cost and look the same. */
const nobodysVerifier: PasswordVerifier = {
  scheme: 'hmac-sha256',
  salt: Buffer.alloc(16),
  hash: Buffer.alloc(32),
  validFrom: 0,
};

export class Admissions {
  readonly #parts: GatewayParts;
  readonly #verified = new VerifiedPasswords();
  draining = false;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  /** A promise only where a chosen password must be checked off-thread. */
  decide(upgrade: Upgrade): Admission | Promise<Admission> {
    const { awake, caches } = this.#parts;
    // Its station is elsewhere by now, and must not be displaced there.
    awake.check();
    if (awake.isSettling) return this.#unavailable('just-woken');
    if (this.draining || !caches.ready) return this.#unavailable(this.draining ? 'draining' : 'not-ready');
    // Stations are no browsers: a request that names an origin is a page in somebody's browser (ASVS 4.4.2).
    if (upgrade.origin !== '') return { kind: 'refused', status: '403 Forbidden', reason: 'origin' };
    const addressed = addressOf(upgrade.url);
    if (addressed === undefined) return { kind: 'refused', status: '400 Bad Request', reason: 'malformed-url' };
    const key = stationKey(addressed.tenantId, addressed.stationId);
    const station = caches.station(key);
    const checked = this.#check(addressed.stationId, station, basicCredentialsOf(upgrade.authorization));
    if (checked instanceof Promise) return checked.then((credible) => this.#afterWait(upgrade, key, credible));
    return this.#after(upgrade, station, checked);
  }

  /** While the password was checked the gateway may have begun to drain, the station may have been disabled. */
  #afterWait(upgrade: Upgrade, key: string, credible: Credible): Admission {
    if (this.draining) return this.#unavailable('draining');
    const station = this.#parts.caches.station(key);
    return this.#after(upgrade, station?.enabled === true ? station : undefined, credible);
  }

  #after(upgrade: Upgrade, station: StationRegistered | undefined, credible: Credible): Admission {
    if (credible === 'busy') return this.#unavailable('password-checks');
    if (credible && station !== undefined) return this.#version(upgrade, station);
    return { kind: 'refused', status: '401 Unauthorized', reason: 'unauthorized' };
  }

  #check(
    stationId: string,
    station: StationRegistered | undefined,
    credentials: Credentials | undefined,
  ): Credible | Promise<Credible> {
    const usable = station?.enabled === true ? station : undefined;
    // Profile 0 (no authentication) exists only where the registry opted a station into it.
    if (usable?.securityProfile === 0) return true;
    if (credentials === undefined) return false;
    const isSelf = credentials.user === stationId;
    const forms = passwordForms(credentials.password);
    const verifiers = usable?.verifiers ?? [];
    const generated = verifiers.filter(({ scheme }) => scheme === 'hmac-sha256');
    const matches = [...generated, nobodysVerifier].some((verifier) =>
      forms.some((form) => isGeneratedPassword(verifier, form)),
    );
    if (matches || !isSelf) return matches && isSelf;
    const chosen = verifiers.filter(({ scheme }) => scheme === 'scrypt');
    return chosen.length === 0 ? false : this.#verified.check(chosen, forms);
  }

  #version(upgrade: Upgrade, station: StationRegistered): Admission {
    const { tenantId, stationId } = station;
    // A connection lives for weeks and never asks for its password again.
    const kept = { ...station, verifiers: [] };
    const presence = this.#parts.caches.presence(stationKey(tenantId, stationId));
    if (presence?.connected === true && (presence.refuseUntil ?? 0) > this.#parts.now())
      return this.#unavailable('duplicate-identity');
    const negotiated = negotiate(upgrade.subprotocols, station.defaultSubprotocol);
    if (negotiated === undefined) return { kind: 'refused', status: '400 Bad Request', reason: 'subprotocol' };
    const dialect = negotiated.version === '2.1' ? undefined : dialects[negotiated.version];
    if (dialect === undefined) return { kind: 'refused', status: '400 Bad Request', reason: 'subprotocol' };
    const { subprotocol } = negotiated;
    return {
      kind: 'admitted',
      admitted: { tenantId, stationId, station: kept, dialect, subprotocol, remoteAddress: upgrade.remoteAddress },
    };
  }

  #unavailable(reason: string): Refusal {
    const retryAfterSeconds = retryAfterSecondsMin + Math.floor(this.#parts.random() * retryAfterSecondsSpread);
    return { kind: 'refused', status: '503 Service Unavailable', reason, retryAfterSeconds };
  }
}

const verifiedMax = 50_000;
const checksAtOnceMax = 8;

/** Chosen passwords that were verified once, so that a reconnect storm costs no scrypt; bounded, oldest out. */
class VerifiedPasswords {
  readonly #known = new Set<string>();
  #running = 0;

  /** 'busy' where the answer needs a scrypt that may not run now: guessers must not queue scrypt behind scrypt. */
  async check(verifiers: readonly PasswordVerifier[], forms: readonly Buffer[]): Promise<Credible> {
    const pairs = verifiers.flatMap((verifier) =>
      forms.map((form) => ({ verifier, form, print: printOf(verifier, form) })),
    );
    // All that is known comes first: while a password is rotated the old verifier must not cost each reconnect a scrypt.
    if (pairs.some(({ print }) => this.#known.has(print))) return true;
    for (const { verifier, form, print } of pairs) {
      if (this.#running >= checksAtOnceMax) return 'busy';
      if (await this.#run(verifier, form)) return this.#remember(print);
    }
    return false;
  }

  async #run(verifier: PasswordVerifier, form: Buffer): Promise<boolean> {
    this.#running++;
    try {
      return await isChosenPassword(verifier, form);
    } finally {
      this.#running--;
    }
  }

  #remember(print: string): true {
    const [oldest] = this.#known;
    if (this.#known.size >= verifiedMax && oldest !== undefined) this.#known.delete(oldest);
    this.#known.add(print);
    return true;
  }
}

function printOf({ salt, hash }: PasswordVerifier, form: Buffer): string {
  return createHash('sha256').update(salt).update(hash).update(form).digest('base64');
}
