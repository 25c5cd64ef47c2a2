// A handler's context with a clock and envelope that tests control.
import type { ActiveSession, StationRegistered, TokenRegistered } from '#contracts/generated/types';
import { reportedIdOf, tokenRefOf } from '#contracts/keys';
import type { HandlerContext } from '#services/gateway/domain/action';
import type { Answer } from '#services/gateway/domain/question';
import type { PartnerAnswer, Policies } from '#services/gateway/domain/authorization';
import type { Voucher } from '#services/gateway/domain/voucher';

export const now = Date.UTC(2026, 10, 25, 10);
export const tenantKey = Buffer.alloc(32, 7);

export const station: StationRegistered = {
  tenantId: 'default',
  stationId: 'CS-001',
  rowVersion: 1,
  enabled: true,
  securityProfile: 1,
  verifiers: [],
  locationId: 'loc-1',
  heartbeatSeconds: 300,
  bootPolicy: 'accept',
  defaultSubprotocol: null,
  connectorMap: [],
  vendor: null,
  model: null,
  serialNumber: null,
  framesRecorded: true,
  allowsProfileDowngrade: false,
  onboarded: false,
  acceptsWithoutBoot: false,
  traits: null,
  costsShown: null,
};

export function token(over: Partial<TokenRegistered> = {}): TokenRegistered {
  return {
    tenantId: 'default',
    tokenRef: 'ref',
    rowVersion: 1,
    status: 'Accepted',
    expiresAt: null,
    groupRef: null,
    locationIds: [],
    issuer: null,
    concurrentSessionsMax: null,
    whitelist: 'ALWAYS',
    language: null,
    chargingPriority: null,
    ...over,
  };
}

/** A session on the token of the tests, on their station unless said otherwise, heard of just now. */
export function runningSession(over: Partial<ActiveSession> = {}): ActiveSession {
  return {
    tenantId: 'default',
    sessionId: 'session',
    stationId: 'CS-001',
    transactionId: 'other',
    evseId: 9,
    tokenRef: 'ref',
    authorization: 'Accepted',
    startedAt: now - 60_000,
    heardAt: now,
    ...over,
  };
}

/** Context of a CALL that shows `uid`, known to the cache as `found`. */
export function contextOf(
  options: {
    uid?: string;
    found?: TokenRegistered;
    station?: Partial<StationRegistered>;
    vouchers?: readonly Voucher[];
    policies?: Partial<Policies>;
    sessions?: readonly ActiveSession[];
    partner?: PartnerAnswer;
    tokenType?: string;
    answer?: Answer;
  } = {},
): HandlerContext {
  let seq = 0;
  const { uid, found } = options;
  return {
    tenantId: 'default',
    stationId: 'CS-001',
    station: { ...station, ...options.station },
    now,
    token:
      uid === undefined
        ? undefined
        : {
            tokenRef: tokenRefOf(tenantKey, 'Unknown', uid),
            tokenType: options.tokenType ?? 'Unknown',
            found,
            vouchers: options.vouchers ?? [],
            policies: { freeVending: false, autocharge: false, tokensUnavailable: 'refuse', ...options.policies },
            sessions: options.sessions ?? [],
            partner: options.partner,
          },
    answer: options.answer,
    reportedId: (transactionId) => reportedIdOf('default', 'CS-001', transactionId),
    meta: (occurredAt) => ({
      eventId: `gw-1.${seq}`,
      tenantId: 'default',
      stationId: 'CS-001',
      occurredAt,
      recordedAt: now,
      source: 'station',
      connectionEpoch: 7,
      seq: seq++,
      ocppVersion: '1.6',
      messageId: '1',
      traceparent: null,
    }),
  };
}
