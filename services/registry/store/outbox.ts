// What a write says to the log: the change itself, and the current value for the caches of gateways where it has one.
import { encodeRecord } from '#contracts/codec';
import type { RegistryChanged, StationRegistered, TokenRegistered } from '#contracts/generated/types';
import { stationKey, tokenKey } from '#contracts/keys';
import type { RegistryKind } from '#contracts/registry';

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
  | { readonly topic: 'tokens'; readonly id: string; readonly value: TokenRegistered | null };

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

/** Key and bytes of a change for its topic. */
export function changeRecord(change: Change): { key: string; value: Buffer } {
  return {
    key: `${change.tenantId}/${change.kind}/${change.id}`,
    value: encodeRecord('RegistryChanged', registryChanged(change)),
  };
}

/** Key and bytes of a current value for its topic. */
export function currentRecord(tenantId: string, current: Current): { key: string; value: Buffer | null } {
  const key = current.topic === 'stations' ? stationKey(tenantId, current.id) : tokenKey(tenantId, current.id);
  if (current.value === null) return { key, value: null };
  return {
    key,
    value:
      current.topic === 'stations'
        ? encodeRecord('StationRegistered', current.value)
        : encodeRecord('TokenRegistered', current.value),
  };
}
