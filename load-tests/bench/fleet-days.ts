// The meter values of a fleet over some days, seeded: what its gateways would have appended, in order of arrival.
// One station in five is DC (a reading every 30 s), the others AC (60 s, one or three phases). Registers count whole Wh,
// power tenths of a W with 0.3 % noise, currents hundredths of an A, voltages tenths of a V. 70 % of the clocks give whole
// seconds, a tenth of these a second off; the others 0 to 400 ms. One session in a hundred arrives hours late.
import { encodeRecord } from '#contracts/codec';
import type { MeterValuesSampled, Reading } from '#contracts/generated/types';
import { partitionOf, reportedIdOf, stationKey } from '#contracts/keys';
import type { LogRecord } from '#kit/event-log/types';
import { Random } from '#load-tests/fleet/random';

export type FleetDays = {
  /** Records of each partition, offsets from 0. */
  readonly partitions: readonly (readonly LogRecord[])[];
  readonly readings: number;
  readonly samples: number;
  /** Sum of all registers, as the audit compares it. */
  readonly energyMilliWhSum: bigint;
  readonly sessions: number;
  /** A station and transaction with a long curve. */
  readonly example: { readonly stationId: string; readonly reportedId: Buffer };
};

export type FleetDaysOptions = { readonly stations: number; readonly days: number; readonly partitions: number };

const tenantId = 'default';
const startMs = Date.UTC(2026, 2, 2);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const sessionsPerDay = 3.2;

/** A station's meter: what it shows, and how its clock goes. */
export type MeteredStation = {
  readonly id: string;
  readonly random: Random;
  readonly kind: 'dc' | 'ac1' | 'ac3';
  readonly clock: 'seconds' | 'jittered' | 'millis';
  readonly gridDeciVolts: number[];
  /** Whole Wh. */
  register: number;
  seq: number;
};

type Timed = { readonly recordedAt: number; readonly key: string; readonly value: Buffer };

type Totals = { readings: number; samples: number; energyMilliWhSum: bigint; sessions: number };

export function fleetDays({ stations, days, partitions }: FleetDaysOptions): FleetDays {
  const timed = Array.from({ length: partitions }, (): Timed[] => []);
  const totals: Totals = { readings: 0, samples: 0, energyMilliWhSum: 0n, sessions: 0 };
  let example: FleetDays['example'] = { stationId: '', reportedId: Buffer.alloc(16) };
  for (let n = 0; n < stations; n += 1) {
    const station = meteredStation(n);
    const key = stationKey(tenantId, station.id);
    const into = timed[partitionOf(key, partitions)] ?? [];
    let at = startMs + station.random.next() * 8 * hourMs;
    for (let session = 0; at < startMs + days * dayMs; session += 1) {
      const transactionId = `${n}-${session}`;
      const reportedId = reportedIdOf(tenantId, station.id, transactionId);
      if (n === 0 && session === 0) example = { stationId: station.id, reportedId };
      at = addSession(station, { at, transactionId, reportedId, key }, into, totals);
      at += station.random.exponential((dayMs / sessionsPerDay) * 0.7);
    }
  }
  return { ...totals, partitions: timed.map(inOrder), example };
}

export function meteredStation(n: number): MeteredStation {
  const random = new Random(`fleet-days-${n}`);
  const kind = random.chance(0.2) ? 'dc' : random.chance(0.3) ? 'ac1' : 'ac3';
  const clock = random.chance(0.3) ? 'millis' : random.chance(0.1) ? 'jittered' : 'seconds';
  return {
    id: `CS-${String(n).padStart(6, '0')}`,
    random,
    kind,
    clock,
    gridDeciVolts: [2_300, 2_300, 2_300],
    register: random.integer(10_000, 50_000_000),
    seq: random.integer(0, 5_000),
  };
}

type SessionStart = {
  readonly at: number;
  readonly transactionId: string;
  readonly reportedId: Buffer;
  readonly key: string;
};

/** Adds a session's events; returns when it ended. */
function addSession(station: MeteredStation, start: SessionStart, into: Timed[], totals: Totals): number {
  const { random, kind } = station;
  const stepMs = kind === 'dc' ? 30_000 : 60_000;
  const readings = Math.max(3, Math.round(random.exponential(kind === 'dc' ? 60 : 155)));
  const peakW = kind === 'dc' ? random.integer(40_000, 150_000) : kind === 'ac3' ? 11_000 : 7_360;
  const lateMs = random.chance(0.01) ? random.integer(1, 12) * hourMs : 0;
  let energyWh = station.register;
  totals.sessions += 1;
  station.seq += 3;
  for (let n = 0; n < readings; n += 1) {
    const progress = n / readings;
    const powerW = peakW * (progress > 0.8 ? 1 - (progress - 0.8) * 4 : 1) * (1 + (random.next() - 0.5) * 0.006);
    energyWh += (powerW * stepMs) / hourMs;
    const sampledAt = clockOf(station, start.at + n * stepMs);
    const reading = readingOf(station, { sampledAt, powerW, energyWh, progress, isLast: n === readings - 1 });
    station.seq += 1;
    const recordedAt = Math.round(start.at + n * stepMs + 150 + random.exponential(250) + lateMs);
    const value = encodeRecord('MeterValuesSampled', eventOf(station, start, recordedAt, reading));
    into.push({ recordedAt, key: start.key, value });
    totals.readings += 1;
    totals.samples += samplesPerReading[kind];
    totals.energyMilliWhSum += BigInt(reading.energyImportMilliWh ?? 0);
  }
  station.register = Math.floor(energyWh);
  return start.at + readings * stepMs;
}

