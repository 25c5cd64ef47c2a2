// Intents about messages on a station's display (2.x O), and about what it knows of a driver (2.x N09, N10).
import Type from 'typebox';
import { certificateHash } from './certificates.ts';
import { evseId, fields, hourSeconds, instant, intent, stationNumber, token, transactionId } from './parts.ts';

const priority = Type.Enum(['AlwaysFront', 'InFront', 'NormalCycle']);
const state = Type.Enum(['Charging', 'Faulted', 'Idle', 'Unavailable', 'Suspended', 'Discharging'], {
  description: 'The last two are of 2.1',
});

export const displayIntents = {
  ShowMessage: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: ({ messageId }) => String(messageId),
    expirySeconds: hourSeconds,
    parameters: fields(
      {
        messageId: stationNumber,
        priority,
        state: Type.Optional(state),
        from: Type.Optional(instant),
        until: Type.Optional(instant),
        transactionId: Type.Optional(transactionId),
        format: Type.Enum(['ASCII', 'HTML', 'URI', 'UTF8', 'QRCODE'], { description: 'QRCODE: 2.1' }),
        language: Type.Optional(Type.String({ minLength: 2, maxLength: 8 })),
        content: Type.String({ minLength: 1, maxLength: 1024, description: '512 characters on 2.0.1' }),
        display: Type.Optional(
          fields({ component: Type.String({ minLength: 1, maxLength: 50 }), evseId: Type.Optional(evseId) }),
        ),
      },
      '2.x',
    ),
  }),
  ReadMessages: intent({
    lane: 'maintenance',
    reads: true,
    waits: true,
    expirySeconds: hourSeconds,
    parameters: fields(
      {
        messageIds: Type.Optional(Type.Array(stationNumber, { minItems: 1, maxItems: 100 })),
        priority: Type.Optional(priority),
        state: Type.Optional(state),
      },
      '2.x; the station reports in parts',
    ),
  }),
  ClearMessage: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: ({ messageId }) => String(messageId),
    expirySeconds: hourSeconds,
    parameters: fields({ messageId: stationNumber }, '2.x'),
  }),
  CustomerInformation: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    expirySeconds: hourSeconds,
    parameters: fields(
      {
        report: Type.Boolean({ description: 'The station tells what it knows, in parts' }),
        clear: Type.Boolean({ description: 'The station forgets it' }),
        token: Type.Optional(token),
        customerIdentifier: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
        certificate: Type.Optional(certificateHash),
      },
      '2.x; names the driver by one of the three',
    ),
  }),
};
