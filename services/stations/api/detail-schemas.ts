// What operators see of a station beside its live state, by subject.
import Type, { type TSchema } from 'typebox';
import { nullable } from '#kit/http-schemas';
import { instant } from './schemas.ts';

const text = nullable(Type.String());
const whole = nullable(Type.Integer());
const time = nullable(instant);
const evseId = Type.Integer({ description: '0: the station itself' });
const asWritten = (description: string) =>
  Type.Unknown({ description: `${description}, as its OCPP version writes them; null: not told` });

/** All there is; a station holds few of them. */
export const listOf = <S extends TSchema>(item: S) => Type.Object({ items: Type.Array(item) });

/** With the reports of which parts are missing still. */
export const inventoryOf = <S extends TSchema>(item: S) =>
  Type.Object({
    items: Type.Array(item),
    unfinished: Type.Array(
      Type.Object({
        requestId: whole,
        startedAt: instant,
        parts: Type.Array(Type.Integer(), { description: 'Numbers of the parts that came' }),
        entries: Type.Integer(),
      }),
      { description: 'Reports that began and did not end; their entries are not among the items' },
    ),
  });

export const wantedAvailability = Type.Object({
  evseId,
  connectorId: Type.Integer({ description: '0: the EVSE itself' }),
  operative: Type.Boolean(),
  scheduled: Type.Boolean({ description: 'The station waits for the end of its transactions' }),
  at: instant,
});

const jobStatus = Type.Object({ status: Type.String(), at: instant, recordedAt: instant });
const job = {
  requestId: nullable(Type.Integer({ description: 'null where the station names none' })),
  startedAt: instant,
  status: Type.String({ description: 'As OCPP names it' }),
  statuses: Type.Array(jobStatus, { description: 'In the order they count' }),
  detail: text,
};

export const firmwareJob = Type.Object({
  job: Type.String({ description: 'update, publish or unpublish' }),
  ...job,
  retrieveAt: time,
  installAt: time,
  signed: nullable(Type.Boolean()),
  checksum: text,
  locations: Type.Array(Type.String()),
});

export const logJob = Type.Object({ logType: Type.String(), ...job, fileName: text });

export const certificate = Type.Object({
  certificateType: Type.String(),
  hashAlgorithm: text,
  issuerNameHash: text,
  issuerKeyHash: text,
  serialNumber: text,
  child: Type.Boolean({ description: 'Part of the chain of the one before it' }),
  subject: text,
  expiresAt: time,
  reportedAt: instant,
});

export const localList = Type.Object({
  version: nullable(Type.Integer({ description: '0: empty; -1: not supported (1.6); null: never told' })),
  updateType: text,
  reportedAt: time,
});

export const reservation = Type.Object({
  reservationId: Type.Integer(),
  state: Type.String({ description: 'active, used, expired, cancelled, removed, lost or noTransaction' }),
  evseId: nullable(Type.Integer({ description: 'null: any' })),
  connectorType: text,
  expiresAt: time,
  tokenRef: text,
  tokenType: text,
  groupRef: text,
  acceptedAt: time,
  changedAt: instant,
  transactionId: text,
  uncertainSince: nullable(
    Type.String({ description: 'A boot since which the station has not shown that it kept it; ISO 8601, UTC' }),
  ),
});

export const chargingProfile = Type.Object({
  profileId: whole,
  evseId,
  stackLevel: whole,
  purpose: text,
  kind: text,
  recurrency: text,
  transactionId: text,
  validFrom: time,
  validTo: time,
  schedules: asWritten('Charging schedules'),
  more: asWritten('What 2.1 adds'),
  source: nullable(Type.String({ description: 'EMS, Other, SO or CSO' })),
  reportedAt: instant,
});

export const compositeSchedule = Type.Object({
  evseId,
  startsAt: time,
  durationSeconds: whole,
  unit: nullable(Type.String({ description: 'A or W' })),
  periods: asWritten('Periods'),
  reportedAt: instant,
});

export const chargingLimit = Type.Object({
  evseId,
  source: Type.String(),
  isGridCritical: nullable(Type.Boolean()),
  isLocalGeneration: nullable(Type.Boolean()),
  schedules: asWritten('Charging schedules'),
  reportedAt: instant,
});

export const displayMessage = Type.Object({
  messageId: Type.Integer(),
  priority: text,
  state: text,
  startsAt: time,
  endsAt: time,
  transactionId: text,
  format: text,
  language: text,
  content: text,
  component: text,
  evseId: whole,
  extra: asWritten('The content in more languages (2.1)'),
  reportedAt: instant,
});

export const monitor = Type.Object({
  monitorId: whole,
  component: Type.String(),
  componentInstance: text,
  evseId: whole,
  connectorId: whole,
  variable: Type.String(),
  variableInstance: text,
  transaction: nullable(Type.Boolean()),
  value: text,
  type: text,
  severity: nullable(Type.Integer({ description: '0 (danger) to 9 (debug)' })),
  eventNotificationType: text,
  reportedAt: instant,
  alarm: nullable(
    Type.Object({ since: instant, value: Type.String(), severity: whole }, { description: 'null: it is not alarmed' }),
  ),
});
