// CDR of OCPI 2.2.1 (10.3.1), and how an issued one becomes it. All amounts are sums of the lines that billing has rated.
import Type from 'typebox';
import type { CdrLine } from '#contracts/generated/types';
import type { EvseValue, LocationValue } from '#contracts/registry';
import type { TariffValue } from '#contracts/tariff';
import { alpha3ByAlpha2 } from '../../domain/country.ts';
import { hoursOf, kwhOf, sumOf } from '../../domain/decimal.ts';
import { knownConnectorsOf } from '../../domain/placements.ts';
import type { CdrContent } from '../../tables/cdrs.ts';
import {
  authMethod,
  authMethodOf,
  cdrToken,
  cdrTokenOf,
  ciString,
  connectorFormat,
  connectorType,
  connectorTypeOf,
  countryCode,
  currency,
  dateTime,
  dateTimeOf,
  decimal,
  notAvailable,
  number,
  partyCode,
  partyParts,
  powerType,
  price,
  text,
  type TokenNames,
} from './parts.ts';
import { addressOf, location, nowhere, unknownCountry } from './location.ts';
import { tariff, tariffOf } from './tariff.ts';

const cdrLocation = Type.Object({
  id: ciString(36),
  name: Type.Optional(text(255)),
  address: text(45),
  city: text(45),
  postal_code: Type.Optional(text(10)),
  country: Type.String({ pattern: '^[A-Z]{3}$' }),
  coordinates: location.properties.coordinates,
  evse_uid: ciString(36),
  evse_id: ciString(48),
  connector_id: ciString(36),
  connector_standard: connectorType,
  connector_format: connectorFormat,
  connector_power_type: powerType,
});

export const cdr = Type.Object({
  country_code: countryCode,
  party_id: partyCode,
  id: ciString(39),
  start_date_time: dateTime,
  end_date_time: dateTime,
  session_id: Type.Optional(ciString(36)),
  cdr_token: cdrToken,
  auth_method: authMethod,
  cdr_location: cdrLocation,
  currency,
  tariffs: Type.Optional(Type.Array(tariff)),
  charging_periods: Type.Array(
    Type.Object({
      start_date_time: dateTime,
      dimensions: Type.Array(
        Type.Object({
          type: Type.Enum([
            'ENERGY',
            'MAX_CURRENT',
            'MIN_CURRENT',
            'MAX_POWER',
            'MIN_POWER',
            'PARKING_TIME',
            'RESERVATION_TIME',
            'TIME',
          ]),
          volume: number,
        }),
        { minItems: 1 },
      ),
      tariff_id: Type.Optional(ciString(36)),
    }),
    { minItems: 1 },
  ),
  total_cost: price,
  total_fixed_cost: Type.Optional(price),
  total_energy: number,
  total_energy_cost: Type.Optional(price),
  total_time: number,
  total_time_cost: Type.Optional(price),
  total_parking_time: Type.Optional(number),
  total_parking_cost: Type.Optional(price),
  last_updated: dateTime,
});

/** A CDR with the location and the station's EVSEs as they were when its session began. */
export type PlacedCdr = {
  readonly content: CdrContent;
  readonly partyId: string;
  readonly issuer: string;
  readonly location: LocationValue | null;
  readonly evses: readonly EvseValue[];
  readonly evseUid: string | null;
};

export function cdrOf(placed: PlacedCdr, names: TokenNames | undefined) {
  const { content } = placed;
  // Billing wrote it by the shape of contracts/tariff.ts.
  const rated = JSON.parse(content.tariffJson) as TariffValue;
  return {
    ...partyParts(placed.partyId),
    id: content.cdrId,
    start_date_time: dateTimeOf(content.startedAt),
    end_date_time: dateTimeOf(content.endedAt),
    session_id: content.sessionId,
    cdr_token: cdrTokenOf(placed.issuer, content.tokenType, names),
    auth_method: authMethodOf(content.remoteStartId),
    cdr_location: cdrLocationOf(placed),
    currency: content.currency,
    tariffs: [tariffOf(rated, content.issuedAt)],
    charging_periods: periodsOf(content),
    total_cost: { excl_vat: decimal(content.totalExclVat), incl_vat: decimal(content.totalInclVat) },
    total_fixed_cost: costOf(content.lines, 'FLAT'),
    total_energy: decimal(kwhOf(content.energyMilliWh)),
    total_energy_cost: costOf(content.lines, 'ENERGY'),
    total_time: decimal(hoursOf(content.timeSeconds)),
    total_time_cost: costOf(content.lines, 'TIME'),
    total_parking_time: content.parkingSeconds === 0 ? undefined : decimal(hoursOf(content.parkingSeconds)),
    total_parking_cost: costOf(content.lines, 'PARKING_TIME'),
    last_updated: dateTimeOf(content.issuedAt),
  };
}

/** A session with nothing but a flat price still needs a period with a dimension: its time. */
function periodsOf({ periods, startedAt, timeSeconds, tariffId }: CdrContent) {
  const told = periods
    .map(({ startAt, dimensions }) => ({
      start_date_time: dateTimeOf(startAt),
      dimensions: dimensions
        .filter(({ type }) => type !== 'FLAT')
        .map(({ type, volume }) => ({ type, volume: decimal(volume) })),
      tariff_id: tariffId,
    }))
    .filter(({ dimensions }) => dimensions.length > 0);
  if (told.length > 0) return told;
  const dimensions = [{ type: 'TIME', volume: decimal(hoursOf(timeSeconds)) }];
  return [{ start_date_time: dateTimeOf(startedAt), dimensions, tariff_id: tariffId }];
}

/** Undefined where no line prices the dimension: it is free. */
function costOf(lines: readonly CdrLine[], dimension: string) {
  const own = lines.filter((line) => line.dimension === dimension);
  if (own.length === 0) return undefined;
  return {
    excl_vat: decimal(sumOf(own.map(({ amountExclVat }) => amountExclVat))),
    incl_vat: decimal(sumOf(own.map(({ amountInclVat }) => amountInclVat))),
  };
}

/** A bill must be told even where nobody described the plug: then it is the most common one of its country's cars. */
const undescribed = { standard: 'IEC_62196_T2', format: 'SOCKET', powerType: 'AC_3_PHASE' };

function cdrLocationOf({ content, location: at, evses, evseUid, partyId }: PlacedCdr) {
  const evse = evses.find(({ evseId }) => evseId === content.evseId);
  const connectorId = content.connectorId ?? 1;
  const connectors = evse === undefined ? [] : knownConnectorsOf(evse);
  const plug = connectors.find((each) => each.connectorId === connectorId) ?? connectors[0] ?? undescribed;
  return {
    ...placeOf(at, content.locationId, partyId),
    evse_uid: evseUid ?? notAvailable,
    evse_id: evse?.publicId ?? notAvailable,
    connector_id: String(connectorId),
    connector_standard: connectorTypeOf(plug.standard) ?? undescribed.standard,
    connector_format: plug.format,
    connector_power_type: plug.powerType,
  };
}

function placeOf(at: LocationValue | null, locationId: string | null, partyId: string) {
  const id = locationId ?? notAvailable;
  if (at !== null) return { id, ...addressOf(at) };
  const country = alpha3ByAlpha2.get(partyId.slice(0, 2)) ?? unknownCountry;
  return { id, address: notAvailable, city: notAvailable, country, coordinates: nowhere };
}
