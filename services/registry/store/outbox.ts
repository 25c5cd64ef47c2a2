// What a write says to the log: the change itself, and the current value for the caches of gateways where it has one.
import { encodeRecord } from '#contracts/codec';
import type { RegistryChanged, StationRegistered, TenantRegistered, TokenRegistered } from '#contracts/generated/types';
import { stationKey, tokenKey } from '#contracts/keys';
import type { RegistryKind } from '#contracts/registry';
import type { OutboxEntry } from '#kit/outbox';

export type Change = {
  readonly kind: RegistryKind;
  readonly tenantId: string;
  readonly id: string;
  readonly version: number;
  readonly operation: 'created' | 'updated' | 'deleted';
  /** Without secrets and plain uids; null when deleted. */
  readonly value: object | null;
  readonly actor: string;
  readonly at: number;
  readonly current?: Current;
};

/** The value that a compacted topic shall hold; null is a tombstone. */
export type Current =
  | { readonly topic: 'stations'; readonly id: string; readonly value: StationRegistered | null }
  | { readonly topic: 'tokens'; readonly id: string; readonly value: TokenRegistered | null }
  | { readonly topic: 'tenants'; readonly id: string; readonly value: TenantRegistered | null };

export function registryChanged(change: Change): RegistryChanged {
  const { kind, tenantId, id, version, operation, value, actor, at } = change;
  return {
    eventId: `${kind}/${tenantId}/${id}/${version}`,
    tenantId,
    kind,
    id,
    rowVersion: version,
    operation,
    currentJson: value === null ? null : JSON.stringify(value),
    actor,
    recordedAt: at,
  };
}

/** What lies in the outbox: the change as a record's fields, the current value as finished bytes in base64. */
export type Payload = {
  /** Null where only the current value is said again. */
  readonly change: RegistryChanged | null;
  readonly current: { readonly topic: Current['topic']; readonly key: string; readonly bytes: string | null } | null;
};

export function entryOf(change: Change): OutboxEntry {
  const { kind, tenantId, id, version: rowVersion, current } = change;
  const payload: Payload = {
    change: registryChanged(change),
    current: current === undefined ? null : payloadOf(tenantId, current),
  };
  return { topic: kind, key: `${tenantId}/${id}`, type: 'RegistryChanged', rowVersion, payload };
}

export function payloadOf(tenantId: string, current: Current): NonNullable<Payload['current']> {
  return { topic: current.topic, key: keyOf(tenantId, current), bytes: bytesOf(current)?.toString('base64') ?? null };
}

/** Key of a change in its topic. */
export function changeKey({ tenantId, kind, id }: Pick<RegistryChanged, 'tenantId' | 'kind' | 'id'>): string {
  return `${tenantId}/${kind}/${id}`;
}

function keyOf(tenantId: string, { topic, id }: Current): string {
  switch (topic) {
    case 'stations':
      return stationKey(tenantId, id);
    case 'tokens':
      return tokenKey(tenantId, id);
    case 'tenants':
      return tenantId;
  }
}

function bytesOf(current: Current): Buffer | null {
  if (current.value === null) return null;
  switch (current.topic) {
    case 'stations':
      return encodeRecord('StationRegistered', current.value);
    case 'tokens':
      return encodeRecord('TokenRegistered', current.value);
    case 'tenants':
      return encodeRecord('TenantRegistered', current.value);
  }
}
