// A charging session as the station knows it, and the messages about it that must reach the platform in order.
import type { Vehicle } from '#load-tests/fleet/charging-curve';
import type { FleetToken } from '#load-tests/fleet/identities';

/** A token as a platform's remote start names it may have any type. */
export type PresentedToken = { readonly uid: string; readonly type: FleetToken['type'] | OtherTokenType };

type OtherTokenType = 'Central' | 'eMAID' | 'ISO15693' | 'KeyCode' | 'Local' | 'MacAddress' | 'NoAuthorization';

export type ReadingContext = 'Transaction.Begin' | 'Sample.Periodic' | 'Trigger' | 'Transaction.End';

/** What the meter showed. The register is already in the resolution that the station reports. */
export type Reading = {
  readonly atMs: number;
  readonly context: ReadingContext;
  readonly registerMilliWh: number;
  readonly powerW: number;
  readonly currentMilliA: number;
  readonly voltageMilliV: number;
  /** Only DC tells it. */
  readonly socPercent: number | undefined;
};

export type StartCause = 'driver' | 'plug' | 'remote';
export type StopCause =
  | 'driver'
  | 'vehicle'
  | 'remote'
  | 'soft-reset'
  | 'hard-reset'
  | 'unlock'
  | 'deauthorized'
  | 'fault';

export type ChargingSession = {
  readonly evseId: number;
  readonly token: PresentedToken;
  readonly vehicle: Vehicle;
  readonly startCause: StartCause;
  readonly startedAtMs: number;
  readonly meterStartMilliWh: number;
  readonly remoteStartId: number | undefined;
  /** The reservation that this session used up. */
  readonly reservationId: number | undefined;
  /** 2.x: ours from the start. 1.6: told by the answer to the start, undefined until then. */
  transactionId: string | undefined;
  /** Of the next message about this session. */
  seqNo: number;
};

type Common = {
  readonly session: ChargingSession;
  readonly atMs: number;
  readonly seqNo: number;
  /** Written while the station had no connection. */
  readonly offline: boolean;
  readonly reading: Reading;
  /** Under which id it was sent first; some stations repeat it, some take a new one. */
  messageId: string | undefined;
};

export type TransactionMessage =
  | (Common & { readonly kind: 'started' })
  | (Common & { readonly kind: 'authorized' })
  | (Common & { readonly kind: 'charging' })
  | (Common & { readonly kind: 'metered' })
  | (Common & { readonly kind: 'ended'; readonly cause: StopCause });

/** Identity of a session on both sides: what the station reports at the start, and the platform shows. */
export function sessionKeyOf(stationId: string, session: ChargingSession): string {
  return `${stationId}/${session.evseId}/${session.startedAtMs}`;
}
