// Whether, and as what number, a station is told what its transaction costs.
import type { StationRegistered, TenantRegistered } from '#contracts/generated/types';

/** The station's own word counts before its tenant's. */
export function showsCosts(
  { costsShown }: Pick<StationRegistered, 'costsShown'>,
  tenant: Pick<TenantRegistered, 'costsShown'>,
): boolean {
  return costsShown ?? tenant.costsShown;
}

/** Decimal digits that a JSON number carries exactly, whoever reads it as a double. */
const digitsMax = 15;

/** The number that JSON writes as exactly this amount; undefined for one that a double does not hold to its last decimal. */
export function jsonAmountOf(total: string): number | undefined {
  if (!/^[0-9]+(?:\.[0-9]+)?$/.test(total)) return undefined;
  const digits = total.replace('.', '').replace(/^0+/, '');
  return digits.length <= digitsMax ? Number(total) : undefined;
}
