// What operators see of a station's state, connections and variables.
import Type from 'typebox';
import { nullable, paging, strict } from '#kit/http-schemas';
import { wantedAvailability } from './detail-schemas.ts';
import { instant } from './schemas.ts';

const text = nullable(Type.String());
const statuses = [
  'Available',
  'Preparing',
  'Charging',
  'SuspendedEVSE',
  'SuspendedEV',
  'Finishing',
  'Occupied',
  'Reserved',
  'Unavailable',
  'Faulted',
  'Unknown',
] as const;

const connector = Type.Object({
  evseId: Type.Integer({ description: '0: the station itself' }),
  connectorId: Type.Integer({ description: '0: the EVSE itself' }),
  status: Type.String(),
  at: instant,
  errorCode: text,
  info: text,
  vendorId: text,
  vendorErrorCode: text,
});

const boot = Type.Object({
  status: Type.String({ description: 'What we answered: Accepted, Pending or Rejected' }),
  at: instant,
  reason: text,
  vendor: Type.String(),
  model: Type.String(),
  serialNumber: text,
  boxSerialNumber: text,
  firmwareVersion: text,
  iccid: text,
  imsi: text,
  meterType: text,
  meterSerialNumber: text,
  intervalSeconds: Type.Integer({ description: 'Heartbeat interval that we asked for' }),
});

const connectionFields = {
  connectionEpoch: Type.Integer({ description: 'Names the connection; grows with each one of the station' }),
  connectedAt: instant,
  endedAt: nullable(instant),
  endCause: nullable(
    Type.String({
      description: 'closed, timeout, lost, replaced, refused, drained, lease-expired or a reason of ours',
    }),
  ),
  closeCode: nullable(Type.Integer({ description: 'WebSocket close code' })),
  gatewayId: Type.String(),
  subprotocol: Type.String(),
  securityProfile: Type.Integer(),
  remoteAddress: text,
} as const;

export const connection = Type.Object(connectionFields);

export const stationState = Type.Object({
  stationId: Type.String(),
  connected: Type.Boolean(),
  connection: nullable(Type.Object(connectionFields, { description: 'The present connection, else the last one' })),
  lastSeenAt: nullable(
    Type.String({ description: 'Last connect, boot, status or report (heartbeats are not recorded); ISO 8601, UTC' }),
  ),
  boot: nullable(boot),
  connectors: Type.Array(connector, { description: 'Last known status of each; see connected' }),
  availability: Type.Array(wantedAvailability, {
    description: 'What the station agreed to, beside what it reports: for all of it, an EVSE or a connector',
  }),
  localListVersion: nullable(Type.Integer({ description: '0: empty; -1: not supported (1.6); null: never told' })),
  clockOffsetMs: nullable(
    Type.Integer({
      description: "The station's clock less the gateway's, over its last fresh messages; null: unknown",
    }),
  ),
  activeReservations: Type.Integer(),
});

export const stateFilters = Type.Object(
  {
    ...paging,
    connected: Type.Optional(Type.Boolean()),
    status: Type.Optional(Type.Enum([...statuses], { description: 'Stations with a connector of this status' })),
    vendor: Type.Optional(Type.String({ maxLength: 100 })),
    model: Type.Optional(Type.String({ maxLength: 100 })),
  },
  strict,
);

export const variable = Type.Object({
  component: Type.String({ description: 'Empty on 1.6' }),
  componentInstance: text,
  evseId: nullable(Type.Integer()),
  connectorId: nullable(Type.Integer()),
  variable: Type.String({ description: '2.x variable or 1.6 configuration key' }),
  variableInstance: text,
  attribute: Type.String(),
  value: nullable(Type.String({ description: 'null where it is write-only or a secret' })),
  mutability: text,
  persistent: nullable(Type.Boolean()),
  constant: nullable(Type.Boolean()),
  dataType: text,
  unit: text,
  minLimit: text,
  maxLimit: text,
  valuesList: text,
  supportsMonitoring: nullable(Type.Boolean()),
  reportedAt: instant,
});

const name = Type.Optional(Type.String({ maxLength: 100 }));

export const variableFilters = Type.Object(
  { ...paging, component: name, variable: name, evseId: Type.Optional(Type.Integer({ minimum: 0 })), attribute: name },
  strict,
);

export const connectionFilters = Type.Object(
  { ...paging, endCause: Type.Optional(Type.String({ maxLength: 50 })) },
  strict,
);
