// Tariff of OCPI 2.2.1 (11.3.1), and how ours becomes one. Its prices are before VAT, as ours are.
import Type from 'typebox';
import {
  tariffDimensions,
  tariffTypes,
  weekDays,
  type PriceComponent,
  type TariffRestrictions,
  type TariffValue,
} from '#contracts/tariff';
import {
  ciString,
  countryCode,
  currency,
  dateTime,
  dateTimeOf,
  decimal,
  displayText,
  number,
  partyCode,
  partyParts,
  price,
  url,
} from './parts.ts';

const restrictions = Type.Object({
  start_time: Type.Optional(Type.String({ pattern: '^([0-1][0-9]|2[0-3]):[0-5][0-9]$' })),
  end_time: Type.Optional(Type.String({ pattern: '^([0-1][0-9]|2[0-3]):[0-5][0-9]$' })),
  start_date: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })),
  end_date: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })),
  min_kwh: Type.Optional(number),
  max_kwh: Type.Optional(number),
  min_current: Type.Optional(number),
  max_current: Type.Optional(number),
  min_power: Type.Optional(number),
  max_power: Type.Optional(number),
  min_duration: Type.Optional(Type.Integer()),
  max_duration: Type.Optional(Type.Integer()),
  day_of_week: Type.Optional(Type.Array(Type.Enum([...weekDays]))),
  reservation: Type.Optional(Type.Enum(['RESERVATION', 'RESERVATION_EXPIRES'])),
});

export const tariff = Type.Object({
  country_code: countryCode,
  party_id: partyCode,
  id: ciString(36),
  currency,
  type: Type.Optional(Type.Enum([...tariffTypes])),
  tariff_alt_text: Type.Optional(Type.Array(displayText)),
  tariff_alt_url: Type.Optional(url),
  min_price: Type.Optional(price),
  max_price: Type.Optional(price),
  elements: Type.Array(
    Type.Object({
      price_components: Type.Array(
        Type.Object({
          type: Type.Enum([...tariffDimensions]),
          price: number,
          vat: Type.Optional(number),
          step_size: Type.Integer(),
        }),
        { minItems: 1 },
      ),
      restrictions: Type.Optional(restrictions),
    }),
    { minItems: 1 },
  ),
  start_date_time: Type.Optional(dateTime),
  end_date_time: Type.Optional(dateTime),
  last_updated: dateTime,
});

export function tariffOf(value: TariffValue, lastUpdatedAt: number) {
  return {
    ...partyParts(value.partyId),
    id: value.tariffId,
    currency: value.currency,
    type: value.type ?? undefined,
    tariff_alt_text: value.altText.length === 0 ? undefined : value.altText,
    tariff_alt_url: value.altUrl ?? undefined,
    min_price: priceOf(value.minPrice),
    max_price: priceOf(value.maxPrice),
    elements: value.elements.map((element) => ({
      price_components: element.priceComponents.map(componentOf),
      restrictions: element.restrictions === null ? undefined : restrictionsOf(element.restrictions),
    })),
    start_date_time: instantOf(value.startAt),
    end_date_time: instantOf(value.endAt),
    last_updated: dateTimeOf(lastUpdatedAt),
  };
}

function componentOf({ type, price: amount, vat, stepSize }: PriceComponent) {
  return { type, price: decimal(amount), vat: numberOf(vat), step_size: Math.max(1, stepSize) };
}

function restrictionsOf(given: TariffRestrictions) {
  return {
    start_time: given.startTime ?? undefined,
    end_time: given.endTime ?? undefined,
    start_date: given.startDate ?? undefined,
    end_date: given.endDate ?? undefined,
    ...limitsOf(given),
    min_duration: given.minDurationSeconds ?? undefined,
    max_duration: given.maxDurationSeconds ?? undefined,
    day_of_week: given.daysOfWeek.length === 0 ? undefined : given.daysOfWeek,
    reservation: given.reservation ?? undefined,
  };
}

function limitsOf(given: TariffRestrictions) {
  return {
    min_kwh: numberOf(given.minKwh),
    max_kwh: numberOf(given.maxKwh),
    min_current: numberOf(given.minCurrent),
    max_current: numberOf(given.maxCurrent),
    min_power: numberOf(given.minPower),
    max_power: numberOf(given.maxPower),
  };
}

function priceOf(given: TariffValue['minPrice']) {
  return given === null ? undefined : { excl_vat: decimal(given.exclVat), incl_vat: numberOf(given.inclVat) };
}

function numberOf(value: string | null) {
  return value === null ? undefined : decimal(value);
}

function instantOf(instant: string | null): string | undefined {
  return instant === null ? undefined : dateTimeOf(Date.parse(instant));
}
