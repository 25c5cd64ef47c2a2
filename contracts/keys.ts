// Keys, partitions and derived identities: what two processes must agree on, pinned by vectors in the tests.
import { createHash, createHmac } from 'node:crypto';

/** Key of everything about a station: `tenant/station`. */
export function stationKey(tenantId: string, stationId: string): string {
  return `${tenantId}/${stationId}`;
}

const tenantUnitStart = 'tenant:';

/** OU of the certificates that a tenant's stations are issued: one authority serves all tenants. */
export function tenantUnitOf(tenantId: string): string {
  return `${tenantUnitStart}${tenantId}`;
}

/** Whether an OU names another tenant than this one; that of another authority names none. */
export function isUnitOfOther(unit: string, tenantId: string): boolean {
  return unit.startsWith(tenantUnitStart) && unit !== tenantUnitOf(tenantId);
}

/** Key of a session: `tenant/session`. */
export function sessionKey(tenantId: string, sessionId: string): string {
  return `${tenantId}/${sessionId}`;
}

/** Key of a token: `tenant/tokenRef`. */
export function tokenKey(tenantId: string, tokenRef: string): string {
  return `${tenantId}/${tokenRef}`;
}

/** Partition of a key, as Kafka's Java client computes it: murmur2 of the UTF-8 bytes, made positive, modulo the count. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff) % partitions;
}

/** Which namespace a token's uid lives in: 1.6 tells no type, so all card-like types share one. */
export function tokenClassOf(tokenType: string): 'token' | 'keycode' | 'macaddress' {
  if (tokenType === 'KeyCode') return 'keycode';
  return tokenType === 'MacAddress' ? 'macaddress' : 'token';
}

/**
 * Pseudonym of a token: HMAC-SHA256(tenant key, class ‖ 0x00 ‖ uid trimmed, ASCII upper case), 128 bits, 32 hex digits.
 * @param tenantKey secret of the tenant, at least 32 bytes, never rotated.
 */
export function tokenRefOf(tenantKey: Uint8Array, tokenType: string, uid: string): string {
  const canonical = uid.trim().replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
  return createHmac('sha256', tenantKey)
    .update(`${tokenClassOf(tokenType)}\0${canonical}`)
    .digest('hex')
    .slice(0, 32);
}

/**
 * What stations are told of a token's group (1.6 parentIdTag, 2.x groupIdToken): they only compare it, so a pseudonym does.
 * The same in every message: answers, reservations, local lists.
 * @param groupRef ref of the group, 32 hex digits.
 * @param ocppVersion 1.6 has room for 20 characters (CiString20Type).
 */
export function groupIdOf(groupRef: string, ocppVersion: string): string {
  return ocppVersion === '1.6' ? groupRef.slice(0, 20) : groupRef;
}

/**
 * The MAC address that a vehicle shows for Autocharge, as its token is registered: 1.6 stations say `VID:` before it, and
 * some write it with colons or dashes. Undefined where the text is no such address (6 or 8 bytes).
 */
export function macAddressOf(uid: string): string | undefined {
  const digits = uid.trim().replace(/^VID:/i, '').replaceAll(/[:-]/g, '');
  return /^(?:[0-9A-Fa-f]{12}|[0-9A-Fa-f]{16})$/.test(digits) ? digits.toUpperCase() : undefined;
}

/**
 * Type and uid under which a token is registered, asked for and vouched for: a vehicle's address is a MacAddress, whether
 * its type or 1.6's `VID:` says so; all else is as it is.
 */
export function tokenIdentityOf(type: string, uid: string): { readonly type: string; readonly uid: string } {
  const isVehicle = type === 'MacAddress' || /^\s*VID:/i.test(uid);
  const address = isVehicle ? macAddressOf(uid) : undefined;
  return address === undefined ? { type, uid } : { type: 'MacAddress', uid: address };
}

