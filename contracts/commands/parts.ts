// What several intents have in common: how a row of the table is written, and the parts of their parameters.
import Type, { type Static, type TProperties, type TSchema } from 'typebox';

/** driver: a person waits at the station, so it overtakes maintenance. */
export type Lane = 'driver' | 'maintenance';

/** One row of the table of intents. */
export type IntentSpec<P extends TSchema = TSchema> = {
  readonly lane: Lane;
  /** Changes nothing at the station: it may be sent a second time where its answer was lost. */
  readonly reads: boolean;
  /** May wait for a station that is not connected until it expires; else it fails at once. */
  readonly waits: boolean;
  /** Of the commands of one intent and key that wait unsent, only the newest is sent. */
  readonly supersedes?: (parameters: Static<P>) => string;
  readonly expirySeconds: number;
  readonly parameters: P;
};

/** A row, with the types of its parameters kept. */
export function intent<P extends TSchema>(spec: IntentSpec<P>): IntentSpec<P> {
  return spec;
}

/** An object without other fields than these. */
export function fields<P extends TProperties>(properties: P, description?: string) {
  return Type.Object(properties, {
    additionalProperties: false,
    ...(description === undefined ? {} : { description }),
  });
}

/** What takes no parameters. */
export const nothing = fields({});

export const evseId = Type.Integer({ minimum: 1, maximum: 1000, description: 'EVSE; on 1.6 the connector number' });
/** An EVSE that may be left out. */
export const anyEvse = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 1000, description: 'EVSE; without it the whole station' }),
);
export const connectorId = Type.Integer({ minimum: 1, maximum: 100, description: 'Connector of the EVSE' });
export const transactionId = Type.String({
  minLength: 1,
  maxLength: 36,
  description: 'As in the session; on 1.6 a number',
});

/** A moment with its zone. */
export const instant = Type.String({
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+-]\\d\\d:\\d\\d)$',
  description: 'ISO 8601 with zone, as 2026-11-26T10:00:00Z',
});

/** A number that a station keeps (profile, message, monitor). */
export const stationNumber = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });

/** A driver's token; shown and kept by its pseudonym alone, but for the seven days of the commands topic. */
export const token = fields({
  uid: Type.String({ minLength: 1, maxLength: 36 }),
  type: Type.String({
    minLength: 1,
    maxLength: 20,
    default: 'Central',
    description: '2.x idToken type; 1.6 tells none',
  }),
});

/** Token of the group that the driver's token belongs to: 1.6 parentIdTag, 2.x groupIdToken. */
export const groupToken = Type.Optional(token);

export const componentName = {
  component: Type.String({ minLength: 1, maxLength: 50 }),
  componentInstance: Type.Optional(Type.String({ maxLength: 50 })),
  evseId: Type.Optional(evseId),
  connectorId: Type.Optional(connectorId),
};

export const location = Type.String({
  minLength: 1,
  maxLength: 512,
  pattern: '^[A-Za-z][A-Za-z0-9+.-]*://',
  description:
    'URL by http, https, ftp, ftps or sftp, as the station knows; one with a password in it is refused (422), as is one to the station itself',
});

export const retries = {
  retries: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
  retryIntervalSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
};

/** PEM text of one certificate or of a chain. */
export function pem(maxLength: number) {
  return Type.String({ minLength: 1, maxLength, description: 'PEM' });
}

const minuteSeconds = 60;
/** How long what may wait for its station waits by default. */
export const hourSeconds = 60 * minuteSeconds;
export const daySeconds = 24 * hourSeconds;
