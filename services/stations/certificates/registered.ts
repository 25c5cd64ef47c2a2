// What the registry says of a station and its tenant when a certificate is asked for: seldom, so it is asked then.
import Type from 'typebox';
import { Value } from 'typebox/value';
import type { Registered } from '../domain/signing.ts';

export type RegistryOptions = { readonly url: string; readonly internalToken: string; readonly timeoutMs: number };

const station = Type.Object({ serialNumber: Type.Union([Type.String(), Type.Null()]) });
const tenant = Type.Object({ organisation: Type.Union([Type.String(), Type.Null()]) });

/** Undefined where the station is not registered; rejects where the registry cannot be asked. */
export async function registeredIn(
  options: RegistryOptions,
  tenantId: string,
  stationId: string,
): Promise<Registered | undefined> {
  const [ofStation, ofTenant] = await Promise.all([
    ask(options, tenantId, `/v1/stations/${encodeURIComponent(stationId)}`),
    ask(options, tenantId, `/v1/tenants/${encodeURIComponent(tenantId)}`),
  ]);
  if (ofStation === undefined || ofTenant === undefined) return undefined;
  const { serialNumber } = Value.Parse(station, ofStation);
  const { organisation } = Value.Parse(tenant, ofTenant);
  return { stationId, serialNumber, organisation };
}

async function ask({ url, internalToken, timeoutMs }: RegistryOptions, tenantId: string, path: string) {
  const headers = {
    authorization: `Bearer ${internalToken}`,
    'x-tenant-id': tenantId,
    'x-actor': 'certificates',
    // Policies of tenants are shown to this role alone.
    'x-role': 'platform',
  };
  const response = await fetch(`${url}${path}`, { headers, signal: AbortSignal.timeout(timeoutMs) });
  const text = await response.text();
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`the registry answers ${response.status} to ${path}`);
  return JSON.parse(text) as unknown;
}
