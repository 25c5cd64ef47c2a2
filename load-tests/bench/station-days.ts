// A fleet's whole log over some days, seeded: connections, boots, statuses, transactions and their meter values, as its
// gateways would have appended them. Every second station speaks 2.0.1; meters are those of fleet-days.ts. A station is
// connected anew about once a day; one session in a hundred was charged offline and arrives hours late, one in ten was
// reserved. What else a managed fleet tells is in station-details.ts. No heartbeats: they are no facts.
import { encodeRecord, type AnyRecord } from '#contracts/codec';
import type { Meta, Records } from '#contracts/generated/types';
import { partitionOf, reportedIdOf, startKeyOf, stationKey, transactionIdOf } from '#contracts/keys';
import type { LogRecord } from '#kit/event-log/types';
import {
  bootOf,
  factsOfBoot,
  factsOfDay,
  factsOfSession,
  statusFact,
  reserved,
  type Fact,
  type Later,
} from '#load-tests/bench/station-details';
import { Random } from '#load-tests/fleet/random';
import { clockOf, meteredStation, readingOf, type MeteredStation } from '#load-tests/bench/fleet-days';
import { emptyTransaction, type KnownTransaction } from '#services/gateway/domain/transaction';

export type StationDaysOptions = { readonly stations: number; readonly days: number; readonly partitions: number };

const tenantId = 'default';
const startMs = Date.UTC(2026, 2, 2);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const sessionsPerDay = 3.2;
const tokens = 500;
const reservedShare = 0.1;

/** The same readings in an event may come at one instant: a call's events stay in the order in which they were told. */
type Told = Fact & { readonly station: StationLog; readonly recordedAt: number; readonly occurredAt: number | null };
type EventType = Extract<AnyRecord, { meta: Meta }>['type'];

type StationLog = {
  readonly meter: MeteredStation;
  readonly key: string;
  readonly version: '1.6' | '2.0.1';
  /** Draws of what is beside the transactions: those of the meter stay what they are. */
  readonly random: Random;
  readonly told: Told[];
  epoch: number | null;
  seq: number;
};

/** Records of one partition after the other, offsets from 0; a partition's are in memory only while it is handed out. */
export function* stationDays({ stations, days, partitions }: StationDaysOptions): Generator<readonly LogRecord[]> {
  const numbers = Array.from({ length: partitions }, (): number[] => []);
  for (let n = 0; n < stations; n += 1) numbers[partitionOf(keyOf(n), partitions)]?.push(n);
  for (const ofPartition of numbers) {
    const told = ofPartition.flatMap((n) => lifeOf(n, days));
    yield told.toSorted((a, b) => a.recordedAt - b.recordedAt).map(recordOf);
  }
}

function keyOf(n: number): string {
  return stationKey(tenantId, meteredStation(n).id);
}

function lifeOf(n: number, days: number): readonly Told[] {
  const meter = meteredStation(n);
  const key = stationKey(tenantId, meter.id);
  const station: StationLog = {
    meter,
    key,
    version: n % 2 === 0 ? '1.6' : '2.0.1',
    random: new Random(`details ${meter.id}`),
    told: [],
    epoch: null,
    seq: 0,
  };
  const endMs = startMs + days * dayMs;
  let connectedAt = startMs - meter.random.next() * hourMs;
  connect(station, connectedAt, true);
  let at = startMs + meter.random.next() * 8 * hourMs;
  while (at < endMs) {
    at = charge(station, at);
    // A connection is lost between two sessions, where it is lost.
    if (at - connectedAt > meter.random.exponential(dayMs)) {
      connectedAt = at + 30_000;
      connect(station, connectedAt, meter.random.chance(0.2));
    }
    at += 60_000 + meter.random.exponential((dayMs / sessionsPerDay) * 0.7);
  }
  return station.told;
}

function tell(station: StationLog, recordedAt: number, occurredAt: number | null, fact: Fact): void {
  station.told.push({ ...fact, station, recordedAt: Math.round(recordedAt), occurredAt });
}

