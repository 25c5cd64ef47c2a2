// Tariffs and readings that the tests of billing share.
import type { PriceReading } from '#contracts/generated/types';
import type {
  PriceComponent,
  TariffDimension,
  TariffElement,
  TariffRestrictions,
  TariffValue,
} from '#contracts/tariff';

export const component = (type: TariffDimension, price: string, vat: string | null = null): PriceComponent => ({
  type,
  price,
  vat,
  stepSize: 1,
});

export const tariff = (priceComponents: PriceComponent[], more: Partial<TariffValue> = {}): TariffValue => ({
  tariffId: 'T',
  partyId: 'DE-CSM',
  currency: 'EUR',
  type: null,
  altText: [],
  altUrl: null,
  minPrice: null,
  maxPrice: null,
  elements: [{ priceComponents, restrictions: null }],
  startAt: null,
  endAt: null,
  ...more,
});

export const unrestricted: TariffRestrictions = {
  startTime: null,
  endTime: null,
  startDate: null,
  endDate: null,
  minKwh: null,
  maxKwh: null,
  minCurrent: null,
  maxCurrent: null,
  minPower: null,
  maxPower: null,
  minDurationSeconds: null,
  maxDurationSeconds: null,
  daysOfWeek: [],
  reservation: null,
};

export const element = (
  priceComponents: PriceComponent[],
  restrictions: Partial<TariffRestrictions> | null = null,
): TariffElement => ({
  priceComponents,
  restrictions: restrictions === null ? null : { ...unrestricted, ...restrictions },
});

const none = { energyMilliWh: null, powerMilliW: null, currentMilliA: null, chargingState: null };
export const state = (at: number, chargingState: string): PriceReading => ({ ...none, at, chargingState });
export const register = (at: number, energyMilliWh: number): PriceReading => ({ ...none, at, energyMilliWh });
