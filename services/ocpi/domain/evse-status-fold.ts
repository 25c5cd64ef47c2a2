// Folds connector statuses and connections of a station into the status of its EVSEs, fenced by connection epoch and sequence.
import type {
  ConnectorStatus,
  ConnectorStatusChanged,
  Meta,
  StationConnected,
  StationDisconnected,
} from '#contracts/generated/types';
import { laterThan } from './created.ts';

type Position = { readonly partition: number; readonly offset: number };
type Folded = { readonly state: StationStatus };

/** OCPI 2.2.1, 8.4.22, without those that only the registry knows. */
export type EvseStatus = 'AVAILABLE' | 'BLOCKED' | 'CHARGING' | 'INOPERATIVE' | 'OUTOFORDER' | 'RESERVED' | 'UNKNOWN';

export type EvseState = { readonly evseId: number; readonly status: EvseStatus; readonly lastUpdatedAt: number };

export type ConnectorState = {
  readonly evseId: number;
  readonly connectorId: number;
  readonly status: ConnectorStatus;
};

export type StationStatus = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly connected: boolean;
  /** Of the last connection; both differ where its StationConnected was appended twice. -1: none. */
  readonly firstEpoch: number;
  readonly lastEpoch: number;
  readonly openedBy: string;
  readonly appliedEpoch: number;
  readonly appliedSeq: number;
  readonly connectors: readonly ConnectorState[];
  readonly evses: readonly EvseState[];
};

export const evseStatusFold = {
  StationConnected: connected,
  StationDisconnected: disconnected,
  ConnectorStatusChanged: statusChanged,
};

function connected(state: StationStatus | undefined, { meta }: StationConnected, { offset }: Position): Folded {
  const station = state ?? newStation(meta);
  if (offset <= station.lastEpoch) return { state: station };
  if (station.openedBy === meta.eventId) return { state: { ...station, lastEpoch: offset } };
  const opened = { ...station, connected: true, firstEpoch: offset, lastEpoch: offset, openedBy: meta.eventId };
  return { state: shown(opened, meta.recordedAt) };
}

function disconnected(state: StationStatus | undefined, { meta }: StationDisconnected): Folded {
  const station = state ?? newStation(meta);
  const epoch = meta.connectionEpoch;
  if (epoch === null || !station.connected || !isLive(station, meta)) return { state: station };
  return { state: shown({ ...applied(station, meta), connected: false }, meta.recordedAt) };
}

function statusChanged(state: StationStatus | undefined, event: ConnectorStatusChanged): Folded {
  const { meta, evseId, connectorId, status } = event;
  const station = state ?? newStation(meta);
  if (!isLive(station, meta)) return { state: station };
  const others = station.connectors.filter((each) => each.evseId !== evseId || each.connectorId !== connectorId);
  const connectors = [...others, { evseId, connectorId, status }].toSorted(byNumber);
  return { state: shown({ ...applied(station, meta), connectors }, meta.recordedAt) };
}

function newStation({ tenantId, stationId }: Meta): StationStatus {
  const epochs = { firstEpoch: -1, lastEpoch: -1, openedBy: '', appliedEpoch: -1, appliedSeq: -1 };
  return { tenantId, stationId, connected: false, ...epochs, connectors: [], evses: [] };
}

/** From an older connection, or applied already: it does not touch live state. */
function isLive(station: StationStatus, { connectionEpoch, seq }: Meta): boolean {
  if (connectionEpoch === null) return true;
  if (connectionEpoch < Math.max(station.firstEpoch, station.appliedEpoch)) return false;
  const isRepeated =
    seq !== null && epochOf(station, connectionEpoch) === station.appliedEpoch && seq <= station.appliedSeq;
  return !isRepeated;
}

function applied(station: StationStatus, { connectionEpoch, seq }: Meta): StationStatus {
  if (connectionEpoch === null || seq === null) return station;
  return { ...station, appliedEpoch: epochOf(station, connectionEpoch), appliedSeq: seq };
}

function epochOf({ firstEpoch, lastEpoch }: StationStatus, epoch: number): number {
  return epoch >= firstEpoch && epoch <= lastEpoch ? firstEpoch : epoch;
}

/** With the status of each EVSE as partners see it; one whose status stays keeps its last update. */
function shown(station: StationStatus, recordedAt: number): StationStatus {
  const numbers = [...new Set(station.connectors.map(({ evseId }) => evseId))].filter((evseId) => evseId > 0);
  const evses = numbers.map((evseId): EvseState => {
    const before = station.evses.find((each) => each.evseId === evseId);
    const status = station.connected ? statusOf(station, evseId) : 'UNKNOWN';
    if (before === undefined) return { evseId, status, lastUpdatedAt: recordedAt };
    return before.status === status
      ? before
      : { evseId, status, lastUpdatedAt: laterThan(before.lastUpdatedAt, recordedAt) };
  });
  return { ...station, evses };
}

/** First what stops the whole station, then what its connectors say: one in use uses its EVSE, since one charges at a time. */
function statusOf({ connectors }: StationStatus, evseId: number): EvseStatus {
  const whole = connectors.filter((each) => each.evseId === 0 || (each.evseId === evseId && each.connectorId === 0));
  const stopping = whole
    .map(({ status }) => words[status])
    .find((word) => word === 'INOPERATIVE' || word === 'OUTOFORDER');
  if (stopping !== undefined) return stopping;
  const own = connectors.filter((each) => each.evseId === evseId).map(({ status }) => words[status]);
  return strongestFirst.find((word) => own.includes(word)) ?? 'UNKNOWN';
}

const strongestFirst: readonly EvseStatus[] = [
  'CHARGING',
  'BLOCKED',
  'RESERVED',
  'AVAILABLE',
  'OUTOFORDER',
  'INOPERATIVE',
];

/** A plug that is in but does not charge keeps others away: BLOCKED. 2.x tells only that it is occupied: CHARGING. */
const words: Readonly<Record<ConnectorStatus, EvseStatus>> = {
  Unknown: 'UNKNOWN',
  Available: 'AVAILABLE',
  Preparing: 'BLOCKED',
  Charging: 'CHARGING',
  SuspendedEVSE: 'CHARGING',
  SuspendedEV: 'CHARGING',
  Finishing: 'BLOCKED',
  Occupied: 'CHARGING',
  Reserved: 'RESERVED',
  Unavailable: 'INOPERATIVE',
  Faulted: 'OUTOFORDER',
};

function byNumber(left: ConnectorState, right: ConnectorState): number {
  return left.evseId - right.evseId || left.connectorId - right.connectorId;
}
