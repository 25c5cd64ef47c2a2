// Folds registry.changes into which stations there are and where they stand, and which tenants.
import type { RegistryChanged } from '#contracts/generated/types';
import type { StationValue } from '#contracts/registry';

export type Place = {
  readonly kind: 'station' | 'tenant';
  readonly tenantId: string;
  readonly id: string;
  readonly rowVersion: number;
  /** The event that changed it last: whoever looks again asks for what changed since. */
  readonly partition: number;
  readonly lastOffset: number;
  /** Of a station: registered and enabled. Of a tenant: there. */
  readonly active: boolean;
  readonly locationId: string | null;
  readonly vendor: string | null;
  readonly model: string | null;
};

/** Kinds that say nothing about stations. */
export type PlaceState = Place | { readonly kind: 'other' };

type Position = { readonly partition: number; readonly offset: number };

export const placeFold = {
  RegistryChanged: (
    state: PlaceState | undefined,
    change: RegistryChanged,
    at: Position,
  ): { readonly state: PlaceState } => ({ state: changed(state, change, at) }),
} as const;

function changed(state: PlaceState | undefined, change: RegistryChanged, at: Position): PlaceState {
  const { kind, tenantId, id, rowVersion } = change;
  if (kind !== 'station' && kind !== 'tenant') return state ?? { kind: 'other' };
  if (state !== undefined && state.kind !== 'other' && rowVersion <= state.rowVersion) return state;
  const read = { rowVersion, partition: at.partition, lastOffset: at.offset };
  const nowhere: Place = { kind, tenantId, id, ...read, active: false, locationId: null, vendor: null, model: null };
  if (change.currentJson === null) return nowhere;
  return kind === 'tenant' ? { ...nowhere, active: true } : { ...nowhere, ...standing(valueOf(change.currentJson)) };
}

function standing({ enabled = true, locationId = null, vendor = null, model = null }: Partial<StationValue>) {
  return { active: enabled, locationId, vendor, model };
}

function valueOf(json: string): Partial<StationValue> {
  return JSON.parse(json) as Partial<StationValue>;
}
