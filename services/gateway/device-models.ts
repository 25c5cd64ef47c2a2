// What a station last reported of itself, asked of the stations service: gateways keep no device models, and seldom want one.
import Type from 'typebox';
import { Value } from 'typebox/value';
import type { Logger } from '#kit/logger';
import type { StationName } from './registry-client.ts';

/** 'not-allowed' also where it reported nothing of the kind, as no 1.6 station does. */
export type DowngradeAnswer = 'allowed' | 'not-allowed' | 'unreachable';

export type DeviceModels = {
  /** Whether the station's own AllowSecurityProfileDowngrade is true (A05.FR.08-10). Never rejects. */
  allowsDowngrade(station: StationName): Promise<DowngradeAnswer>;
};

export type DeviceModelsOptions = {
  readonly url: string;
  readonly internalToken: string;
  readonly timeoutMs: number;
  readonly logger: Logger;
};

const query = 'component=SecurityCtrlr&variable=AllowSecurityProfileDowngrade&attribute=Actual';
const page = Type.Object({
  items: Type.Array(
    Type.Object({
      componentInstance: Type.Union([Type.String(), Type.Null()]),
      variableInstance: Type.Union([Type.String(), Type.Null()]),
      value: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
});

export function deviceModels({ url, internalToken, timeoutMs, logger }: DeviceModelsOptions): DeviceModels {
  return {
    async allowsDowngrade({ tenantId, stationId }) {
      try {
        const response = await fetch(`${url}/v1/stations/${encodeURIComponent(stationId)}/variables?${query}`, {
          headers: {
            authorization: `Bearer ${internalToken}`,
            'x-tenant-id': tenantId,
            'x-actor': 'gateway',
            'x-role': 'viewer',
          },
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMs),
        });
        const text = await response.text();
        if (response.status === 404) return 'not-allowed';
        if (!response.ok) throw new Error(`the stations service answers ${response.status}`);
        return isTrue(Value.Parse(page, JSON.parse(text))) ? 'allowed' : 'not-allowed';
      } catch (error) {
        logger.warn({ err: error, tenantId, stationId }, 'device model not asked');
        return 'unreachable';
      }
    },
  };
}

/** The variable has no instances, so one under another name is another variable. */
function isTrue({ items }: Type.Static<typeof page>): boolean {
  return items.some(
    ({ componentInstance, variableInstance, value }) =>
      (componentInstance ?? '') === '' && (variableInstance ?? '') === '' && value?.toLowerCase() === 'true',
  );
}
