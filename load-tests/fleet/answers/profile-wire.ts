// Charging profiles as the versions write them, read into the one form that the schedules are computed from.
import type { OCPP16, OCPP21 } from 'typed-ocpp';
import type { Period, Profile, Purpose } from '#load-tests/fleet/answers/charging-schedule';

export type Wire16 = OCPP16.SetChargingProfileRequest['csChargingProfiles'];
export type Wire2 = OCPP21.SetChargingProfileRequest['chargingProfile'];

type Received = { readonly evseId: number; readonly atMs: number };

export const purposes = {
  ChargePointMaxProfile: 'station-max',
  ChargingStationMaxProfile: 'station-max',
  ChargingStationExternalConstraints: 'external',
  TxDefaultProfile: 'tx-default',
  TxProfile: 'tx',
  PriorityCharging: 'priority',
  LocalGeneration: 'local',
} as const satisfies Record<string, Purpose>;

const kinds = { Absolute: 'absolute', Recurring: 'recurring', Relative: 'relative', Dynamic: 'dynamic' } as const;
const recurrences = { Daily: 'daily', Weekly: 'weekly' } as const;
const phasesByDefault = 3;

export function profileOf16(wire: Wire16, received: Received): Profile {
  const { chargingSchedule: schedule } = wire;
  return {
    ...common(wire, received),
    id: wire.chargingProfileId,
    transactionId: wire.transactionId === undefined ? undefined : String(wire.transactionId),
    ...scheduleOf(schedule),
    periods: schedule.chargingSchedulePeriod.map((each) => periodOf(each, each.limit)),
    wire: undefined,
  };
}

/** Of several schedules (K01.FR.34: one per unit or vehicle's choice) the first counts. */
export function profileOf2(wire: Wire2, received: Received): Profile {
  const [schedule] = wire.chargingSchedule;
  const periods = schedule?.chargingSchedulePeriod ?? [];
  return {
    ...common(wire, received),
    id: wire.id,
    transactionId: wire.transactionId,
    ...scheduleOf(schedule),
    periods: periods.map((each) => periodOf(each, each.limit ?? each.setpoint ?? Number.POSITIVE_INFINITY)),
    wire,
  };
}

type Common = Pick<
  Profile,
  'evseId' | 'stackLevel' | 'purpose' | 'kind' | 'recurrence' | 'validFromMs' | 'validToMs' | 'receivedAtMs'
>;

function common(wire: Wire16 | Wire2, received: Received): Common {
  return {
    evseId: received.evseId,
    stackLevel: wire.stackLevel,
    purpose: purposes[wire.chargingProfilePurpose],
    kind: kinds[wire.chargingProfileKind],
    recurrence: wire.recurrencyKind === undefined ? undefined : recurrences[wire.recurrencyKind],
    validFromMs: wire.validFrom === undefined ? Number.NEGATIVE_INFINITY : Date.parse(wire.validFrom),
    validToMs: wire.validTo === undefined ? Number.POSITIVE_INFINITY : Date.parse(wire.validTo),
    receivedAtMs: received.atMs,
  };
}

type Schedule = { readonly startSchedule?: string; readonly duration?: number; readonly chargingRateUnit: 'W' | 'A' };

function scheduleOf(schedule: Schedule | undefined): Pick<Profile, 'startMs' | 'durationMs' | 'unit'> {
  const { startSchedule, duration } = schedule ?? {};
  return {
    startMs: startSchedule === undefined ? undefined : Date.parse(startSchedule),
    durationMs: duration === undefined ? Number.POSITIVE_INFINITY : duration * 1000,
    unit: schedule?.chargingRateUnit ?? 'W',
  };
}

function periodOf(period: { readonly startPeriod: number; readonly numberPhases?: number }, limit: number): Period {
  return { startSeconds: period.startPeriod, limit, phases: period.numberPhases ?? phasesByDefault };
}
