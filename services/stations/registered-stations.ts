// Which stations the registry knows, and where they stand: its compacted topic as a table of keys.
import { partialDecoder } from '#contracts/codec';
import { stationKey } from '#contracts/keys';
import type { Topics } from '#contracts/topics';
import { openTable, type Table } from '#kit/event-log/table';
import type { Logger } from '#kit/logger';
import type { StationsConfig } from './config.ts';

export type RegisteredStations = Table & {
  isRegistered(tenantId: string, stationId: string): boolean;
  /** Ids of a tenant's stations, in order; of one location, and of these, where that is asked. */
  registeredIn(tenantId: string, locationId?: string, among?: ReadonlySet<string>): string[];
};

const decodePlace = partialDecoder({ StationRegistered: ['locationId'] });

export function followRegistry(
  { brokers }: StationsConfig,
  { registryStations }: Topics,
  logger: Logger,
): RegisteredStations {
  const known = new Map<string, string | null>();
  // Many stations stand at one place: its name is kept once.
  const places = new Map<string, string>();
  const placeOf = (value: Uint8Array): string | null => {
    const { locationId } = decodePlace(value) as unknown as { locationId: string | null };
    if (locationId === null) return null;
    const place = places.get(locationId) ?? locationId;
    places.set(locationId, place);
    return place;
  };
  const table = openTable({
    brokers,
    clientId: 'stations-registry',
    topic: registryStations.name,
    logger,
    onRecord({ key, value }) {
      if (value === null) known.delete(key);
      else known.set(key, placeOf(value));
    },
  });
  return {
    ...table,
    isRegistered: (tenantId, stationId) => known.has(stationKey(tenantId, stationId)),
    registeredIn(tenantId, locationId, among) {
      const prefix = stationKey(tenantId, '');
      const found: string[] = [];
      for (const [key, place] of known) {
        if (!key.startsWith(prefix) || (locationId !== undefined && place !== locationId)) continue;
        const stationId = key.slice(prefix.length);
        if (among === undefined || among.has(stationId)) found.push(stationId);
      }
      return found.toSorted();
    },
  };
}