/** What the station's clock says at that instant. */
export function clockOf({ clock, random }: MeteredStation, at: number): number {
  const whole = Math.floor(at / 1000) * 1000;
  if (clock === 'seconds') return whole;
  if (clock === 'jittered') return whole + random.integer(0, 1) * 1000;
  return whole + random.integer(0, 400);
}

export type Sampling = {
  readonly sampledAt: number;
  readonly powerW: number;
  readonly energyWh: number;
  readonly progress: number;
  readonly isLast: boolean;
};

export function readingOf(
  station: MeteredStation,
  { sampledAt, powerW, energyWh, progress, isLast }: Sampling,
): Reading {
  const { kind, random } = station;
  const phases = kind === 'ac3' ? 3 : kind === 'ac1' ? 1 : 0;
  const [v1, v2, v3] = gridOf(station);
  const dcVolts = 3_600 + Math.round(progress * 500) + random.integer(-3, 3);
  const currentMilliA = (deciVolts: number): number =>
    Math.round((powerW * 10 * 100 * (1 + (random.next() - 0.5) * 0.004)) / deciVolts / (phases || 1)) * 10;
  return {
    sampledAt,
    context: isLast ? 'Transaction.End' : 'Sample.Periodic',
    energyImportMilliWh: Math.floor(energyWh) * 1000,
    energyExportMilliWh: null,
    powerImportMilliW: Math.round(powerW * 10) * 100,
    powerExportMilliW: null,
    powerOfferedMilliW: null,
    currentOfferedMilliA: null,
    currentMilliA: phases === 0 ? currentMilliA(dcVolts) : null,
    currentL1MilliA: phases > 0 ? currentMilliA(v1) : null,
    currentL2MilliA: phases === 3 ? currentMilliA(v2) : null,
    currentL3MilliA: phases === 3 ? currentMilliA(v3) : null,
    voltageL1MilliV: (phases === 0 ? dcVolts : v1) * 100,
    voltageL2MilliV: phases === 3 ? v2 * 100 : null,
    voltageL3MilliV: phases === 3 ? v3 * 100 : null,
    socDeciPercent: phases === 0 ? Math.round((0.1 + progress * 0.8) * 100) * 10 : null,
    others: [],
  };
}

/** Phase voltages in tenths: they wander by up to a volt a reading, and come back. */
function gridOf({ random, gridDeciVolts }: MeteredStation): readonly [number, number, number] {
  for (const [phase, deciVolts] of gridDeciVolts.entries()) {
    gridDeciVolts[phase] = deciVolts + random.integer(-10, 10) + Math.round((2_300 - deciVolts) / 20);
  }
  const [v1 = 0, v2 = 0, v3 = 0] = gridDeciVolts;
  return [v1, v2, v3];
}

/** DC tells energy, power, current, voltage and state of charge; AC energy, power, and current and voltage of its phases. */
const samplesPerReading = { dc: 5, ac1: 4, ac3: 8 } as const;

function eventOf(
  station: MeteredStation,
  start: SessionStart,
  recordedAt: number,
  reading: Reading,
): MeterValuesSampled {
  return {
    meta: {
      eventId: `gw-1/${station.id}/${station.seq}`,
      tenantId,
      stationId: station.id,
      occurredAt: reading.sampledAt,
      recordedAt,
      source: 'station',
      connectionEpoch: 1_000_000,
      seq: station.seq,
      ocppVersion: '1.6',
      messageId: String(station.seq),
      traceparent: null,
    },
    transactionId: start.transactionId,
    reportedId: start.reportedId,
    evseId: 1,
    connectorId: 1,
    offline: null,
    readings: [reading],
  };
}

function inOrder(timed: readonly Timed[]): readonly LogRecord[] {
  return timed
    .toSorted((a, b) => a.recordedAt - b.recordedAt)
    .map(({ recordedAt, key, value }, offset) => ({
      offset,
      timestampMs: recordedAt,
      key,
      type: 'MeterValuesSampled',
      value,
    }));
}