function connect(station: StationLog, at: number, boots: boolean): void {
  const { random } = station.meter;
  if (station.told.length > 0)
    tell(station, at - 20_000, null, { type: 'StationDisconnected', content: { cause: 'closed', closeCode: 1006 } });
  tell(station, at, null, {
    type: 'StationConnected',
    content: {
      gatewayId: `gw-${random.integer(1, 4)}`,
      subprotocol: station.version === '1.6' ? 'ocpp1.6' : 'ocpp2.0.1',
      securityProfile: 2,
      remoteAddress: `10.1.${random.integer(0, 255)}.${random.integer(1, 254)}`,
    },
  });
  if (boots) tell(station, at + 300, null, { type: 'StationBooted', content: bootOf(station.meter) });
  status(station, at + 500, 'Available');
  if (boots) tellLater(station, at, factsOfBoot(deviceOf(station)));
  tellLater(station, at, factsOfDay(deviceOf(station)));
}

function tellLater(station: StationLog, from: number, facts: readonly Later[]): void {
  for (const { afterMs, fact } of facts) tell(station, from + afterMs, null, fact);
}

function deviceOf({ meter, version, random }: StationLog) {
  return { id: meter.id, is16: version === '1.6', random };
}

function status(station: StationLog, at: number, name: Records['ConnectorStatusChanged']['status']): void {
  tell(station, at, clockOf(station.meter, at), statusFact(name, station.version === '1.6'));
}

/** Adds a session; returns when the connector was free again. */
function charge(station: StationLog, at: number): number {
  const { meter, version } = station;
  const { random, kind } = meter;
  const stepMs = kind === 'dc' ? 30_000 : 60_000;
  const readings = Math.max(3, Math.round(random.exponential(kind === 'dc' ? 60 : 155)));
  const peakW = kind === 'dc' ? random.integer(40_000, 150_000) : kind === 'ac3' ? 11_000 : 7_360;
  const lateMs = random.chance(0.01) ? random.integer(1, 12) * hourMs : 0;
  const session = sessionOf(station, at);
  const endAt = at + readings * stepMs;
  status(station, at - 20_000, version === '1.6' ? 'Preparing' : 'Occupied');
  begin(station, session, lateMs);
  const { transactionId } = session.known;
  const durationMs = readings * stepMs;
  if (lateMs === 0) tellLater(station, at, factsOfSession(deviceOf(station), { transactionId, durationMs }));
  let energyWh = meter.register;
  for (let n = 0; n < readings; n += 1) {
    const progress = n / readings;
    const powerW = peakW * (progress > 0.8 ? 1 - (progress - 0.8) * 4 : 1) * (1 + (random.next() - 0.5) * 0.006);
    energyWh += (powerW * stepMs) / hourMs;
    const isLast = n === readings - 1;
    sample(station, session, { atMs: at + (n + 1) * stepMs, powerW, energyWh, progress, isLast, lateMs });
  }
  meter.register = Math.floor(energyWh);
  end(station, session, { endAt, lateMs });
  status(station, endAt + lateMs + 10_000, 'Available');
  return endAt + lateMs + 30_000;
}

type SessionOf = {
  readonly known: KnownTransaction;
  readonly startKey: string;
  readonly tokenRef: string;
  readonly startedAt: number;
  readonly reservationId: number | null;
  seqNo: number;
};

function sessionOf(station: StationLog, at: number): SessionOf {
  const { meter, version, random } = station;
  const startedAt = clockOf(meter, at);
  const tokenRef = meter.random.integer(0, tokens).toString(16).padStart(32, '0');
  const start = {
    tenantId,
    stationId: meter.id,
    connectorId: 1,
    timestamp: new Date(startedAt).toISOString(),
    meterStart: String(meter.register),
    tokenRef,
  };
  const transactionId = version === '1.6' ? String(transactionIdOf(start)) : `${meter.id}-${startedAt}`;
  const reportedId = reportedIdOf(tenantId, meter.id, transactionId);
  const known = { transactionId, reportedId, evseId: 1, connectorId: 1 };
  const reservationId = random.chance(reservedShare) ? random.integer(1, 2 ** 30) : null;
  if (reservationId !== null)
    tell(station, at - 15 * 60_000, null, reserved(reservationId, tokenRef, Math.round(at) + hourMs));
  const startKey = version === '1.6' ? startKeyOf(start) : transactionId;
  return { known, startKey, tokenRef, startedAt, reservationId, seqNo: 0 };
}

