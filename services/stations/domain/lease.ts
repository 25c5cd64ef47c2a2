// Whether a connection that the log calls live still has a gateway: decided from leases, claims and the time.

/** A connection of the live table of stations. */
export type LiveConnection = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly firstEpoch: number;
  readonly lastEpoch: number;
  readonly gatewayId: string;
};

/** A gateway's lease; `noticedAt` is when this process read its last renewal, by its own clock. */
export type Lease = { readonly noticedAt: number; readonly ended: boolean };

/** The newest claim of a station's connection, as presence tells. */
export type Claim = { readonly connectionEpoch: number; readonly connected: boolean };

export type Evidence = {
  readonly lease: Lease | undefined;
  readonly claim: Claim | undefined;
  /** When this process first saw the connection without a claim; undefined: it did not yet. */
  readonly unclaimedSince: number | undefined;
  /** Since when leases and claims could be read without a break; silence before it proves nothing. */
  readonly readableSince: number;
  /** So long without a renewal is the end of all connections of a gateway; it renews every 5 s. */
  readonly leaseTimeoutMs: number;
};

/** holds: leave it. unclaimed: leave it, and remember since when. over: end it. */
export type Judgement = 'holds' | 'unclaimed' | 'over';

/** A gateway claims a connection at once; so long without is the end of the connection. */
export const claimTimeoutMs = 30_000;

export function judgeConnection(connection: LiveConnection, evidence: Evidence, nowMs: number): Judgement {
  const { claim, unclaimedSince, readableSince } = evidence;
  // A newer connection's StationConnected stands in the log: the live table has yet to read it, and drops this one then.
  if (claim !== undefined && claim.connectionEpoch > connection.lastEpoch) return 'holds';
  // A claim that says "ended" comes with a StationDisconnected: that is given time to be folded, even without a lease.
  const isEnded = claim !== undefined && !claim.connected && claim.connectionEpoch >= connection.firstEpoch;
  if (!isEnded && isLeaseOver(evidence, nowMs)) return 'over';
  if (claim !== undefined && claim.connected && claim.connectionEpoch >= connection.firstEpoch) return 'holds';
  if (unclaimedSince === undefined) return 'unclaimed';
  return nowMs - Math.max(unclaimedSince, readableSince) >= claimTimeoutMs ? 'over' : 'unclaimed';
}

/** Leases of gateways that are gone for so long are forgotten: every start is a new instance with a lease of its own. */
export const leaseForgottenMs = 60 * 60_000;

export function isLeaseForgotten({ noticedAt }: Lease, nowMs: number): boolean {
  return nowMs - noticedAt >= leaseForgottenMs;
}

function isLeaseOver({ lease, readableSince, leaseTimeoutMs }: Evidence, nowMs: number): boolean {
  return lease?.ended === true || nowMs - Math.max(lease?.noticedAt ?? 0, readableSince) >= leaseTimeoutMs;
}
