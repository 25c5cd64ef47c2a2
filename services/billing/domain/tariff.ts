// A tariff as operators write it: what they leave out is nothing, and every value is written in the same order.
import type { PriceComponent, TariffElement, TariffRestrictions, TariffValue } from '#contracts/tariff';

type ComponentInput = Partial<PriceComponent> & Pick<PriceComponent, 'type' | 'price'>;
type ElementInput = {
  readonly priceComponents: readonly ComponentInput[];
  readonly restrictions?: Partial<TariffRestrictions> | null;
};
export type TariffInput = Partial<Omit<TariffValue, 'elements'>> &
  Pick<TariffValue, 'tariffId' | 'partyId' | 'currency'> & { readonly elements: readonly ElementInput[] };

const nothing = { type: null, altText: [], altUrl: null, minPrice: null, maxPrice: null, startAt: null, endAt: null };

export function tariffOf(input: TariffInput): TariffValue {
  const given = { ...nothing, ...input };
  return {
    tariffId: given.tariffId,
    partyId: given.partyId,
    currency: given.currency,
    type: given.type,
    altText: given.altText.map(({ language, text }) => ({ language, text })),
    altUrl: given.altUrl,
    minPrice: priceOf(given.minPrice),
    maxPrice: priceOf(given.maxPrice),
    elements: input.elements.map(elementOf),
    startAt: inUtc(given.startAt),
    endAt: inUtc(given.endAt),
  };
}

/** What is no instant stays as it is: the rules name it. */
function inUtc(instant: string | null): string | null {
  const at = instant === null ? Number.NaN : Date.parse(instant);
  return Number.isNaN(at) ? instant : new Date(at).toISOString();
}

function priceOf(price: TariffValue['minPrice']): TariffValue['minPrice'] {
  return price === null ? null : { exclVat: price.exclVat, inclVat: price.inclVat };
}

function elementOf({ priceComponents, restrictions = null }: ElementInput): TariffElement {
  return {
    priceComponents: priceComponents.map(({ type, price, vat = null, stepSize = 1 }) => ({
      type,
      price,
      vat,
      stepSize,
    })),
    restrictions: restrictions === null ? null : { ...unrestricted, ...restrictions },
  };
}

const unrestricted: TariffRestrictions = {
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
