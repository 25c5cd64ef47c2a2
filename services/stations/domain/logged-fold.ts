// The rows of the stations fold whose facts are kept as lists: security events, device events, quirks, signing requests. History counts from any connection.
import type {
  CertificateSigningRequested,
  DeviceEventsReported,
  Meta,
  QuirksObserved,
  SecurityEventReported,
} from '#contracts/generated/types';
import { withDetail } from './detail-fold.ts';
import { alarmsAfter } from './monitors.ts';
import { before, heard, standingOf, toldOf } from './standing.ts';
import type { News, Station } from './station.ts';

type Position = { readonly offset: number };
type Folded = { readonly state: Station };

export const loggedFold = {
  SecurityEventReported: securityEvent,
  DeviceEventsReported: deviceEvents,
  QuirksObserved: quirks,
  CertificateSigningRequested: signing,
};

/** What names a fact in its list. */
export function loggedOf({ eventId, occurredAt, recordedAt }: Meta, { offset }: Position) {
  return { eventId, offset, occurredAt, recordedAt };
}

function securityEvent(state: Station | undefined, event: SecurityEventReported, at: Position): Folded {
  const { meta, kind: name, info } = event;
  return withNews(state, meta, { kind: 'security', ...loggedOf(meta, at), name, info, source: meta.source });
}

function deviceEvents(state: Station | undefined, event: DeviceEventsReported, at: Position): Folded {
  const { meta, events } = event;
  const { state: after } = withNews(state, meta, { kind: 'device', ...loggedOf(meta, at), events });
  if (state !== undefined && after === state) return { state: after };
  // Marked as applied above; where it stands in its connection is the same before and after.
  return { state: withDetail(after, 'alarms', alarmsAfter(after.details.alarms, event, toldOf(after, meta, at))) };
}

function quirks(state: Station | undefined, event: QuirksObserved, at: Position): Folded {
  const { meta, action, quirks: names, frameJson, messages } = event;
  return withNews(state, meta, { kind: 'quirks', ...loggedOf(meta, at), action, quirks: names, frameJson, messages });
}

function signing(state: Station | undefined, event: CertificateSigningRequested, at: Position): Folded {
  const { meta, csrPem, certificateType, requestId, combined } = event;
  return withNews(state, meta, {
    kind: 'signing',
    ...loggedOf(meta, at),
    csrPem,
    certificateType,
    requestId,
    combined,
  });
}

function withNews(state: Station | undefined, meta: Meta, news: News): Folded {
  const station = before(state, meta);
  const standing = standingOf(station, meta);
  if (standing === 'repeated') return { state: station };
  const told = { ...station, news: [...station.news, news] };
  return { state: standing === 'live' ? heard(told, meta) : told };
}
