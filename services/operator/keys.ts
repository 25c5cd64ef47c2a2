// Whose key it is: asked of the registry by hash, remembered for some seconds, and never more keys than a bound.
import { createHash } from 'node:crypto';
import type { Role } from '#contracts/roles';
import { Fault } from '#kit/fault';

export type KeyHolder = { readonly keyId: string; readonly tenantId: string; readonly role: Role };

export type KeysOptions = {
  readonly registryUrl: string;
  readonly internalToken: string;
  readonly cacheMs: number;
  now(): number;
};

type Known = {
  readonly holder: Promise<KeyHolder | undefined>;
  readonly until: number;
  /** It was somebody's when it was last asked about. */
  readonly isSomebodys: boolean;
};

const keysMax = 10_000;
const askTimeoutMs = 5_000;
/** Someone who was given a key tries it at once: what is unknown is forgotten sooner. */
const unknownMs = 2_000;

export class Keys {
  readonly #options: KeysOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: KeysOptions) {
    this.#options = options;
  }

  /** Whether the key was somebody's before: asking about it again is no guess. */
  knows(key: string): boolean {
    const known = this.#known.get(hashOf(key));
    return known !== undefined && (known.isSomebodys || known.until > this.#options.now());
  }

  /** The holder of a key; undefined for one that is unknown or revoked. Throws Fault UPSTREAM_UNAVAILABLE. */
  resolve(key: string): Promise<KeyHolder | undefined> {
    const hash = hashOf(key);
    const { cacheMs } = this.#options;
    const now = this.#options.now();
    const known = this.#known.get(hash);
    if (known !== undefined && known.until > now) return known.holder;
    const holder = this.#ask(hash);
    this.#remember(hash, { holder, until: now + cacheMs, isSomebodys: known?.isSomebodys ?? false });
    holder.then(
      (found) => {
        const isSomebodys = found !== undefined;
        const until = now + (isSomebodys ? cacheMs : Math.min(unknownMs, cacheMs));
        this.#remember(hash, { holder, until, isSomebodys });
      },
      () => this.#remember(hash, { holder, until: now, isSomebodys: known?.isSomebodys ?? false }),
    );
    return holder;
  }

  async #ask(hash: string): Promise<KeyHolder | undefined> {
    const { registryUrl, internalToken } = this.#options;
    let response: Response;
    try {
      response = await fetch(`${registryUrl}/internal/keys/resolve`, {
        method: 'POST',
        headers: { authorization: `Bearer ${internalToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ hash }),
        signal: AbortSignal.timeout(askTimeoutMs),
      });
    } catch (error) {
      throw new Fault('UPSTREAM_UNAVAILABLE', { detail: 'the registry does not answer', cause: error });
    }
    if (response.status === 404) return undefined;
    if (!response.ok)
      throw new Fault('UPSTREAM_UNAVAILABLE', { detail: `the registry answers ${response.status} for keys` });
    return (await response.json()) as KeyHolder;
  }

  #remember(hash: string, known: Known): void {
    this.#known.delete(hash);
    this.#known.set(hash, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > keysMax && oldest !== undefined) this.#known.delete(oldest);
  }
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
