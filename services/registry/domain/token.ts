// A driver's token: the uid stays with its owner in Postgres, everybody else knows it by its ref.
import type { TokenRegistered } from '#contracts/generated/types';
import { tokenIdentityOf, tokenRefOf } from '#contracts/keys';
import type { TokenValue } from '#contracts/registry';
import type { Violation } from './violation.ts';

/** What only the registry's Postgres holds of a token; deleting the token erases it. */
export type TokenPerson = {
  readonly uid: string;
  readonly groupId: string | null;
  readonly label: string | null;
  /** The contract behind it, as its issuer names it (OCPI contract_id). */
  readonly contractId: string | null;
};

export type Token = TokenValue & TokenPerson;

export type TokenInput = Partial<Omit<TokenValue, 'tokenRef' | 'groupRef'>> & Partial<TokenPerson> & { uid: string };
export type TokenPatch = Partial<Omit<TokenValue, 'tokenRef' | 'groupRef' | 'type'>> &
  Partial<Omit<TokenPerson, 'uid'>>;

const tokenByDefault = {
  type: 'ISO14443',
  status: 'Accepted',
  expiresAt: null,
  groupId: null,
  label: null,
  locationIds: [],
  issuer: null,
  contractId: null,
  concurrentSessionsMax: null,
  whitelist: 'ALWAYS',
  language: null,
  chargingPriority: null,
} as const satisfies Omit<TokenInput, 'uid'>;

export function tokenOf(tenantKey: Uint8Array, input: TokenInput): Token {
  const wanted = { ...tokenByDefault, ...input };
  const { groupId } = wanted;
  const { type, uid } = identityOf(wanted);
  return {
    tokenRef: tokenRefOf(tenantKey, type, uid),
    uid: uid.trim(),
    type,
    status: wanted.status,
    expiresAt: normalInstant(wanted.expiresAt),
    groupId,
    groupRef: groupRefOf(tenantKey, groupId),
    label: wanted.label,
    locationIds: [...wanted.locationIds],
    issuer: wanted.issuer,
    contractId: wanted.contractId,
    concurrentSessionsMax: wanted.concurrentSessionsMax,
    whitelist: wanted.whitelist,
    language: wanted.language,
    chargingPriority: wanted.chargingPriority,
  };
}

/** A vehicle's address becomes one, however it was written; 1.6 stations say `VID:` before it. */
function identityOf({ type, uid }: Pick<Token, 'type' | 'uid'>): Pick<Token, 'type' | 'uid'> {
  const identity = tokenIdentityOf(type, uid);
  return identity.type === 'MacAddress' ? { type: 'MacAddress', uid: identity.uid } : { type, uid };
}

export function patchedToken(tenantKey: Uint8Array, token: Token, patch: TokenPatch): Token {
  return tokenOf(tenantKey, { ...token, ...patch });
}

/** What no schema can say of a token. */
export function tokenViolations({ expiresAt }: Pick<TokenInput, 'expiresAt'>): Violation[] {
  return typeof expiresAt === 'string' && Number.isNaN(Date.parse(expiresAt))
    ? [{ path: 'expiresAt', message: 'is no point in time (ISO 8601)' }]
    : [];
}

/** What the log may carry: no uid, no group's name, no label, no contract. */
export function shownToken(token: Token): TokenValue {
  const { uid: _uid, groupId: _groupId, label: _label, contractId: _contractId, ...shown } = token;
  return shown;
}

/** What gateways are told of a token. */
export function registeredToken(token: Token, tenantId: string, rowVersion: number): TokenRegistered {
  const { tokenRef, status, expiresAt, groupRef, locationIds, issuer } = token;
  const { concurrentSessionsMax, whitelist, language, chargingPriority } = token;
  return {
    tenantId,
    tokenRef,
    rowVersion,
    status,
    expiresAt: expiresAt === null ? null : Date.parse(expiresAt),
    groupRef,
    locationIds: [...locationIds],
    issuer,
    concurrentSessionsMax,
    whitelist,
    language,
    chargingPriority,
  };
}

/** A group is named by a token-like id (1.6 parentIdTag, 2.x groupIdToken), so it gets a ref of the same kind. */
function groupRefOf(tenantKey: Uint8Array, groupId: string | null): string | null {
  return groupId === null ? null : tokenRefOf(tenantKey, 'Central', groupId);
}

function normalInstant(instant: string | null): string | null {
  const at = instant === null ? Number.NaN : Date.parse(instant);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
