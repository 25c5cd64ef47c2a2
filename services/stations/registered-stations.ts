// Which stations the registry knows: its compacted topic as a table of keys.
import { stationKey } from '#contracts/keys';
import type { Topics } from '#contracts/topics';
import { openTable, type Table } from '#kit/event-log/table';
import type { Logger } from '#kit/logger';
import type { StationsConfig } from './config.ts';

export type RegisteredStations = Table & { isRegistered(tenantId: string, stationId: string): boolean };

export function followRegistry(
  { brokers }: StationsConfig,
  { registryStations }: Topics,
  logger: Logger,
): RegisteredStations {
  const known = new Set<string>();
  const table = openTable({
    brokers,
    clientId: 'stations-registry',
    topic: registryStations.name,
    logger,
    onRecord({ key, value }) {
      if (value === null) known.delete(key);
      else known.add(key);
    },
  });
  return { ...table, isRegistered: (tenantId, stationId) => known.has(stationKey(tenantId, stationId)) };
}
