// The two kinds that operators write here: their tables, and what of a value the database itself must know.
import type { TariffAssignmentValue, TariffValue } from '#contracts/tariff';

export type Kind<V> = {
  /** As RegistryChanged names it. */
  readonly kind: 'tariff' | 'tariff-assignment';
  /** Its table; `<table>_versions` keeps every version. */
  readonly table: string;
  /** A row in the words of a person. */
  readonly noun: string;
  idOf(value: V): string;
  /** Columns beside the value, for constraints and look-ups. */
  columnsOf(value: V): Readonly<Record<string, string | number | null>>;
};

export const tariffs: Kind<TariffValue> = {
  kind: 'tariff',
  table: 'tariffs',
  noun: 'tariff',
  idOf: ({ tariffId }) => tariffId,
  columnsOf: ({ partyId, currency }) => ({ party_id: partyId, currency }),
};

export const assignments: Kind<TariffAssignmentValue> = {
  kind: 'tariff-assignment',
  table: 'tariff_assignments',
  noun: 'assignment',
  idOf: ({ assignmentId }) => assignmentId,
  columnsOf: ({ tariffId, partyId, locationId, stationId, evseId }) => ({
    tariff_id: tariffId,
    party_id: partyId,
    location_id: locationId,
    station_id: stationId,
    evse_id: evseId,
  }),
};
