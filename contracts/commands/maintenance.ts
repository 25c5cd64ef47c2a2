// Intents about the station as a device: reset, availability, trigger, cache, vendors' own messages.
import Type from 'typebox';
import { anyEvse, connectorId, evseId, fields, hourSeconds, intent, nothing } from './parts.ts';

export const maintenanceIntents = {
  ResetStation: intent({
    lane: 'maintenance',
    reads: false,
    waits: false,
    expirySeconds: 60,
    parameters: fields({
      when: Type.Union([Type.Literal('immediately'), Type.Literal('idle'), Type.Literal('immediatelyAndResume')], {
        description:
          'immediately: 1.6 Hard, 2.x Immediate; idle: 1.6 Soft, 2.x OnIdle; immediatelyAndResume: 2.1, transactions go on',
      }),
      evseId: Type.Optional(evseId),
    }),
  }),
  ChangeAvailability: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: ({ evseId: evse, connectorId: connector }) => `${evse ?? 0}.${connector ?? 0}`,
    expirySeconds: hourSeconds,
    parameters: fields({ evseId: anyEvse, connectorId: Type.Optional(connectorId), operative: Type.Boolean() }),
  }),
  TriggerMessage: intent({
    lane: 'maintenance',
    reads: false,
    waits: false,
    expirySeconds: 30,
    parameters: fields({
      message: Type.Enum([
        'BootNotification',
        'Heartbeat',
        'StatusNotification',
        'MeterValues',
        'TransactionEvent',
        'FirmwareStatusNotification',
        'LogStatusNotification',
        'DiagnosticsStatusNotification',
        'PublishFirmwareStatusNotification',
        'SignChargingStationCertificate',
        'SignV2GCertificate',
        'SignV2G20Certificate',
        'SignCombinedCertificate',
        'CustomTrigger',
      ]),
      evseId: Type.Optional(evseId),
      connectorId: Type.Optional(connectorId),
      customTrigger: Type.Optional(
        Type.String({ minLength: 1, maxLength: 50, description: '2.1, with CustomTrigger' }),
      ),
    }),
  }),
  ClearCache: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: () => '',
    expirySeconds: hourSeconds,
    parameters: nothing,
  }),
  DataTransfer: intent({
    lane: 'maintenance',
    reads: false,
    waits: false,
    expirySeconds: 60,
    parameters: fields({
      vendorId: Type.String({ minLength: 1, maxLength: 255 }),
      messageId: Type.Optional(Type.String({ maxLength: 50 })),
      data: Type.Optional(Type.Unknown({ description: 'On 1.6 text: anything else is sent as its JSON' })),
    }),
  }),
};
