// A session's price from the stations' side: whole numbers alone, computed apart from billing's own arithmetic. Pure.

/** A tariff of a price per session and one per kWh, before VAT. */
export type PlainTariff = {
  readonly flatTenThousandths: bigint;
  readonly perKwhTenThousandths: bigint;
  readonly vatPercent: bigint;
};

export type Price = { readonly exclVat: string; readonly vat: string; readonly inclVat: string };

/** 0.0001 of the currency per 0.000001 kWh: what one unit of the exact sum is worth. */
const unitsPerMinor = 10n ** 8n;

/**
 * exclVat is the exact sum half up to the minor unit, vat the percentage of the exact sum half up, inclVat these two added.
 * @param energyMilliWh what the station's register says.
 */
export function priceOf(
  { flatTenThousandths, perKwhTenThousandths, vatPercent }: PlainTariff,
  energyMilliWh: bigint,
): Price {
  const milliWhPerKwh = 1_000_000n;
  const exact = flatTenThousandths * milliWhPerKwh + perKwhTenThousandths * energyMilliWh;
  const exclMinor = halfUp(exact, unitsPerMinor);
  const vatMinor = halfUp(exact * vatPercent, unitsPerMinor * 100n);
  return { exclVat: decimal(exclMinor), vat: decimal(vatMinor), inclVat: decimal(exclMinor + vatMinor) };
}

function halfUp(value: bigint, unit: bigint): bigint {
  return (2n * value + unit) / (2n * unit);
}

function decimal(minor: bigint): string {
  return `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`;
}
