// What stands on a token, asked of the registry when a partner reads: the log and our tables know it by its ref alone.
import { Fault } from '#kit/fault';
import type { TokenNames } from './wire/v221/parts.ts';

/** Names by tokenRef; an erased token has none. Throws Fault UPSTREAM_UNAVAILABLE. */
export type TokenNamesOf = (tenantId: string, tokenRefs: readonly string[]) => Promise<ReadonlyMap<string, TokenNames>>;

export type TokenNamesOptions = {
  readonly registryUrl: string;
  readonly internalToken: string;
  /** A token that was erased is shown for at most so long. */
  readonly cacheMs: number;
  readonly now: () => number;
};

type Known = { readonly names: TokenNames | undefined; readonly until: number };
type Named = TokenNames & { readonly tokenRef: string };

const answerTimeoutMs = 3_000;
const perCallMax = 1_000;
const cachedTokensMax = 20_000;

export function tokenNames(options: TokenNamesOptions): TokenNamesOf {
  const cache = new Map<string, Known>();
  return async (tenantId, tokenRefs) => {
    const now = options.now();
    const keyOf = (tokenRef: string): string => `${tenantId}/${tokenRef}`;
    const wanted = [...new Set(tokenRefs)];
    const missing = wanted.filter((tokenRef) => (cache.get(keyOf(tokenRef))?.until ?? 0) <= now);
    const found = new Map<string, TokenNames | undefined>(missing.map((tokenRef) => [tokenRef, undefined]));
    for (let from = 0; from < missing.length; from += perCallMax) {
      const chunk = missing.slice(from, from + perCallMax);
      for (const { tokenRef, uid, contractId, issuer } of await ask(options, tenantId, chunk))
        found.set(tokenRef, { uid, contractId, issuer });
    }
    for (const [tokenRef, names] of found) remember(cache, keyOf(tokenRef), { names, until: now + options.cacheMs });
    const entries = wanted.flatMap((tokenRef) => {
      const names = found.has(tokenRef) ? found.get(tokenRef) : cache.get(keyOf(tokenRef))?.names;
      return names === undefined ? [] : [[tokenRef, names] as const];
    });
    return new Map(entries);
  };
}

function remember(cache: Map<string, Known>, key: string, known: Known): void {
  cache.delete(key);
  cache.set(key, known);
  const [oldest] = cache.keys();
  if (cache.size > cachedTokensMax && oldest !== undefined) cache.delete(oldest);
}

async function ask(
  options: TokenNamesOptions,
  tenantId: string,
  tokenRefs: readonly string[],
): Promise<readonly Named[]> {
  let response: Response;
  try {
    response = await fetch(`${options.registryUrl}/internal/tokens/resolve`, {
      method: 'POST',
      headers: { authorization: `Bearer ${options.internalToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ tenantId, tokenRefs }),
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
  } catch (error) {
    throw new Fault('UPSTREAM_UNAVAILABLE', { detail: 'the registry does not answer', cause: error });
  }
  if (!response.ok)
    throw new Fault('UPSTREAM_UNAVAILABLE', { detail: `the registry answers ${response.status} for tokens` });
  return ((await response.json()) as { items: readonly Named[] }).items;
}
