// Events of one station as a gateway would append them, and the fold over them, for the tests of sessions.
import type { ConnectorStatus, Meta, Reading, Records } from '#contracts/generated/types';
import { reportedIdOf, startKeyOf } from '#contracts/keys';
import type { ActiveChange } from '#services/sessions/domain/active';
import type { Emission } from '#services/sessions/domain/emission';
import { sessionsFold, type SessionEvents } from '#services/sessions/domain/fold';
import { namesOf, type Flag } from '#services/sessions/domain/flags';
import { noSessions, type Session, type StationSessions } from '#services/sessions/domain/session';
import { emptyReading } from '#services/gateway/domain/readings';

/** 2026-03-01 12:00 UTC. */
export const noon = Date.UTC(2026, 2, 1, 12);
export const minuteMs = 60_000;

export type SessionEvent = { [T in keyof SessionEvents]: { type: T } & Records[T] }[keyof SessionEvents];

export type Told = {
  readonly state: StationSessions;
  readonly emissions: readonly Emission[];
  /** What gateways are told. */
  readonly active: readonly ActiveChange[];
};

type Place = { evseId?: number | null; connectorId?: number | null };
type When = { at?: number; recordedAt?: number };

/** A station that tells of its transactions; every event is the next one of its connection. */
export class Station {
  readonly tenantId: string;
  readonly stationId: string;
  epoch = 100;
  #seq = 0;
  #messages = 0;

  constructor(stationId = 'CS-1', tenantId = 'acme') {
    this.tenantId = tenantId;
    this.stationId = stationId;
  }

  /** The link was lost: a newer connection takes over. */
  reconnects(): void {
    this.epoch += 100;
    this.#seq = 0;
  }

  /** The event once more, as another message of the present connection. */
  resent<E extends SessionEvent>(event: E): E {
    return {
      ...event,
      meta: this.#meta(event.meta.occurredAt, event.meta.recordedAt, event.meta.ocppVersion ?? '1.6'),
    };
  }

  started16(facts: When & Place & { token?: string; meterStart?: number; timestamp?: string; transactionId?: string }) {
    const at = facts.at ?? noon;
    const { evseId = 1, token = 'aa', meterStart = 1_000, transactionId = '7001' } = facts;
    const startKey = startKeyOf({
      tenantId: this.tenantId,
      stationId: this.stationId,
      connectorId: evseId ?? 0,
      timestamp: facts.timestamp ?? new Date(at).toISOString(),
      meterStart: String(meterStart),
      tokenRef: token,
    });
    return {
      type: 'TransactionStarted' as const,
      ...this.#started(transactionId, facts, '1.6'),
      startKey,
      evseId,
      connectorId: facts.connectorId ?? 1,
      tokenRef: token,
      tokenType: 'Unknown',
      authorization: 'Accepted' as const,
      meterStartMilliWh: meterStart * 1000,
    };
  }

  ended16(facts: When & { transactionId?: string; meterStop?: number; reason?: string; token?: string | null }) {
    const { transactionId = '7001', meterStop = 6_000, reason = 'Local', token = null } = facts;
    return {
      type: 'TransactionEnded' as const,
      ...this.#fact(transactionId, { ...facts, evseId: null, connectorId: null }, '1.6'),
      tokenRef: token,
      meterStopMilliWh: meterStop * 1000,
      reason,
    };
  }

  started2(
    facts: When & Place & { transactionId?: string; seqNo?: number; token?: string | null; remoteStartId?: number },
  ) {
    const { transactionId = 'tx-1', token = 'aa' } = facts;
    return {
      type: 'TransactionStarted' as const,
      ...this.#started(transactionId, facts, '2.0.1'),
      startKey: transactionId,
      seqNo: facts.seqNo ?? 0,
      tokenRef: token,
      tokenType: token === null ? null : 'ISO14443',
      authorization: token === null ? null : ('Accepted' as const),
      remoteStartId: facts.remoteStartId ?? null,
      chargingState: 'EVConnected',
    };
  }

  updated2(
    facts: When &
      Place & { transactionId?: string; seqNo?: number; chargingState?: string; token?: string; trigger?: string },
  ) {
    const { transactionId = 'tx-1' } = facts;
    return {
      type: 'TransactionUpdated' as const,
      ...this.#fact(transactionId, facts, '2.0.1'),
      seqNo: facts.seqNo ?? 1,
      chargingState: facts.chargingState ?? 'Charging',
      tokenRef: facts.token ?? null,
      authorization: facts.token === undefined ? null : ('Accepted' as const),
      triggerReason: facts.trigger ?? 'ChargingStateChanged',
    };
  }

  ended2(facts: When & Place & { transactionId?: string; seqNo?: number; reason?: string }) {
    const { transactionId = 'tx-1' } = facts;
    return {
      type: 'TransactionEnded' as const,
      ...this.#fact(transactionId, facts, '2.0.1'),
      seqNo: facts.seqNo ?? 9,
      meterStopMilliWh: null,
      reason: facts.reason ?? 'EVDisconnected',
    };
  }

