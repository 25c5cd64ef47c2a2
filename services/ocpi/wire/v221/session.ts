// Session of OCPI 2.2.1 (9.3.1), and how the view's becomes one.
import Type from 'typebox';
import type { SessionView } from '../../domain/session-fold.ts';
import { kwhOf } from '../../domain/decimal.ts';
import {
  authMethod,
  authMethodOf,
  cdrToken,
  cdrTokenOf,
  ciString,
  countryCode,
  currency,
  dateTime,
  dateTimeOf,
  decimal,
  notAvailable,
  number,
  partyCode,
  partyParts,
  type TokenNames,
} from './parts.ts';

export const session = Type.Object({
  country_code: countryCode,
  party_id: partyCode,
  id: ciString(36),
  start_date_time: dateTime,
  end_date_time: Type.Optional(dateTime),
  kwh: number,
  cdr_token: cdrToken,
  auth_method: authMethod,
  location_id: ciString(36),
  evse_uid: ciString(36),
  connector_id: ciString(36),
  currency,
  status: Type.Enum(['ACTIVE', 'COMPLETED', 'INVALID', 'PENDING', 'RESERVATION']),
  last_updated: dateTime,
});

/** A session with what other topics say of it. */
export type PlacedSession = {
  readonly view: SessionView;
  readonly partyId: string;
  readonly issuer: string;
  readonly locationId: string | null;
  readonly evseUid: string | null;
  readonly currency: string;
};

const statuses = { charging: 'ACTIVE', ended: 'COMPLETED', withdrawn: 'INVALID' } as const;

export function sessionOf(placed: PlacedSession, names: TokenNames | undefined) {
  const { view } = placed;
  const { content } = view;
  return {
    ...partyParts(placed.partyId),
    id: view.sessionId,
    start_date_time: dateTimeOf(content.startedAt),
    end_date_time: content.endedAt === null ? undefined : dateTimeOf(content.endedAt),
    kwh: decimal(kwhOf(content.energyMilliWh)),
    cdr_token: cdrTokenOf(placed.issuer, content.tokenType, names),
    auth_method: authMethodOf(content.remoteStartId),
    location_id: placed.locationId ?? notAvailable,
    evse_uid: placed.evseUid ?? notAvailable,
    connector_id: String(content.connectorId ?? 1),
    currency: placed.currency,
    status: statuses[content.phase],
    last_updated: dateTimeOf(view.lastUpdatedAt),
  };
}
