// What a station is to us: its connection, its boot, the status of its connectors, and the news that go into tables of their own.
import type {
  BootStatus,
  CertificateSigningRequested,
  ConnectorStatus,
  DeviceEvent,
  QuirksObserved,
  ReportedVariable,
  Source,
} from '#contracts/generated/types';
import { noDetails, type Details, type Subject } from './details.ts';

/** One connection. A StationConnected that was appended twice has two offsets: every epoch from first to last is this connection. */
export type Connection = {
  readonly firstEpoch: number;
  readonly lastEpoch: number;
  /** eventId of its StationConnected: the second copy of it opens nothing. */
  readonly openedBy: string;
  readonly connectedAt: number;
  readonly gatewayId: string;
  readonly subprotocol: string;
  readonly securityProfile: number;
  readonly remoteAddress: string | null;
};

/** How a connection ended. */
export type ConnectionEnd = { readonly at: number; readonly cause: string; readonly closeCode: number | null };

/** Whether the station is connected now; the last connection stays known after its end. */
export type Connectivity =
  | { readonly phase: 'never' }
  | { readonly phase: 'connected'; readonly connection: Connection }
  | { readonly phase: 'disconnected'; readonly connection: Connection; readonly end: ConnectionEnd };

export type Boot = {
  readonly status: BootStatus;
  readonly at: number;
  readonly reason: string | null;
  readonly intervalSeconds: number;
  readonly vendor: string;
  readonly model: string;
  readonly serialNumber: string | null;
  readonly boxSerialNumber: string | null;
  readonly firmwareVersion: string | null;
  readonly iccid: string | null;
  readonly imsi: string | null;
  readonly meterType: string | null;
  readonly meterSerialNumber: string | null;
};

export type Connector = {
  readonly evseId: number;
  readonly connectorId: number;
  readonly status: ConnectorStatus;
  /** Station clock where it told one, else the gateway's. */
  readonly at: number;
  readonly recordedAt: number;
  readonly errorCode: string | null;
  readonly info: string | null;
  readonly vendorId: string | null;
  readonly vendorErrorCode: string | null;
};

/** What goes into tables of their own, in log order: it is written once and not kept in the state. */
export type News =
  | { readonly kind: 'opened'; readonly connection: Connection }
  | { readonly kind: 'closed'; readonly firstEpoch: number; readonly end: ConnectionEnd }
  | { readonly kind: 'status'; readonly connector: Connector }
  | {
      readonly kind: 'variables';
      readonly epoch: number;
      readonly offset: number;
      readonly reportedAt: number;
      readonly variables: readonly ReportedVariable[];
    }
  /** All that was told before this offset, by a connection no newer than this, and not again since: the station has it no more. */
  | { readonly kind: 'inventory'; readonly epoch: number; readonly offset: number }
  | (Logged & { readonly kind: 'booted'; readonly boot: Boot })
  | (Logged & {
      readonly kind: 'security';
      readonly name: string;
      readonly info: string | null;
      readonly source: Source;
    })
  | (Logged & { readonly kind: 'device'; readonly events: readonly DeviceEvent[] })
  | (Logged & { readonly kind: 'signing' } & Pick<
        CertificateSigningRequested,
        'csrPem' | 'certificateType' | 'requestId' | 'combined'
      >)
  | (Logged & { readonly kind: 'quirks' } & Pick<QuirksObserved, 'action' | 'quirks' | 'frameJson' | 'messages'>);

/** What is kept as a list of its own, by the event that told it: a second copy of that event takes the place of the first. */
type Logged = {
  readonly eventId: string;
  readonly offset: number;
  readonly occurredAt: number | null;
  readonly recordedAt: number;
};

export type Station = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly connectivity: Connectivity;
  /** Highest seq applied, and the connection (its first epoch) that it counts in; -1 where there is none. */
  readonly appliedEpoch: number;
  readonly appliedSeq: number;
  readonly boot: Boot | null;
  /** recordedAt of the newest event of the station itself that this fold reads; 0: never. */
  readonly lastSeenAt: number;
  /** Newest differences of its clock and ours, see clock-offset.ts. */
  readonly clockSamples: readonly number[];
  readonly details: Details;
  /** Subjects whose documents the batch being folded changed; they are written with the news. */
  readonly touched: readonly Subject[];
  /** Of the batch being folded; written with the state, then dropped (see withoutNews). */
  readonly news: readonly News[];
};

/** Connections kept per station in the table of connections; older ones are dropped as new ones open. */
export const connectionsKeptMax = 100;
/** As connections are kept, by the kind of news. */
export const keptMax = { booted: 20, security: 200, device: 200, signing: 5 } as const;

export function newStation(tenantId: string, stationId: string): Station {
  return {
    tenantId,
    stationId,
    connectivity: { phase: 'never' },
    appliedEpoch: -1,
    appliedSeq: -1,
    boot: null,
    lastSeenAt: 0,
    clockSamples: [],
    details: noDetails,
    touched: [],
    news: [],
  };
}

/** The state as the next batch begins with it: its news were written. */
export function withoutNews(station: Station): Station {
  return station.news.length === 0 && station.touched.length === 0 ? station : { ...station, touched: [], news: [] };
}

/** The connection that is or was the station's last. */
export function lastConnectionOf(station: Station): Connection | undefined {
  return station.connectivity.phase === 'never' ? undefined : station.connectivity.connection;
}