  metered(facts: When & Place & { transactionId?: string | null; readings: readonly Partial<Reading>[] }) {
    const { transactionId = '7001', evseId = 1, connectorId = 1 } = facts;
    const at = facts.at ?? facts.readings[0]?.sampledAt ?? noon;
    return {
      type: 'MeterValuesSampled' as const,
      meta: this.#meta(at, facts.recordedAt ?? at, '1.6'),
      transactionId,
      reportedId: reportedIdOf(this.tenantId, this.stationId, transactionId),
      evseId: evseId ?? 0,
      connectorId: connectorId ?? 0,
      offline: null,
      readings: facts.readings.map((reading) => ({
        ...emptyReading(null, 'Sample.Periodic'),
        sampledAt: at,
        ...reading,
      })),
    };
  }

  status16(status: ConnectorStatus, facts: When & Place = {}) {
    const at = facts.at ?? noon;
    return {
      type: 'ConnectorStatusChanged' as const,
      meta: this.#meta(at, facts.recordedAt ?? at, '1.6'),
      evseId: facts.evseId ?? 1,
      connectorId: facts.connectorId ?? 1,
      status,
      errorCode: 'NoError',
      info: null,
      vendorId: null,
      vendorErrorCode: null,
    };
  }

  #started(transactionId: string, facts: When & Place, ocppVersion: string) {
    return {
      ...this.#fact(transactionId, facts, ocppVersion),
      meterStartMilliWh: null as number | null,
      operationMode: null,
      tariffId: null,
      transactionLimitJson: null,
    };
  }

  #fact(transactionId: string, facts: When & Place, ocppVersion: string) {
    const at = facts.at ?? noon;
    return {
      meta: this.#meta(at, facts.recordedAt ?? at, ocppVersion),
      transactionId,
      reportedId: reportedIdOf(this.tenantId, this.stationId, transactionId),
      evseId: facts.evseId === undefined ? 1 : facts.evseId,
      connectorId: facts.connectorId === undefined ? 1 : facts.connectorId,
      tokenRef: null as string | null,
      tokenType: null as string | null,
      authorization: null as 'Accepted' | 'Invalid' | null,
      offline: null,
      seqNo: null as number | null,
      triggerReason: null as string | null,
      chargingState: null as string | null,
      remoteStartId: null as number | null,
      reservationId: null,
      timeSpentChargingSeconds: null,
      numberOfPhasesUsed: null,
      cableMaxCurrentMilliA: null,
    };
  }

  #meta(occurredAt: number | null, recordedAt: number, ocppVersion: string): Meta {
    return {
      eventId: `${this.stationId}-${this.epoch}-${this.#seq}`,
      tenantId: this.tenantId,
      stationId: this.stationId,
      occurredAt,
      recordedAt,
      source: 'station',
      connectionEpoch: this.epoch,
      seq: this.#seq++,
      ocppVersion,
      messageId: `m${this.#messages++}`,
      traceparent: null,
    };
  }
}

/** A register reading in Wh, `minutes` after noon. */
export function register(minutes: number, wh: number, context = 'Sample.Periodic'): Partial<Reading> {
  return { sampledAt: noon + minutes * minuteMs, context, energyImportMilliWh: wh * 1000 };
}

/** Folds events of one station, the first at `offset`. */
export function told(events: readonly SessionEvent[], given: StationSessions = noSessions, offset = 0): Told {
  let state = given;
  const emissions: Emission[] = [];
  const active: ActiveChange[] = [];
  for (const [index, event] of events.entries()) {
    const folded = fold(state, event, offset + index);
    state = folded.state;
    for (const said of folded.emit ?? []) {
      if (said.type === 'ActiveSession') active.push(said);
      else emissions.push(said);
    }
  }
  return { state, emissions, active };
}

export function fold(state: StationSessions, event: SessionEvent, offset: number) {
  const at = { partition: 3, offset };
  switch (event.type) {
    case 'TransactionStarted':
      return sessionsFold.TransactionStarted(state, event, at);
    case 'TransactionUpdated':
      return sessionsFold.TransactionUpdated(state, event, at);
    case 'TransactionEnded':
      return sessionsFold.TransactionEnded(state, event, at);
    case 'MeterValuesSampled':
      return sessionsFold.MeterValuesSampled(state, event, at);
    case 'ConnectorStatusChanged':
      return sessionsFold.ConnectorStatusChanged(state, event, at);
  }
}

/** The one session there is. */
export function only({ state }: Told): Session {
  const [session, ...others] = state.sessions;
  if (session === undefined || others.length > 0)
    throw new Error(`expected one session, found ${state.sessions.length}`);
  return session;
}

export function flags(session: Session | undefined): Flag[] {
  return session === undefined ? [] : namesOf(session.flags);
}

export function spoken({ emissions }: Told): string[] {
  return emissions.map(({ type }) => type);
}
