// What the registry wants of stations: boot policy, whether they were let in, and how they shall be configured.
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { wantedVariable } from '#contracts/treatment';
import type { RegistryOptions } from '../certificates/registered.ts';

export type Device = {
  readonly stationId: string;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly firmwareVersion: string | null;
};

const wantedOfStation = Type.Object({
  stationId: Type.String(),
  bootPolicy: Type.String(),
  onboarded: Type.Boolean(),
  templateId: Type.Union([Type.String(), Type.Null()]),
  configuration: Type.Array(wantedVariable),
});
const answer = Type.Object({ items: Type.Array(wantedOfStation) });

export type WantedOfStation = Static<typeof wantedOfStation>;

export type WantedSource = {
  /** Of those that are registered, in no order. Rejects where the registry cannot be asked. */
  wanted(tenantId: string, stations: readonly Device[]): Promise<readonly WantedOfStation[]>;
  /** The station is as it shall be: gateways will answer its boots with Accepted. Doing it again changes nothing. */
  onboarded(tenantId: string, stationId: string): Promise<void>;
};

export function wantedFrom(options: RegistryOptions): WantedSource {
  return {
    async wanted(tenantId, stations) {
      const body = { tenantId, stations };
      return Value.Parse(answer, JSON.parse(await ask(options, '/internal/stations/wanted', body))).items;
    },
    async onboarded(tenantId, stationId) {
      await ask(options, '/internal/stations/onboarded', { tenantId, stationId });
    },
  };
}

async function ask({ url, internalToken, timeoutMs }: RegistryOptions, path: string, body: object): Promise<string> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${internalToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the registry answers ${response.status} to ${path}`);
  return text;
}
