// A tenant as the platform's people write it: its policies, by default the careful ones, and what gateways are told.
import type { TenantRegistered } from '#contracts/generated/types';
import type { TenantValue } from '#contracts/registry';

export type TenantInput = Partial<TenantValue> & Pick<TenantValue, 'tenantId' | 'name'>;
export type TenantPatch = Partial<Omit<TenantValue, 'tenantId'>>;

const policiesByDefault = {
  organisation: null,
  unknownStations: 'refuse',
  tokensUnavailable: 'refuse',
  freeVending: false,
  autocharge: false,
  framesRecorded: true,
  costsShown: false,
  bootPolicy: 'accept',
} as const satisfies Partial<TenantValue>;

export function tenantOf(input: TenantInput): TenantValue {
  return patchedTenant({ ...policiesByDefault, tenantId: input.tenantId, name: input.name }, input);
}

/** The tenant with the given fields replaced; null is a value, undefined is none. */
export function patchedTenant(tenant: TenantValue, patch: TenantPatch): TenantValue {
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  return { ...tenant, ...Object.fromEntries(given) };
}

/** What gateways are told of a tenant: not its name, nor what new stations begin with. */
export function registeredTenant(tenant: TenantValue, rowVersion: number): TenantRegistered {
  const { name: _name, bootPolicy: _ofNewStations, ...policies } = tenant;
  return { ...policies, rowVersion };
}
