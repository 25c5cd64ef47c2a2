// The tokens of a local list as the registry has them now: the only place where their plain uids are.
import Type from 'typebox';
import { Value } from 'typebox/value';
import type { RegistryOptions } from '../certificates/registered.ts';
import type { ListedToken } from '../domain/local-list.ts';

const nullableText = Type.Union([Type.String(), Type.Null()]);
const answer = Type.Object({
  items: Type.Array(
    Type.Object({
      tokenRef: Type.String(),
      uid: Type.String(),
      type: Type.String(),
      status: Type.String(),
      expiresAt: nullableText,
      groupId: nullableText,
    }),
  ),
});

export type ListedAsked = {
  readonly tokenRefs: readonly string[];
  readonly groupId: string | null;
  readonly limit: number;
};

export type ListedTokens = (tenantId: string, asked: ListedAsked) => Promise<readonly ListedToken[]>;

/** Those named and those of the group, one more than the limit where there is one. Rejects where the registry cannot be asked. */
export function listedTokensOf({ url, internalToken, timeoutMs }: RegistryOptions): ListedTokens {
  return async (tenantId, asked) => {
    if (asked.tokenRefs.length === 0 && asked.groupId === null) return [];
    const response = await fetch(`${url}/internal/tokens/listed`, {
      method: 'POST',
      headers: { authorization: `Bearer ${internalToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ tenantId, ...asked }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`the registry answers ${response.status} when asked for tokens`);
    return Value.Parse(answer, JSON.parse(text)).items;
  };
}
