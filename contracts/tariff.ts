// What a price is made of: tariffs of OCPI's shape (2.2.1, 11.3.1) and where they apply. Decimals are text, never floats.
import Type, { type Static, type TSchema } from 'typebox';
import { locationId, partyIdPattern, plainIdPattern, stationId } from '#contracts/registry';

const strict = { additionalProperties: false } as const;
const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** A decimal as OCPI's number: at most four digits after the point. */
export const decimalPattern = '^[0-9]{1,12}(\\.[0-9]{1,4})?$';
const decimal = Type.String({ pattern: decimalPattern, description: 'Decimal text' });
const instant = Type.String({ description: 'ISO 8601, UTC' });
const localDate = Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' });
const localTime = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' });

export const tariffId = Type.String({ pattern: plainIdPattern });

export const tariffDimensions = ['FLAT', 'ENERGY', 'TIME', 'PARKING_TIME'] as const;
export type TariffDimension = (typeof tariffDimensions)[number];

/** Price per session, kWh, hour of charging, hour of parking. */
export const priceComponent = Type.Object(
  {
    type: Type.Enum([...tariffDimensions]),
    price: Type.String({ pattern: decimalPattern, description: 'Before VAT' }),
    vat: nullable(
      Type.String({ pattern: '^[0-9]{1,3}(\\.[0-9]{1,4})?$', description: 'Percent; null: no VAT applies' }),
    ),
    stepSize: Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Wh or seconds; 0 and 1 round nothing' }),
  },
  strict,
);

export const weekDays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;

/** All that are not null must hold. Times and dates are local to the location. */
export const tariffRestrictions = Type.Object(
  {
    startTime: nullable(localTime),
    endTime: nullable(localTime),
    startDate: nullable(localDate),
    endDate: nullable(localDate),
    minKwh: nullable(decimal),
    maxKwh: nullable(decimal),
    minCurrent: nullable(decimal),
    maxCurrent: nullable(decimal),
    minPower: nullable(decimal),
    maxPower: nullable(decimal),
    minDurationSeconds: nullable(Type.Integer({ minimum: 0 })),
    maxDurationSeconds: nullable(Type.Integer({ minimum: 0 })),
    daysOfWeek: Type.Array(Type.Enum([...weekDays]), { maxItems: 7 }),
    reservation: nullable(Type.Enum(['RESERVATION', 'RESERVATION_EXPIRES'])),
  },
  strict,
);

export const tariffElement = Type.Object(
  {
    priceComponents: Type.Array(priceComponent, { minItems: 1, maxItems: 4 }),
    restrictions: nullable(tariffRestrictions),
  },
  strict,
);

export const price = Type.Object({ exclVat: decimal, inclVat: nullable(decimal) }, strict);

export const tariffTypes = ['AD_HOC_PAYMENT', 'PROFILE_CHEAP', 'PROFILE_FAST', 'PROFILE_GREEN', 'REGULAR'] as const;

/** `RegistryChanged.currentJson` of kind `tariff`; its rowVersion is the tariff's version, each of which never changes. */
export const tariffValue = Type.Object(
  {
    tariffId,
    partyId: Type.String({ pattern: partyIdPattern }),
    currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' }),
    type: nullable(Type.Enum([...tariffTypes])),
    altText: Type.Array(
      Type.Object({ language: Type.String({ pattern: '^[a-z]{2}$' }), text: Type.String({ maxLength: 512 }) }, strict),
      { maxItems: 20 },
    ),
    altUrl: nullable(Type.String({ maxLength: 255 })),
    minPrice: nullable(price),
    maxPrice: nullable(price),
    elements: Type.Array(tariffElement, { minItems: 1, maxItems: 100 }),
    startAt: nullable(instant),
    endAt: nullable(instant),
  },
  strict,
);

/**
 * `RegistryChanged.currentJson` of kind `tariff-assignment`: which tariff applies where. The narrowest one decides: EVSE,
 * station, location, party, else the tenant's (all null). At most one per place.
 */
export const tariffAssignmentValue = Type.Object(
  {
    assignmentId: Type.String({ pattern: plainIdPattern }),
    tariffId,
    partyId: nullable(Type.String({ pattern: partyIdPattern })),
    locationId: nullable(locationId),
    stationId: nullable(stationId),
    evseId: nullable(Type.Integer({ minimum: 1, maximum: 1000 })),
  },
  strict,
);

export type PriceComponent = Static<typeof priceComponent>;
export type TariffRestrictions = Static<typeof tariffRestrictions>;
export type TariffElement = Static<typeof tariffElement>;
export type TariffValue = Static<typeof tariffValue>;
export type TariffAssignmentValue = Static<typeof tariffAssignmentValue>;
