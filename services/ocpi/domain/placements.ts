// Which EVSEs stand at which location, as partners know them. One that leaves stays listed there as removed (OCPI 2.2.1, 8.3.1: no DELETE).
import { formatUuid, uuidV8 } from '#contracts/keys';
import type { ConnectorValue, EvseValue, StationValue } from '#contracts/registry';
import { laterThan } from './created.ts';

/** A connector whose plug and limits an operator has described; OCPI has no word for an unknown one. */
export type KnownConnector = {
  readonly connectorId: number;
  readonly standard: string;
  readonly format: string;
  readonly powerType: string;
  readonly maxVoltage: number;
  readonly maxAmperage: number;
  readonly maxPowerWatts: number | null;
};

export type PlacedConnector = { readonly connector: KnownConnector; readonly lastUpdatedAt: number };

export type Placement = {
  readonly locationId: string;
  readonly evseId: number;
  /** Says nothing of the hardware, and another one at another place. */
  readonly uid: string;
  readonly removed: boolean;
  readonly enabled: boolean;
  readonly publicId: string | null;
  readonly label: string | null;
  readonly connectors: readonly PlacedConnector[];
  readonly lastUpdatedAt: number;
};

type Station = { readonly tenantId: string; readonly stationId: string };

/** @param value null: the station is gone. What did not change is handed back as the same object. */
export function placementsAfter(
  before: readonly Placement[],
  station: Station,
  value: Pick<StationValue, 'locationId' | 'enabled' | 'evses'> | null,
  recordedAt: number,
): readonly Placement[] {
  const { locationId = null, enabled = false, evses = [] } = value ?? {};
  const wanted = locationId === null ? [] : evses.filter((evse) => knownConnectorsOf(evse).length > 0);
  const placed = wanted.map((evse) => {
    const known = before.find((each) => each.locationId === locationId && each.evseId === evse.evseId);
    return placedAt({ known, station, locationId: locationId ?? '', enabled, evse }, recordedAt);
  });
  const rest = before.filter((each) => !placed.some((now) => isSamePlace(each, now)));
  return [...rest.map((each) => removedFrom(each, recordedAt)), ...placed];
}

type Placing = {
  readonly known: Placement | undefined;
  readonly station: Station;
  readonly locationId: string;
  readonly enabled: boolean;
  readonly evse: EvseValue;
};

function placedAt({ known, station, locationId, enabled, evse }: Placing, recordedAt: number): Placement {
  const { evseId, publicId, label } = evse;
  const connectors = knownConnectorsOf(evse).map((connector) => connectorAfter(known, connector, recordedAt));
  const said = { removed: false, enabled, publicId, label, connectors };
  if (known === undefined) {
    const uid = formatUuid(uuidV8(['evse', station.tenantId, locationId, station.stationId, String(evseId)]));
    return { locationId, evseId, uid, ...said, lastUpdatedAt: recordedAt };
  }
  const { removed: _r, enabled: _e, publicId: _p, label: _l, connectors: _c, ...stays } = known;
  const isSame = JSON.stringify(said) === JSON.stringify(saidOf(known));
  return isSame ? known : { ...stays, ...said, lastUpdatedAt: laterThan(known.lastUpdatedAt, recordedAt) };
}

function saidOf({ removed, enabled, publicId, label, connectors }: Placement) {
  return { removed, enabled, publicId, label, connectors };
}

function connectorAfter(known: Placement | undefined, connector: KnownConnector, recordedAt: number): PlacedConnector {
  const before = known?.connectors.find((each) => each.connector.connectorId === connector.connectorId);
  if (before === undefined) return { connector, lastUpdatedAt: recordedAt };
  const isSame = JSON.stringify(before.connector) === JSON.stringify(connector);
  return isSame ? before : { connector, lastUpdatedAt: laterThan(before.lastUpdatedAt, recordedAt) };
}

function removedFrom(placement: Placement, recordedAt: number): Placement {
  if (placement.removed) return placement;
  return { ...placement, removed: true, lastUpdatedAt: laterThan(placement.lastUpdatedAt, recordedAt) };
}

function isSamePlace(left: Placement, right: Placement): boolean {
  return left.locationId === right.locationId && left.evseId === right.evseId;
}

export function knownConnectorsOf({ connectors }: Pick<EvseValue, 'connectors'>): KnownConnector[] {
  return connectors.map(knownConnectorOf).filter((connector) => connector !== undefined);
}

function knownConnectorOf(connector: ConnectorValue): KnownConnector | undefined {
  const { connectorId, standard, format, powerType, maxVoltage, maxAmperage, maxPowerWatts } = connector;
  if (standard === null || format === null || powerType === null) return undefined;
  if (maxVoltage === null || maxAmperage === null) return undefined;
  return { connectorId, standard, format, powerType, maxVoltage, maxAmperage, maxPowerWatts };
}
