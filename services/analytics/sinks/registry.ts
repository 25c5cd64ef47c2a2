// The registry's sink: stations and locations as operators wrote them become dimensions for analysts.
import { decodeAs } from '#contracts/codec';
import type { RegistryChanged } from '#contracts/generated/types';
import type { LocationValue, StationValue } from '#contracts/registry';
import { RowBinaryWriter } from '#kit/clickhouse/row-binary';
import type { ToBlocks } from '#kit/sink/blocks';

export const registryTypes = ['RegistryChanged'] as const;

const stationColumns = ['tenant_id', 'station_id', 'row_version', 'location_id', 'vendor', 'model', 'deleted'] as const;
const locationColumns = [
  'tenant_id',
  'location_id',
  'row_version',
  'name',
  'country',
  'city',
  'time_zone',
  'party_id',
  'deleted',
] as const;

export function registryBlocks(): ToBlocks {
  return (batches) => {
    const stations = new RowBinaryWriter();
    const locations = new RowBinaryWriter();
    for (const { records } of batches) {
      for (const { value } of records) {
        if (value === null) continue;
        const change = decodeAs('RegistryChanged', value);
        if (change.kind === 'station') writeStation(change, stations);
        if (change.kind === 'location') writeLocation(change, locations);
      }
    }
    const [stationCount, locationCount] = [stations.rows, locations.rows];
    return {
      blocks: [
        { table: 'stations_raw', columns: stationColumns, rows: stations.take(), rowCount: stationCount },
        { table: 'locations_raw', columns: locationColumns, rows: locations.take(), rowCount: locationCount },
      ],
      refused: [],
    };
  };
}

function writeStation(change: RegistryChanged, writer: RowBinaryWriter): void {
  const value = valueOf<StationValue>(change);
  writer.string(change.tenantId);
  writer.string(change.id);
  writer.uint64(change.rowVersion);
  writer.string(value?.locationId ?? '');
  writer.string(value?.vendor ?? '');
  writer.string(value?.model ?? '');
  writer.uint8(value === null ? 1 : 0);
  writer.endRow();
}

function writeLocation(change: RegistryChanged, writer: RowBinaryWriter): void {
  const value = valueOf<LocationValue>(change);
  writer.string(change.tenantId);
  writer.string(change.id);
  writer.uint64(change.rowVersion);
  writer.string(value?.name ?? '');
  writer.string(value?.country ?? '');
  writer.string(value?.city ?? '');
  writer.string(value?.timeZone ?? '');
  writer.string(value?.partyId ?? '');
  writer.uint8(value === null ? 1 : 0);
  writer.endRow();
}

/** The registry writes its values by the shapes of contracts/registry.ts; null is a removed row. */
function valueOf<V>({ operation, currentJson }: RegistryChanged): V | null {
  return operation === 'deleted' || currentJson === null ? null : (JSON.parse(currentJson) as V);
}
