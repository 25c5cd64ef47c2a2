// Charging profiles, the same shape for every version, and the intents about them.
import Type, { type Static } from 'typebox';
import { anyEvse, fields, hourSeconds, instant, intent, stationNumber, transactionId as transaction } from './parts.ts';

const rate = Type.Number({
  minimum: 0,
  maximum: 10_000_000,
  description: 'In the unit of its schedule; 1.6 takes one decimal. A setting of the station, nothing that is billed',
});

/** Names of OCPP 2.x; 1.6's ChargePointMaxProfile is ChargingStationMaxProfile. The last two are 2.1's. */
export const profilePurposes = [
  'ChargingStationMaxProfile',
  'ChargingStationExternalConstraints',
  'TxDefaultProfile',
  'TxProfile',
  'PriorityCharging',
  'LocalGeneration',
] as const;

const purpose = Type.Enum([...profilePurposes], {
  description: '2.x names; 1.6 knows ChargingStationMaxProfile, TxDefaultProfile, TxProfile; the last two are of 2.1',
});
const stackLevel = Type.Integer({ minimum: 0, maximum: 1000 });
const unit = Type.Enum(['A', 'W'], { description: 'Amperes per phase, or watts over all phases' });

const period = fields({
  startSeconds: Type.Integer({ minimum: 0, maximum: 31_536_000, description: 'From the start of the schedule' }),
  limit: rate,
  phases: Type.Optional(Type.Integer({ minimum: 1, maximum: 3 })),
  phaseToUse: Type.Optional(Type.Integer({ minimum: 1, maximum: 3, description: '2.x' })),
});

const schedule = fields({
  unit,
  startsAt: Type.Optional(instant),
  durationSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 31_536_000 })),
  minRate: Type.Optional(rate),
  periods: Type.Array(period, { minItems: 1, maxItems: 1024 }),
});

/** A charging profile without regard to a version. */
export const chargingProfile = fields({
  profileId: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
  stackLevel,
  purpose,
  kind: Type.Enum(['Absolute', 'Recurring', 'Relative']),
  recurrency: Type.Optional(Type.Enum(['Daily', 'Weekly'])),
  validFrom: Type.Optional(instant),
  validTo: Type.Optional(instant),
  transactionId: Type.Optional(transaction),
  schedules: Type.Array(schedule, {
    minItems: 1,
    maxItems: 3,
    description: 'More than one only where a car negotiates over ISO 15118 (2.x); 1.6 takes one',
  }),
});

export type ChargingProfile = Static<typeof chargingProfile>;

export const profileIntents = {
  SetChargingProfile: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: ({ profile }) => String(profile.profileId),
    expirySeconds: hourSeconds,
    parameters: fields({ evseId: anyEvse, profile: chargingProfile }),
  }),
  ClearChargingProfiles: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: ({ profileId, evseId, purpose: of, stackLevel: level }) =>
      JSON.stringify([profileId, evseId, of, level]),
    expirySeconds: hourSeconds,
    parameters: fields(
      {
        profileId: Type.Optional(stationNumber),
        evseId: anyEvse,
        purpose: Type.Optional(purpose),
        stackLevel: Type.Optional(stackLevel),
      },
      'Those that match everything named; with nothing named, all',
    ),
  }),
  ReadChargingProfiles: intent({
    lane: 'maintenance',
    reads: true,
    waits: true,
    expirySeconds: hourSeconds,
    parameters: fields(
      {
        evseId: anyEvse,
        profileIds: Type.Optional(Type.Array(stationNumber, { minItems: 1, maxItems: 100 })),
        purpose: Type.Optional(purpose),
        stackLevel: Type.Optional(stackLevel),
        sources: Type.Optional(
          Type.Array(Type.Enum(['EMS', 'Other', 'SO', 'CSO']), {
            minItems: 1,
            maxItems: 4,
            description: 'Who set the limit',
          }),
        ),
      },
      '2.x; the station reports in parts',
    ),
  }),
  ReadCompositeSchedule: intent({
    lane: 'maintenance',
    reads: true,
    waits: false,
    expirySeconds: 60,
    parameters: fields({
      evseId: anyEvse,
      durationSeconds: Type.Integer({ minimum: 1, maximum: 31_536_000 }),
      unit: Type.Optional(unit),
    }),
  }),
};
