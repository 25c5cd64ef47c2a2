// Location, EVSE and Connector of OCPI 2.2.1 (8.3), and how the view's become them.
import Type from 'typebox';
import type { LocationValue } from '#contracts/registry';
import { alpha3ByAlpha2 } from '../../domain/country.ts';
import type { EvseStatus } from '../../domain/evse-status-fold.ts';
import type { PlacedConnector, Placement } from '../../domain/placements.ts';
import {
  ciString,
  connectorFormat,
  connectorType,
  connectorTypeOf,
  countryCode,
  dateTime,
  dateTimeOf,
  notAvailable,
  partyCode,
  partyParts,
  powerType,
  text,
} from './parts.ts';

export const connector = Type.Object({
  id: ciString(36),
  standard: connectorType,
  format: connectorFormat,
  power_type: powerType,
  max_voltage: Type.Integer(),
  max_amperage: Type.Integer(),
  max_electric_power: Type.Optional(Type.Integer()),
  tariff_ids: Type.Optional(Type.Array(ciString(36))),
  last_updated: dateTime,
});

export const evse = Type.Object({
  uid: ciString(36),
  evse_id: Type.Optional(ciString(48)),
  status: Type.Enum([
    'AVAILABLE',
    'BLOCKED',
    'CHARGING',
    'INOPERATIVE',
    'OUTOFORDER',
    'PLANNED',
    'REMOVED',
    'RESERVED',
    'UNKNOWN',
  ]),
  connectors: Type.Array(connector, { minItems: 1 }),
  physical_reference: Type.Optional(text(16)),
  last_updated: dateTime,
});

export const location = Type.Object({
  country_code: countryCode,
  party_id: partyCode,
  id: ciString(36),
  publish: Type.Boolean(),
  name: Type.Optional(text(255)),
  address: text(45),
  city: text(45),
  postal_code: Type.Optional(text(10)),
  country: Type.String({ pattern: '^[A-Z]{3}$' }),
  coordinates: Type.Object({
    latitude: Type.String({ pattern: '^-?[0-9]{1,2}\\.[0-9]{5,7}$' }),
    longitude: Type.String({ pattern: '^-?[0-9]{1,3}\\.[0-9]{5,7}$' }),
  }),
  evses: Type.Optional(Type.Array(evse)),
  time_zone: text(255),
  last_updated: dateTime,
});

/** A location with what stands there, each with its own last update. */
export type LocationView = {
  readonly value: LocationValue;
  readonly lastUpdatedAt: number;
  readonly evses: readonly EvseView[];
};
export type EvseView = {
  readonly placement: Placement;
  /** Null: it never told one. */
  readonly status: EvseStatus | null;
  readonly statusAt: number;
};

const addressLengthMax = 45;
const postalCodeLengthMax = 10;
const referenceLengthMax = 16;

export function locationOf({ value, lastUpdatedAt, evses }: LocationView) {
  return {
    ...partyParts(value.partyId),
    id: value.locationId,
    publish: true,
    ...addressOf(value),
    evses: evses.map(evseOf).filter((each) => each !== undefined),
    time_zone: value.timeZone,
    last_updated: dateTimeOf(lastUpdatedAt),
  };
}

/** Of a location and of a CDR's; what nobody has told is filled with what OCPI allows. */
export function addressOf({ name, address, city, postalCode, country, coordinates }: LocationValue) {
  return {
    name,
    address: (address ?? notAvailable).slice(0, addressLengthMax),
    city: (city ?? notAvailable).slice(0, addressLengthMax),
    postal_code: shortOf(postalCode, postalCodeLengthMax),
    country: alpha3ByAlpha2.get(country) ?? unknownCountry,
    coordinates: coordinates ?? nowhere,
  };
}

export const nowhere = { latitude: '0.00000', longitude: '0.00000' } as const;
/** ISO 3166-1 keeps it free for users. */
export const unknownCountry = 'ZZZ';

/** Undefined where 2.2.1 has no word for any of its plugs. */
export function evseOf({ placement, status, statusAt }: EvseView) {
  const connectors = placement.connectors.map(connectorOf).filter((each) => each !== undefined);
  if (connectors.length === 0) return undefined;
  return {
    uid: placement.uid,
    evse_id: placement.publicId ?? undefined,
    status: statusOf(placement, status),
    connectors,
    physical_reference: shortOf(placement.label, referenceLengthMax),
    last_updated: dateTimeOf(placement.removed ? placement.lastUpdatedAt : Math.max(placement.lastUpdatedAt, statusAt)),
  };
}

function connectorOf({ connector: { connectorId, ...known }, lastUpdatedAt }: PlacedConnector) {
  const standard = connectorTypeOf(known.standard);
  if (standard === undefined) return undefined;
  return {
    id: String(connectorId),
    standard,
    format: known.format,
    power_type: known.powerType,
    max_voltage: known.maxVoltage,
    max_amperage: known.maxAmperage,
    max_electric_power: known.maxPowerWatts ?? undefined,
    last_updated: dateTimeOf(lastUpdatedAt),
  };
}

function statusOf({ removed, enabled }: Placement, status: EvseStatus | null): string {
  if (removed) return 'REMOVED';
  return enabled ? (status ?? 'UNKNOWN') : 'INOPERATIVE';
}

/** OCPI cuts nothing that people compare: what is too long is left out. */
function shortOf(value: string | null, lengthMax: number): string | undefined {
  return value === null || value.length > lengthMax ? undefined : value;
}
