// What alerts ask of a station: its connection, connectors, transactions, decided starts, certificates and declared outages.
import type { ConnectorStatus } from '#contracts/generated/types';
import type { WatchedTransaction } from './plugs.ts';

export type WatchedConnector = {
  readonly evseId: number;
  readonly connectorId: number;
  readonly status: ConnectorStatus;
  /** recordedAt and offset of the event since which it has this status. */
  readonly since: number;
  readonly offset: number;
};

export type WatchedCertificate = {
  readonly certificateType: string;
  /** Its hashes, in one case. */
  readonly hashes: string;
  readonly child: boolean;
  readonly expiresAt: number | null;
};

export type Outage = {
  readonly outageId: string;
  readonly kind: 'planned' | 'exclusion';
  readonly evseId: number | null;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  readonly actor: string;
  readonly declaredAt: number;
  readonly withdrawnAt: number | null;
};

export type DecidedStart = { readonly at: number; readonly offset: number; readonly refused: boolean };

export type Watch = {
  readonly tenantId: string;
  readonly stationId: string;
  /** The event that changed it last: whoever looks again asks for what changed since. */
  readonly partition: number;
  readonly lastOffset: number;
  readonly connected: boolean;
  /** recordedAt and offset of the event that made it so. */
  readonly connectivitySince: number;
  readonly connectivityOffset: number;
  /** recordedAt of its first connection. */
  readonly firstSeenAt: number;
  /** Of the last connection; both differ where its StationConnected was appended twice. -1: none. */
  readonly firstEpoch: number;
  readonly lastEpoch: number;
  readonly openedBy: string;
  readonly appliedEpoch: number;
  readonly appliedSeq: number;
  /** As it said at its last boot. */
  readonly vendor: string | null;
  readonly model: string | null;
  readonly connectors: readonly WatchedConnector[];
  /** Of 2.x: the newest of each EVSE. */
  readonly transactions: readonly WatchedTransaction[];
  /** In the order of the log. */
  readonly starts: readonly DecidedStart[];
  readonly certificates: readonly WatchedCertificate[];
  readonly outages: readonly Outage[];
};

/** The newest ones are kept; a window of a rule counts no more. */
export const startsKeptMax = 100;
export const certificatesKeptMax = 50;
export const outagesKeptMax = 100;

export function newWatch(tenantId: string, stationId: string): Watch {
  const epochs = { firstEpoch: -1, lastEpoch: -1, openedBy: '', appliedEpoch: -1, appliedSeq: -1 };
  const connection = { connected: false, connectivitySince: 0, connectivityOffset: -1, firstSeenAt: 0 };
  const lists = { connectors: [], transactions: [], starts: [], certificates: [], outages: [] };
  return {
    tenantId,
    stationId,
    partition: -1,
    lastOffset: -1,
    ...connection,
    ...epochs,
    vendor: null,
    model: null,
    ...lists,
  };
}
