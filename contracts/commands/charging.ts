// Intents for a driver: start, stop, unlock, reserve, and what concerns a running transaction.
import Type from 'typebox';
import { anyEvse, connectorId, evseId, fields, groupToken, instant, intent, token, transactionId } from './parts.ts';
import { chargingProfile } from './profile.ts';

const reservationId = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });

export const chargingIntents = {
  StartCharging: intent({
    lane: 'driver',
    reads: false,
    waits: false,
    expirySeconds: 30,
    parameters: fields({
      evseId: Type.Optional(evseId),
      token,
      groupToken,
      chargingProfile: Type.Optional(chargingProfile),
    }),
  }),
  StopCharging: intent({
    lane: 'driver',
    reads: false,
    waits: false,
    expirySeconds: 30,
    parameters: fields({ transactionId }),
  }),
  UnlockConnector: intent({
    lane: 'driver',
    reads: false,
    waits: false,
    expirySeconds: 30,
    parameters: fields({ evseId, connectorId: Type.Optional(connectorId) }),
  }),
  ReserveConnector: intent({
    lane: 'driver',
    reads: false,
    waits: false,
    expirySeconds: 30,
    parameters: fields(
      {
        reservationId: Type.Optional(reservationId),
        evseId: anyEvse,
        connectorType: Type.Optional(
          Type.String({ minLength: 1, maxLength: 20, description: '2.x, where no EVSE is named, as cCCS2' }),
        ),
        token,
        groupToken,
        expiresAt: instant,
      },
      'Without a reservationId the command makes one: it is told in the events. On 1.6, no EVSE is connector 0',
    ),
  }),
  CancelReservation: intent({
    lane: 'driver',
    reads: false,
    waits: false,
    expirySeconds: 30,
    parameters: fields({ reservationId }),
  }),
  ReadTransactionStatus: intent({
    lane: 'driver',
    reads: true,
    waits: false,
    expirySeconds: 60,
    parameters: fields(
      { transactionId: Type.Optional(transactionId) },
      '2.x: whether it goes on, and whether messages wait',
    ),
  }),
  TellCost: intent({
    lane: 'driver',
    reads: false,
    waits: false,
    expirySeconds: 60,
    parameters: fields({
      transactionId,
      totalCost: Type.String({
        pattern: '^\\d{1,9}(\\.\\d{1,6})?$',
        description: 'Decimal, taxes included, 2.x CostUpdated',
      }),
    }),
  }),
  UsePriorityCharging: intent({
    lane: 'driver',
    reads: false,
    waits: false,
    expirySeconds: 30,
    parameters: fields({ transactionId, activate: Type.Boolean() }, '2.1'),
  }),
  NotifyWebPaymentStarted: intent({
    lane: 'driver',
    reads: false,
    waits: false,
    expirySeconds: 30,
    parameters: fields(
      { evseId: anyEvse, timeoutSeconds: Type.Integer({ minimum: 0, maximum: 86_400 }) },
      '2.1: somebody pays in a browser; the station waits so long',
    ),
  }),
};
