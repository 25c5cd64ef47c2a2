// Intents about tariffs that a station shows or computes with (2.1 I).
import Type from 'typebox';
import { anyEvse, fields, hourSeconds, intent, transactionId } from './parts.ts';

const tariff = Type.Record(Type.String(), Type.Unknown(), {
  description:
    'OCPP 2.1 TariffType, checked against its schema before it is sent; what we bill comes from our own tariffs',
});

export const tariffIntents = {
  SetDefaultTariff: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: ({ evseId }) => String(evseId ?? 0),
    expirySeconds: hourSeconds,
    parameters: fields({ evseId: anyEvse, tariff }, '2.1'),
  }),
  ReadTariffs: intent({
    lane: 'maintenance',
    reads: true,
    waits: true,
    expirySeconds: hourSeconds,
    parameters: fields({ evseId: anyEvse }, '2.1'),
  }),
  ClearTariffs: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    expirySeconds: hourSeconds,
    parameters: fields(
      {
        tariffIds: Type.Optional(
          Type.Array(Type.String({ minLength: 1, maxLength: 60 }), { minItems: 1, maxItems: 100 }),
        ),
        evseId: anyEvse,
      },
      '2.1; with nothing named, all',
    ),
  }),
  ChangeTransactionTariff: intent({
    lane: 'driver',
    reads: false,
    waits: false,
    expirySeconds: 60,
    parameters: fields({ transactionId, tariff }, '2.1'),
  }),
};