function begin(station: StationLog, session: SessionOf, lateMs: number): void {
  const { known, startKey, tokenRef, startedAt } = session;
  const is16 = station.version === '1.6';
  const recordedAt = startedAt + 400 + lateMs;
  tell(station, recordedAt, startedAt, {
    type: 'AuthorizationDecided',
    content: {
      tokenRef,
      tokenType: 'ISO14443',
      status: 'Accepted',
      purpose: 'start',
      decidedBy: 'registry',
      evseId: 1,
      transactionId: known.transactionId,
      groupRef: null,
    },
  });
  tell(station, recordedAt, startedAt, {
    type: 'TransactionStarted',
    content: {
      startKey,
      ...emptyTransaction(known),
      tokenRef,
      tokenType: 'ISO14443',
      authorization: 'Accepted',
      ...(is16 ? {} : { seqNo: session.seqNo++, triggerReason: 'Authorized', chargingState: 'Charging' }),
      reservationId: session.reservationId,
      meterStartMilliWh: is16 ? station.meter.register * 1000 : null,
      operationMode: null,
      tariffId: null,
      transactionLimitJson: null,
    },
  });
  status(station, recordedAt + 1_500, is16 ? 'Charging' : 'Occupied');
}

type Sample = {
  readonly atMs: number;
  readonly powerW: number;
  readonly energyWh: number;
  readonly progress: number;
  readonly isLast: boolean;
  readonly lateMs: number;
};

/** 1.6 sends MeterValues; 2.0.1 a TransactionEvent of which a transaction fact and the readings are made. */
function sample(station: StationLog, session: SessionOf, { atMs, lateMs, ...sampling }: Sample): void {
  const { meter, version } = station;
  const sampledAt = clockOf(meter, atMs);
  const recordedAt = atMs + lateMs + 150 + (lateMs > 0 ? 0 : meter.random.exponential(250));
  const readings: Fact<'MeterValuesSampled'> = {
    type: 'MeterValuesSampled',
    content: {
      transactionId: session.known.transactionId,
      reportedId: session.known.reportedId,
      evseId: 1,
      connectorId: 1,
      offline: version === '1.6' ? null : lateMs > 0,
      readings: [readingOf(meter, { ...sampling, sampledAt })],
    },
  };
  if (version === '2.0.1' && !sampling.isLast) {
    tell(station, recordedAt, sampledAt, {
      type: 'TransactionUpdated',
      content: {
        ...emptyTransaction(session.known),
        offline: lateMs > 0,
        seqNo: session.seqNo++,
        triggerReason: 'MeterValuePeriodic',
        chargingState: 'Charging',
      },
    });
  }
  tell(station, recordedAt, sampledAt, readings);
}

function end(station: StationLog, session: SessionOf, { endAt, lateMs }: { endAt: number; lateMs: number }): void {
  const is16 = station.version === '1.6';
  tell(station, endAt + lateMs + 3_000, clockOf(station.meter, endAt + 500), {
    type: 'TransactionEnded',
    content: {
      ...emptyTransaction(session.known),
      tokenRef: is16 ? session.tokenRef : null,
      ...(is16 ? {} : { seqNo: session.seqNo++, triggerReason: 'EVDeparted', chargingState: 'EVConnected' }),
      meterStopMilliWh: is16 ? station.meter.register * 1000 : null,
      reason: is16 ? 'Local' : 'EVDisconnected',
    },
  });
}

function recordOf(told: Told, offset: number): LogRecord {
  const { station, type, recordedAt, content } = told;
  if (type === 'StationConnected') station.seq = 0;
  const meta = metaOf(told, offset);
  if (type === 'StationConnected') station.epoch = offset;
  const value = encodeRecord(type as EventType, { meta, ...content } as Records[EventType]);
  return { offset, timestampMs: recordedAt, key: station.key, type, value };
}

function metaOf({ station, type, recordedAt, occurredAt }: Told, offset: number): Meta {
  const isConnect = type === 'StationConnected';
  return {
    eventId: `gw-1/${station.meter.id}/${offset}`,
    tenantId,
    stationId: station.meter.id,
    occurredAt,
    recordedAt,
    source: isConnect || type === 'StationDisconnected' ? 'gateway' : 'station',
    connectionEpoch: isConnect ? null : station.epoch,
    seq: isConnect ? null : station.seq++,
    ocppVersion: station.version,
    messageId: isConnect || type === 'StationDisconnected' ? null : `m-${offset}`,
    traceparent: null,
  };
}
