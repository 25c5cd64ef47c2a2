// A handler's context with a clock and envelope that tests control.
import type { StationRegistered, TokenRegistered } from '#contracts/generated/types';
import { reportedIdOf, tokenRefOf } from '#contracts/keys';
import type { HandlerContext } from '#services/gateway/domain/action';
import type { Answer } from '#services/gateway/domain/question';
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

/** Context of a CALL that shows `uid`, known to the cache as `found`. */
export function contextOf(
  options: {
    uid?: string;
    found?: TokenRegistered;
    station?: Partial<StationRegistered>;
    vouchers?: readonly Voucher[];
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
            tokenType: 'Unknown',
            found,
            vouchers: options.vouchers ?? [],
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
