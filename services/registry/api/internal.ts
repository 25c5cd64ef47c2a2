// /internal: what other services of the platform ask; never reachable through the operator door.
import Type, { type Static } from 'typebox';
import { keyValue, tenantIdPattern, tokenRef } from '#contracts/registry';
import { problem, type HttpApi } from '#kit/http';
import type { Store } from '../store/write.ts';
import { problems, strict } from '#kit/http-schemas';

const resolved = Type.Object({ keyId: Type.String(), tenantId: Type.String(), role: keyValue.properties.role });

const tokensPerCallMax = 1_000;
const namedToken = Type.Object({
  tokenRef,
  uid: Type.String(),
  contractId: Type.Union([Type.String(), Type.Null()]),
  /** Whose contract it is: earlier sessions of the token may be another party's. */
  issuer: Type.Union([Type.String(), Type.Null()]),
});

const listedToken = Type.Object({
  tokenRef,
  uid: Type.String(),
  type: Type.String(),
  status: Type.String(),
  expiresAt: Type.Union([Type.String(), Type.Null()]),
  groupId: Type.Union([Type.String(), Type.Null()]),
});

export function addInternalRoutes(api: HttpApi, store: Store): void {
  addKeyResolution(api, store);
  addTokenResolution(api, store);
  addListedTokens(api, store);
}

/** The door asks by hash, so that a key travels no further than it must. */
function addKeyResolution(api: HttpApi, { database }: Store): void {
  api.post(
    '/internal/keys/resolve',
    {
      schema: {
        hide: true,
        body: Type.Object({ hash: Type.String({ pattern: '^[0-9a-f]{64}$' }) }, strict),
        response: { 200: resolved, ...problems },
      },
    },
    async ({ body: { hash } }, reply) => {
      const [found] = await database.query<{
        keyId: string;
        tenantId: string;
        role: 'platform' | 'operator' | 'viewer';
      }>('select key_id as "keyId", tenant_id as "tenantId", role from keys where hash = $1 and revoked_at is null', [
        hash,
      ]);
      return found === undefined ? problem(reply, { status: 404, title: 'No key of ours' }) : found;
    },
  );
}

/** What a partner must read of its own tokens; the log knows none of it. A token that was erased is not in the answer. */
function addTokenResolution(api: HttpApi, { database }: Store): void {
  const body = Type.Object(
    {
      tenantId: Type.String({ pattern: tenantIdPattern }),
      tokenRefs: Type.Array(tokenRef, { maxItems: tokensPerCallMax }),
    },
    strict,
  );
  api.post(
    '/internal/tokens/resolve',
    { schema: { hide: true, body, response: { 200: Type.Object({ items: Type.Array(namedToken) }), ...problems } } },
    async ({ body: { tenantId, tokenRefs } }) => ({
      items: await database.query<Static<typeof namedToken>>(
        `select token_ref as "tokenRef", uid, contract_id as "contractId", issuer from tokens
         where tenant_id = $1 and token_ref = any($2)`,
        [tenantId, tokenRefs],
      ),
    }),
  );
}

/** What goes into a station's local list: named by ref, or all of a group; by ref, one more than the limit where there is one. */
function addListedTokens(api: HttpApi, { database }: Store): void {
  const body = Type.Object(
    {
      tenantId: Type.String({ pattern: tenantIdPattern }),
      tokenRefs: Type.Array(tokenRef, { maxItems: 2 * tokensPerCallMax }),
      groupId: Type.Union([Type.String({ maxLength: 36 }), Type.Null()]),
      limit: Type.Integer({ minimum: 1, maximum: 2 * tokensPerCallMax }),
    },
    strict,
  );
  api.post(
    '/internal/tokens/listed',
    { schema: { hide: true, body, response: { 200: Type.Object({ items: Type.Array(listedToken) }), ...problems } } },
    async ({ body: { tenantId, tokenRefs, groupId, limit } }) => ({
      items: await database.query<Static<typeof listedToken>>(
        `select token_ref as "tokenRef", uid, type, status, group_id as "groupId",
           to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "expiresAt"
         from tokens where tenant_id = $1 and (token_ref = any($2) or group_id = $3) order by token_ref limit $4 + 1`,
        [tenantId, tokenRefs, groupId, limit],
      ),
    }),
  );
}
