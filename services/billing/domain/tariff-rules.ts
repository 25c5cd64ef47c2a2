// What OCPI forbids in a tariff, what it allows and no driver will ever pay, and what we cannot price yet; each by its path.
import type { PriceComponent, TariffElement, TariffRestrictions, TariffValue } from '#contracts/tariff';
import { compare } from './amounts.ts';
import { minorUnitOf } from './currencies.ts';
import { isRestricted } from './selection.ts';
import type { Violation } from './violation.ts';

/** What no schema can say; empty: OCPI 2.2.1 allows the tariff. Paths begin below the tariff. */
export function tariffViolations(tariff: TariffValue): Violation[] {
  const violations: Violation[] = [];
  if (minorUnitOf(tariff.currency) === undefined) add(violations, 'currency', 'is no currency of ISO 4217');
  addValidity(violations, tariff);
  addLimits(violations, tariff);
  for (const [index, element] of tariff.elements.entries()) addElement(violations, `elements/${index}`, element);
  return violations;
}

/** Allowed, and probably not meant: components that an earlier element without restrictions hides. */
export function tariffWarnings({ elements }: TariffValue): Violation[] {
  const warnings: Violation[] = [];
  const hiddenBy = new Map<string, number>();
  for (const [index, { priceComponents, restrictions }] of elements.entries()) {
    for (const [nth, { type }] of priceComponents.entries()) {
      const by = hiddenBy.get(type);
      const path = `elements/${index}/priceComponents/${nth}`;
      if (by !== undefined) add(warnings, path, `is never reached: element ${by} prices ${type} without restrictions`);
    }
    if (!isRestricted(restrictions)) {
      for (const { type } of priceComponents) if (!hiddenBy.has(type)) hiddenBy.set(type, index);
    }
  }
  return warnings;
}

/** Why we cannot compute a price by it; empty: we can. */
export function pricingViolations({ elements, minPrice, maxPrice }: TariffValue): Violation[] {
  const violations: Violation[] = [];
  if (minPrice !== null) add(violations, 'minPrice', 'a lowest price is not priced yet');
  if (maxPrice !== null) add(violations, 'maxPrice', 'a highest price is not priced yet');
  for (const [index, { priceComponents, restrictions }] of elements.entries()) {
    if (isRestricted(restrictions))
      add(violations, `elements/${index}/restrictions`, 'restrictions are not priced yet');
    for (const [nth, { stepSize }] of priceComponents.entries()) {
      const path = `elements/${index}/priceComponents/${nth}/stepSize`;
      if (stepSize > 1) add(violations, path, 'steps are not priced yet');
    }
  }
  return violations;
}

function addValidity(violations: Violation[], { startAt, endAt }: TariffValue): void {
  const start = startAt === null ? undefined : Date.parse(startAt);
  const end = endAt === null ? undefined : Date.parse(endAt);
  if (Number.isNaN(start)) add(violations, 'startAt', 'is no instant');
  if (Number.isNaN(end)) add(violations, 'endAt', 'is no instant');
  if (start !== undefined && end !== undefined && end <= start) add(violations, 'endAt', 'is not after startAt');
}

function addLimits(violations: Violation[], { minPrice, maxPrice }: TariffValue): void {
  for (const [name, price] of [
    ['minPrice', minPrice],
    ['maxPrice', maxPrice],
  ] as const) {
    if (price === null || price.inclVat === null) continue;
    if (compare(price.inclVat, price.exclVat) < 0) add(violations, `${name}/inclVat`, 'is below exclVat');
  }
  if (minPrice === null || maxPrice === null) return;
  if (compare(maxPrice.exclVat, minPrice.exclVat) < 0) add(violations, 'maxPrice/exclVat', 'is below minPrice');
  if (minPrice.inclVat === null || maxPrice.inclVat === null) return;
  if (compare(maxPrice.inclVat, minPrice.inclVat) < 0) add(violations, 'maxPrice/inclVat', 'is below minPrice');
}

function addElement(violations: Violation[], path: string, { priceComponents, restrictions }: TariffElement): void {
  const seen = new Set<string>();
  for (const [nth, component] of priceComponents.entries()) {
    const place = `${path}/priceComponents/${nth}`;
    if (seen.has(component.type)) add(violations, `${place}/type`, `this element prices ${component.type} twice`);
    seen.add(component.type);
    addComponent(violations, place, component);
  }
  if (restrictions === null) return;
  addRestrictions(violations, `${path}/restrictions`, restrictions);
  if (restrictions.reservation === null) return;
  // OCPI 2.2.1, 11.4.5: a reservation delivers no energy, and nobody parks.
  for (const [nth, { type }] of priceComponents.entries()) {
    if (type === 'FLAT' || type === 'TIME') continue;
    add(violations, `${path}/priceComponents/${nth}/type`, `a reservation cannot be priced by ${type}`);
  }
}

function addComponent(violations: Violation[], path: string, { vat }: PriceComponent): void {
  if (vat !== null && compare(vat, '100') > 0) add(violations, `${path}/vat`, 'is above 100 percent');
}

const ranges = [
  ['minKwh', 'maxKwh'],
  ['minCurrent', 'maxCurrent'],
  ['minPower', 'maxPower'],
  ['minDurationSeconds', 'maxDurationSeconds'],
] as const;

function addRestrictions(violations: Violation[], path: string, restrictions: TariffRestrictions): void {
  const { startTime, endTime } = restrictions;
  if (startTime !== null && startTime === endTime) add(violations, `${path}/endTime`, 'is the same as startTime');
  addDates(violations, path, restrictions);
  for (const [low, high] of ranges) {
    const [least, below] = [restrictions[low], restrictions[high]];
    if (least === null || below === null) continue;
    if (compare(String(below), String(least)) <= 0) add(violations, `${path}/${high}`, `is not above ${low}`);
  }
}

function addDates(violations: Violation[], path: string, restrictions: TariffRestrictions): void {
  const { startDate, endDate, daysOfWeek } = restrictions;
  for (const [name, date] of [
    ['startDate', startDate],
    ['endDate', endDate],
  ] as const) {
    if (date !== null && !isDate(date)) add(violations, `${path}/${name}`, 'is no date');
  }
  if (startDate !== null && endDate !== null && endDate <= startDate)
    add(violations, `${path}/endDate`, 'is not after startDate, and itself excluded');
  for (const [index, day] of daysOfWeek.entries()) {
    if (daysOfWeek.indexOf(day) < index) add(violations, `${path}/daysOfWeek/${index}`, 'is named twice');
  }
}

/** The pattern lets 30 February pass; the calendar does not. */
function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function add(violations: Violation[], path: string, message: string): void {
  violations.push({ path, message });
}
