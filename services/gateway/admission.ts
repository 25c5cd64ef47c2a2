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
    const { caches } = this.#parts;
    if (this.draining || !caches.ready) return this.#unavailable(this.draining ? 'draining' : 'not-ready');
    // Stations are no browsers: a request that names an origin is a page in somebody's browser (ASVS 4.4.2).
    if (upgrade.origin !== '') return { kind: 'refused', status: '403 Forbidden', reason: 'origin' };
    const addressed = addressOf(upgrade.url);
    if (addressed === undefined) return { kind: 'refused', status: '400 Bad Request', reason: 'malformed-url' };
    const station = caches.station(stationKey(addressed.tenantId, addressed.stationId));
    const checked = this.#check(addressed.stationId, station, basicCredentialsOf(upgrade.authorization));
    const after = (accepted: boolean): Admission =>
      accepted && station !== undefined
        ? this.#version(upgrade, station)
        : { kind: 'refused', status: '401 Unauthorized', reason: 'unauthorized' };
    return typeof checked === 'boolean' ? after(checked) : checked.then(after);
  }

  #check(
    stationId: string,
    station: StationRegistered | undefined,
    credentials: Credentials | undefined,
  ): boolean | Promise<boolean> {
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
      admitted: { tenantId, stationId, station, dialect, subprotocol, remoteAddress: upgrade.remoteAddress },
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

  async check(verifiers: readonly PasswordVerifier[], forms: readonly Buffer[]): Promise<boolean> {
    for (const verifier of verifiers) {
      for (const form of forms) {
        const print = createHash('sha256').update(verifier.salt).update(verifier.hash).update(form).digest('base64');
        if (this.#known.has(print)) return true;
        // Guessers must not queue scrypt behind scrypt: beyond the bound the answer is no.
        if (this.#running >= checksAtOnceMax) return false;
        if (await this.#run(verifier, form)) return this.#remember(print);
      }
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
