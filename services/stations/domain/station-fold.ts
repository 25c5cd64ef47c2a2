// The fold of a station's events into its live state, fenced by connection epoch and sequence.
import type {
  ConnectorStatusChanged,
  Meta,
  StationBooted,
  StationConnected,
  StationDisconnected,
  VariablesReported,
} from '#contracts/generated/types';
import { lastConnectionOf, newStation, type Connection, type News, type Station } from './station.ts';

type Position = { readonly partition: number; readonly offset: number };
type Folded = { readonly state: Station };

/**
 * live: of the connection that counts, or of none (timers, operators). older: of a connection that a newer one
 * displaced. repeated: applied already.
 */
type Standing = 'live' | 'older' | 'repeated';

export const stationFold = {
  StationConnected: connected,
  StationDisconnected: disconnected,
  StationBooted: booted,
  ConnectorStatusChanged: statusChanged,
  VariablesReported: variablesReported,
};

function connected(state: Station | undefined, event: StationConnected, at: Position): Folded {
  const station = before(state, event.meta);
  const last = lastConnectionOf(station);
  if (last !== undefined && at.offset <= last.lastEpoch) return { state: station };
  if (last?.openedBy === event.meta.eventId)
    return { state: withConnection(station, { ...last, lastEpoch: at.offset }) };
  const connection: Connection = {
    firstEpoch: at.offset,
    lastEpoch: at.offset,
    openedBy: event.meta.eventId,
    connectedAt: event.meta.recordedAt,
    gatewayId: event.gatewayId,
    subprotocol: event.subprotocol,
    securityProfile: event.securityProfile,
    remoteAddress: event.remoteAddress,
  };
  const news: News[] = [...station.news];
  // The displaced connection ends here; the gateway that held it may say so later, or never.
  if (station.connectivity.phase === 'connected') {
    const end = { at: event.meta.recordedAt, cause: 'replaced', closeCode: null };
    news.push({ kind: 'closed', firstEpoch: station.connectivity.connection.firstEpoch, end });
  }
  news.push({ kind: 'opened', connection });
  return { state: { ...heard(station, event.meta), connectivity: { phase: 'connected', connection }, news } };
}

function disconnected(state: Station | undefined, event: StationDisconnected): Folded {
  const station = before(state, event.meta);
  const epoch = event.meta.connectionEpoch;
  const last = lastConnectionOf(station);
  // Without an epoch it names no connection; an older connection's end was written when it was displaced.
  if (last === undefined || epoch === null || epoch < last.firstEpoch) return { state: station };
  if (station.connectivity.phase !== 'connected' || standingOf(station, event.meta) !== 'live')
    return { state: station };
  const end = { at: event.meta.recordedAt, cause: event.cause, closeCode: event.closeCode };
  const news: News[] = [...station.news, { kind: 'closed', firstEpoch: last.firstEpoch, end }];
  return {
    state: { ...applied(station, event.meta), connectivity: { phase: 'disconnected', connection: last, end }, news },
  };
}

function booted(state: Station | undefined, event: StationBooted): Folded {
  const station = before(state, event.meta);
  if (standingOf(station, event.meta) !== 'live') return { state: station };
  const { meta, status, intervalSeconds, reason, vendor, model, serialNumber, boxSerialNumber, firmwareVersion } =
    event;
  const { iccid, imsi, meterType, meterSerialNumber } = event;
  const identity = {
    vendor,
    model,
    serialNumber,
    boxSerialNumber,
    firmwareVersion,
    iccid,
    imsi,
    meterType,
    meterSerialNumber,
  };
  return {
    state: { ...heard(station, meta), boot: { status, at: meta.recordedAt, reason, intervalSeconds, ...identity } },
  };
}

function statusChanged(state: Station | undefined, event: ConnectorStatusChanged): Folded {
  const station = before(state, event.meta);
  if (standingOf(station, event.meta) !== 'live') return { state: station };
  const { meta, evseId, connectorId, status, errorCode, info, vendorId, vendorErrorCode } = event;
  const at = meta.occurredAt ?? meta.recordedAt;
  const connector = {
    evseId,
    connectorId,
    status,
    at,
    recordedAt: meta.recordedAt,
    errorCode,
    info,
    vendorId,
    vendorErrorCode,
  };
  return { state: { ...heard(station, meta), news: [...station.news, { kind: 'status', connector }] } };
}

function variablesReported(state: Station | undefined, event: VariablesReported, at: Position): Folded {
  const station = before(state, event.meta);
  const standing = standingOf(station, event.meta);
  if (standing === 'repeated') return { state: station };
  // An older connection's report fills what no newer one has told; the epoch beside each value decides (see its table).
  const epoch = event.meta.connectionEpoch ?? -1;
  const { meta, variables } = event;
  const report: News = { kind: 'variables', epoch, offset: at.offset, reportedAt: meta.recordedAt, variables };
  const after = standing === 'live' ? heard(station, meta) : station;
  return { state: { ...after, news: [...station.news, report] } };
}

function before(state: Station | undefined, meta: Meta): Station {
  return state ?? newStation(meta.tenantId, meta.stationId);
}

function standingOf(station: Station, { connectionEpoch, seq }: Meta): Standing {
  if (connectionEpoch === null) return 'live';
  const counting = Math.max(lastConnectionOf(station)?.firstEpoch ?? -1, station.appliedEpoch);
  if (connectionEpoch < counting) return 'older';
  return seq !== null && isApplied(station, connectionEpoch, seq) ? 'repeated' : 'live';
}

function isApplied(station: Station, epoch: number, seq: number): boolean {
  return countingEpochOf(station, epoch) === station.appliedEpoch && seq <= station.appliedSeq;
}

function applied(station: Station, { connectionEpoch, seq }: Meta): Station {
  if (connectionEpoch === null || seq === null) return station;
  return { ...station, appliedEpoch: countingEpochOf(station, connectionEpoch), appliedSeq: seq };
}

/** As applied, and a sign of life where the station itself spoke. */
function heard(station: Station, meta: Meta): Station {
  const lastSeenAt = meta.source === 'station' ? Math.max(station.lastSeenAt, meta.recordedAt) : station.lastSeenAt;
  return { ...applied(station, meta), lastSeenAt };
}

/** Both epochs of a StationConnected that was appended twice count as the first. */
function countingEpochOf(station: Station, epoch: number): number {
  const last = lastConnectionOf(station);
  return last !== undefined && epoch >= last.firstEpoch && epoch <= last.lastEpoch ? last.firstEpoch : epoch;
}

function withConnection(station: Station, connection: Connection): Station {
  const { connectivity } = station;
  return connectivity.phase === 'never' ? station : { ...station, connectivity: { ...connectivity, connection } };
}
