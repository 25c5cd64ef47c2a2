// What operators see of the facts that stations tell one by one: boots, security events, device events, quirks.
import Type from 'typebox';
import { nullable, paging, strict } from '#kit/http-schemas';
import { instant } from './schemas.ts';

const text = nullable(Type.String());
const whole = nullable(Type.Integer());
const filter = Type.Optional(Type.String({ maxLength: 100 }));

export const pageFilters = Type.Object(paging, strict);

export const bootEntry = Type.Object({
  at: instant,
  status: Type.String({ description: 'What we answered' }),
  reason: text,
  vendor: Type.String(),
  model: Type.String(),
  serialNumber: text,
  firmwareVersion: text,
});

export const securityEvent = Type.Object({
  stationId: Type.String(),
  kind: Type.String({ description: "A name of OCPP's list of security events, or ours" }),
  info: text,
  source: Type.String({ description: 'station, or gateway where it noticed the event itself' }),
  occurredAt: nullable(Type.String({ description: "By the station's clock; ISO 8601, UTC" })),
  recordedAt: instant,
});

export const securityEventFilters = Type.Object({ ...paging, kind: filter, source: filter }, strict);
export const tenantSecurityEventFilters = Type.Object(
  { ...paging, stationId: filter, kind: filter, source: filter },
  strict,
);

export const deviceEvent = Type.Object({
  eventId: Type.Integer({ description: "The station's own number" }),
  occurredAt: nullable(instant),
  recordedAt: instant,
  trigger: Type.String(),
  cause: nullable(Type.Integer({ description: 'eventId of what caused it' })),
  value: Type.String(),
  techCode: text,
  techInfo: text,
  cleared: nullable(Type.Boolean()),
  transactionId: text,
  monitorId: whole,
  notificationType: Type.String(),
  severity: whole,
  component: Type.String(),
  componentInstance: text,
  evseId: whole,
  connectorId: whole,
  variable: Type.String(),
  variableInstance: text,
});

export const quirk = Type.Object({
  vendor: Type.String({ description: 'As its stations say it now; empty: they never booted' }),
  model: Type.String(),
  firmwareVersion: Type.String(),
  action: Type.String(),
  quirk: Type.String(),
  count: Type.Integer(),
  stations: Type.Integer({ description: 'How many have it' }),
  firstAt: instant,
  lastAt: instant,
  lastStationId: Type.String(),
  lastFrame: nullable(Type.String({ description: 'The payload as it came, secrets and driver ids redacted' })),
});

export const quirkFilters = Type.Object(
  {
    ...paging,
    stationId: filter,
    vendor: filter,
    model: filter,
    firmwareVersion: filter,
    action: filter,
    quirk: filter,
  },
  strict,
);
