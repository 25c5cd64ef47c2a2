// Which component of a tariff prices a dimension (OCPI 2.2.1, 11.3.1: the first element that has it and whose restrictions hold).
import type { PriceComponent, TariffDimension, TariffRestrictions, TariffValue } from '#contracts/tariff';

export type Selected = { readonly elementIndex: number; readonly component: PriceComponent };

/** The component that prices a dimension of the whole session; undefined: it is free. Only for tariffs that isPriceable(). */
export function selectedFor(tariff: TariffValue, dimension: TariffDimension): Selected | undefined {
  for (const [elementIndex, { priceComponents }] of tariff.elements.entries()) {
    const component = priceComponents.find(({ type }) => type === dimension);
    if (component !== undefined) return { elementIndex, component };
  }
  return undefined;
}

/** Whether they restrict anything. */
export function isRestricted(restrictions: TariffRestrictions | null): boolean {
  if (restrictions === null) return false;
  return Object.values(restrictions).some((value) => (Array.isArray(value) ? value.length > 0 : value !== null));
}