/** A start as a 1.6 station reports it. `timestamp` and `meterStart` are the texts as sent. */
export type ReportedStart = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly connectorId: number;
  readonly timestamp: string;
  readonly meterStart: string;
  readonly tokenRef: string;
};

/** 1.6 transactionId: first 31 bits of SHA-256 over the canonical start, 0 → 1. A retried start gets the same id anywhere. */
export function transactionIdOf(start: ReportedStart): number {
  const hash = createHash('sha256')
    .update([start.tenantId, start.stationId, startKeyOf(start)].join('\0'))
    .digest();
  const id = hash.readUInt32BE(0) >>> 1;
  return id === 0 ? 1 : id;
}

/** Canonical natural key of a 1.6 start within its station. A 2.x start's key is its transactionId. */
export function startKeyOf(start: ReportedStart): string {
  return [String(start.connectorId), start.timestamp, start.meterStart, start.tokenRef].join('\0');
}

/**
 * sessionId: UUIDv8 of the natural key as reported; minted by the sessions fold alone.
 * @param repeat count of already ended sessions of that key, where the station's clock said a year before 2020; else 0.
 */
export function sessionIdOf(tenantId: string, stationId: string, startKey: string, repeat: number): string {
  return formatUuid(uuidV8(['session', tenantId, stationId, startKey, String(repeat)]));
}

/** remoteStartId of a StartCharging command: first 31 bits of SHA-256 over its id, 0 → 1; station and session name it back. */
export function remoteStartIdOf(commandId: string): number {
  const id = createHash('sha256').update(`remote-start\0${commandId}`).digest().readUInt32BE(0) >>> 1;
  return id === 0 ? 1 : id;
}

/** commandId of an operator's idempotency key: the same key for the same station names the same command on any instance. */
export function commandIdOf(tenantId: string, stationId: string, idempotencyKey: string): string {
  return formatUuid(uuidV8(['command', tenantId, stationId, idempotencyKey]));
}

/** cdrId of a session's one CDR: 32 hex digits, so that a credit's id (`-C`) fits OCPI's 36 characters. */
export function cdrIdOf(tenantId: string, sessionId: string): string {
  return uuidV8(['cdr', tenantId, sessionId]).toString('hex');
}

const nilUuid = Buffer.alloc(16);

/** reportedId of a reading: UUIDv8(tenant, station, transactionId); nil where there is none, 0 or -1. A fresh buffer each time. */
export function reportedIdOf(tenantId: string, stationId: string, transactionId: string | null): Buffer {
  if (transactionId === null || transactionId === '' || transactionId === '0' || transactionId === '-1') return nilUuid;
  return uuidV8(['reported', tenantId, stationId, transactionId]);
}

/** Whether a reportedId names no transaction. */
export function isNilUuid(uuid: Uint8Array): boolean {
  return nilUuid.equals(uuid);
}

/** UUID version 8 (RFC 9562) of SHA-256 over the NUL-joined parts; parts must not contain NUL where they come from outside. */
export function uuidV8(parts: readonly string[]): Buffer {
  const uuid = createHash('sha256').update(parts.join('\0')).digest().subarray(0, 16);
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x80;
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80;
  return uuid;
}

/** 16 bytes as 8-4-4-4-12 hex digits. */
export function formatUuid(uuid: Uint8Array): string {
  const hex = Buffer.from(uuid.buffer, uuid.byteOffset, 16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function murmur2(bytes: Uint8Array): number {
  const m = 0x5bd1e995;
  const { length } = bytes;
  let h = 0x9747b28c ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k =
      byteAt(bytes, i) | (byteAt(bytes, i + 1) << 8) | (byteAt(bytes, i + 2) << 16) | (byteAt(bytes, i + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    k = Math.imul(k, m);
    h = Math.imul(h, m) ^ k;
  }
  const rest = length - i;
  if (rest > 2) h ^= byteAt(bytes, i + 2) << 16;
  if (rest > 1) h ^= byteAt(bytes, i + 1) << 8;
  if (rest > 0) h = Math.imul(h ^ byteAt(bytes, i), m);
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}
