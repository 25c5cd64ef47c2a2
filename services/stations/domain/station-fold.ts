// The fold of a station's events into its live state, fenced by connection epoch and sequence.
import type {
  ConnectorStatusChanged,
  StationBooted,
  StationConnected,
  StationDisconnected,
  VariablesReported,
} from '#contracts/generated/types';
import { withSample } from './clock-offset.ts';
import { detailFold, touching, withDetail } from './detail-fold.ts';
import { loggedFold, loggedOf } from './logged-fold.ts';
import { isSelfReliant } from './reservation-end.ts';
import { inventoryPart } from './report-requests.ts';
import { confirmed, uncertainSince } from './reservations.ts';
import { applied, before, heard, standingOf, toldOf } from './standing.ts';
import { lastConnectionOf, type Connection, type News, type Station } from './station.ts';
import { transactionFold } from './transaction-fold.ts';

type Position = { readonly partition: number; readonly offset: number };
type Folded = { readonly state: Station };

export const stationFold = {
  StationConnected: connected,
  StationDisconnected: disconnected,
  StationBooted: booted,
  ConnectorStatusChanged: statusChanged,
  VariablesReported: variablesReported,
  ...detailFold,
  ...loggedFold,
  ...transactionFold,
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
  const now = { ...heard(station, event.meta), connectivity: { phase: 'connected', connection }, news } as const;
  return { state: withOtherEnds(now, last) };
}

/** When reservations are over depends on the version that the station speaks now (see reservation-end.ts). */
function withOtherEnds(station: Station, before: Connection | undefined): Station {
  const now = lastConnectionOf(station);
  const isSame = isSelfReliant(before?.subprotocol) === isSelfReliant(now?.subprotocol);
  return isSame || station.details.reservations === null ? station : touching(station, 'reservations');
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

function booted(state: Station | undefined, event: StationBooted, at: Position): Folded {
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
  const boot = { status, at: meta.recordedAt, reason, intervalSeconds, ...identity };
  const news: News[] = [...station.news, { kind: 'booted', ...loggedOf(meta, at), boot }];
  const { reservations } = station.details;
  // A boot that we asked for is none.
  if (reservations === null || reason === 'Triggered') return { state: { ...heard(station, meta), boot, news } };
  const unsure = withDetail(station, 'reservations', uncertainSince(reservations, toldOf(station, meta, at)));
  return { state: { ...heard(unsure, meta), boot, news } };
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
  const news: News[] = [...station.news, { kind: 'status', connector }];
  const { occurredAt, recordedAt } = meta;
  const clockSamples =
    occurredAt === null ? station.clockSamples : withSample(station.clockSamples, occurredAt - recordedAt);
  return { state: { ...heard(withReserved(station, event), meta), clockSamples, news } };
}

function withReserved(station: Station, { status, evseId }: ConnectorStatusChanged): Station {
  const { reservations } = station.details;
  if (status !== 'Reserved' || reservations === null) return station;
  return withDetail(station, 'reservations', confirmed(reservations, evseId));
}

function variablesReported(state: Station | undefined, event: VariablesReported, at: Position): Folded {
  const station = before(state, event.meta);
  const standing = standingOf(station, event.meta);
  if (standing === 'repeated') return { state: station };
  // An older connection's report fills what no newer one has told; the epoch beside each value decides (see its table).
  const epoch = event.meta.connectionEpoch ?? -1;
  const { meta, variables } = event;
  const report: News = { kind: 'variables', epoch, offset: at.offset, reportedAt: meta.recordedAt, variables };
  const told = { ...station, news: [...station.news, report] };
  const taken = withInventory(told, event, at);
  return { state: standing === 'live' ? heard(taken, meta) : taken };
}

/** A full inventory that is whole says of variables that it does not name that there are none (2.x B07). */
function withInventory(station: Station, event: VariablesReported, at: Position): Station {
  const { reportRequests } = station.details;
  if (reportRequests === null) return station;
  const { requests, whole } = inventoryPart(reportRequests, event, toldOf(station, event.meta, at));
  const counted = withDetail(station, 'reportRequests', requests);
  if (whole === undefined) return counted;
  // What was told since the request stands: by its parts, or by an answer that came between them.
  const news: News = { kind: 'inventory', epoch: event.meta.connectionEpoch ?? -1, offset: whole.offset };
  return { ...counted, news: [...counted.news, news] };
}

function withConnection(station: Station, connection: Connection): Station {
  const { connectivity } = station;
  return connectivity.phase === 'never' ? station : { ...station, connectivity: { ...connectivity, connection } };
}
