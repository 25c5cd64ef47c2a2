// What operators can want of a station, the same for every OCPP version: one table for API, log and gateway.
import Type, { type Static } from 'typebox';

const evseId = Type.Integer({ minimum: 1, maximum: 1000, description: 'EVSE; on 1.6 the connector number' });
const connectorId = Type.Integer({ minimum: 1, maximum: 100, description: 'Connector of the EVSE' });

const variableName = {
  component: Type.Optional(Type.String({ maxLength: 50, description: '2.x component; ignored by 1.6' })),
  componentInstance: Type.Optional(Type.String({ maxLength: 50 })),
  evseId: Type.Optional(evseId),
  connectorId: Type.Optional(connectorId),
  variable: Type.String({ minLength: 1, maxLength: 50, description: '2.x variable or 1.6 configuration key' }),
  variableInstance: Type.Optional(Type.String({ maxLength: 50 })),
  attribute: Type.Optional(
    Type.Union([Type.Literal('Actual'), Type.Literal('Target'), Type.Literal('MinSet'), Type.Literal('MaxSet')]),
  ),
};

/**
 * Every intent: its lane (driver's commands go before maintenance), whether it only reads (and may be sent a second time
 * where its answer was lost), how long it may wait for the station, its parameters.
 */
export const intents = {
  StartCharging: {
    lane: 'driver',
    reads: false,
    expirySeconds: 30,
    parameters: Type.Object(
      {
        evseId: Type.Optional(evseId),
        token: Type.Object({
          uid: Type.String({ minLength: 1, maxLength: 36 }),
          type: Type.String({
            minLength: 1,
            maxLength: 20,
            default: 'Central',
            description: '2.x idToken type; 1.6 tells none',
          }),
        }),
      },
      { additionalProperties: false },
    ),
  },
  StopCharging: {
    lane: 'driver',
    reads: false,
    expirySeconds: 30,
    parameters: Type.Object(
      {
        transactionId: Type.String({ minLength: 1, maxLength: 36, description: 'As in the session; on 1.6 a number' }),
      },
      { additionalProperties: false },
    ),
  },
  UnlockConnector: {
    lane: 'driver',
    reads: false,
    expirySeconds: 30,
    parameters: Type.Object({ evseId, connectorId: Type.Optional(connectorId) }, { additionalProperties: false }),
  },
  ResetStation: {
    lane: 'maintenance',
    reads: false,
    expirySeconds: 60,
    parameters: Type.Object(
      {
        when: Type.Union([Type.Literal('immediately'), Type.Literal('idle')], {
          description: 'immediately: 1.6 Hard, 2.x Immediate; idle: 1.6 Soft, 2.x OnIdle',
        }),
        evseId: Type.Optional(evseId),
      },
      { additionalProperties: false },
    ),
  },
  ReadConfiguration: {
    lane: 'maintenance',
    reads: true,
    expirySeconds: 120,
    parameters: Type.Object(
      {
        variables: Type.Optional(
          Type.Array(Type.Object(variableName, { additionalProperties: false }), { minItems: 1, maxItems: 50 }),
        ),
      },
      {
        additionalProperties: false,
        description: 'Without variables: all of them (1.6 GetConfiguration, 2.x full base report)',
      },
    ),
  },
  WriteConfiguration: {
    lane: 'maintenance',
    reads: false,
    expirySeconds: 120,
    parameters: Type.Object(
      {
        variables: Type.Array(
          Type.Object({ ...variableName, value: Type.String({ maxLength: 2500 }) }, { additionalProperties: false }),
          {
            minItems: 1,
            maxItems: 20,
            description: 'On 1.6 one ChangeConfiguration each, in order, ending at the first refusal',
          },
        ),
      },
      { additionalProperties: false },
    ),
  },
  TriggerMessage: {
    lane: 'maintenance',
    reads: false,
    expirySeconds: 30,
    parameters: Type.Object(
      {
        message: Type.Enum([
          'BootNotification',
          'Heartbeat',
          'StatusNotification',
          'MeterValues',
          'TransactionEvent',
          'FirmwareStatusNotification',
          'LogStatusNotification',
          'DiagnosticsStatusNotification',
          'SignChargingStationCertificate',
        ]),
        evseId: Type.Optional(evseId),
        connectorId: Type.Optional(connectorId),
      },
      { additionalProperties: false },
    ),
  },
} as const;

export type Intent = keyof typeof intents;
export type IntentParameters<I extends Intent = Intent> = Static<(typeof intents)[I]['parameters']>;

/** An intent with its parameters. */
export type Wanted = { [I in Intent]: { readonly intent: I; readonly parameters: IntentParameters<I> } }[Intent];

export function isIntent(name: string): name is Intent {
  return Object.hasOwn(intents, name);
}

/** Whether a command of this intent, known or not, changes nothing at the station: sent twice it does no harm. */
export function onlyReads(intent: string): boolean {
  return isIntent(intent) && intents[intent].reads;
}
