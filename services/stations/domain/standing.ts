// Whether an event counts for live state: the fence by connection epoch and sequence, which every row of the stations fold passes.
import type { Meta } from '#contracts/generated/types';
import { lastConnectionOf, newStation, type Station } from './station.ts';

/**
 * live: of the connection that counts, or of none (timers, operators). older: of a connection that a newer one
 * displaced. repeated: applied already.
 */
export type Standing = 'live' | 'older' | 'repeated';

/** What is fenced by: an event's meta, or the part of it that a fold decodes. */
export type Fenced = Pick<Meta, 'connectionEpoch' | 'seq'>;

/** Where and when something was told; of two tellings of one thing the greater epoch wins, then the later one in the log. */
export type Told = {
  readonly epoch: number;
  readonly offset: number;
  /** Station clock where it told one, else the clock of whoever appended the event. */
  readonly at: number;
  readonly recordedAt: number;
};

export function before(state: Station | undefined, meta: Pick<Meta, 'tenantId' | 'stationId'>): Station {
  return state ?? newStation(meta.tenantId, meta.stationId);
}

export function standingOf(station: Station, { connectionEpoch, seq }: Fenced): Standing {
  if (connectionEpoch === null) return 'live';
  if (connectionEpoch < countingEpochOf(station)) return 'older';
  return seq !== null && isApplied(station, connectionEpoch, seq) ? 'repeated' : 'live';
}

export function applied(station: Station, { connectionEpoch, seq }: Fenced): Station {
  if (connectionEpoch === null || seq === null) return station;
  return { ...station, appliedEpoch: firstEpochOf(station, connectionEpoch), appliedSeq: seq };
}

/** As applied, and a sign of life where the station itself spoke. */
export function heard(station: Station, meta: Meta): Station {
  const lastSeenAt = meta.source === 'station' ? Math.max(station.lastSeenAt, meta.recordedAt) : station.lastSeenAt;
  return { ...applied(station, meta), lastSeenAt };
}

/** What no connection told (timers, operators) counts as told on the present one. */
export function toldOf(station: Station, meta: Meta, at: { readonly offset: number }): Told {
  const { connectionEpoch, occurredAt, recordedAt } = meta;
  const epoch = connectionEpoch === null ? countingEpochOf(station) : firstEpochOf(station, connectionEpoch);
  return { epoch, offset: at.offset, at: occurredAt ?? recordedAt, recordedAt };
}

function countingEpochOf(station: Station): number {
  return Math.max(lastConnectionOf(station)?.firstEpoch ?? -1, station.appliedEpoch);
}

function isApplied(station: Station, epoch: number, seq: number): boolean {
  return firstEpochOf(station, epoch) === station.appliedEpoch && seq <= station.appliedSeq;
}

/** Both epochs of a StationConnected that was appended twice count as the first. */
function firstEpochOf(station: Station, epoch: number): number {
  const last = lastConnectionOf(station);
  return last !== undefined && epoch >= last.firstEpoch && epoch <= last.lastEpoch ? last.firstEpoch : epoch;
}
