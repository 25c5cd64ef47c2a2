// What the platform has acknowledged, kept by the stations' side as JSON lines: the truth that the audit compares with.
import { closeSync, openSync, writeSync } from 'node:fs';
import type { StationIdentity } from '#load-tests/fleet/identities';
import { sessionKeyOf, type TransactionMessage } from '#load-tests/fleet/transaction';

type StartLine = {
  key: string;
  stationId: string;
  version: string;
  evseId: number;
  startedAtMs: number;
  meterStartMilliWh: number;
  /** Its station tells other registers than it has: nothing is known of what it sends. */
  lies?: true;
};
type EndLine = { key: string; endedAtMs: number; meterStopMilliWh: number };

/** One line of the file. Offered: sent at least once, so that the platform may know it; acknowledged: it must know it. */
export type ModelLine =
  | { kind: 'run'; atMs: number; seed: string }
  | ({ kind: 'start-offered'; transactionId: string | null } & StartLine)
  | { kind: 'start-acknowledged'; key: string; transactionId: string | null }
  | ({ kind: 'end-offered' } & EndLine)
  | { kind: 'end-acknowledged'; key: string }
  | { kind: 'readings-acknowledged'; key: string; readings: number }
  /** Messages between start and end, by their timestamps, which no two messages of a station share. */
  | { kind: 'facts-acknowledged'; key: string; atMs: readonly number[] }
  | { kind: 'dropped'; key: string; what: TransactionMessage['kind'] };

/** What stations tell their model. `transactionId` is the platform's answer in 1.6. */
export type Model = {
  /** @param lies the station tells other registers than it has. */
  offered(station: StationIdentity, message: TransactionMessage, lies?: boolean): void;
  acknowledged(station: StationIdentity, message: TransactionMessage): void;
  dropped(station: StationIdentity, message: TransactionMessage): void;
  close(): void;
};

/** For runs that nobody audits. */
export const noModel: Model = { offered() {}, acknowledged() {}, dropped() {}, close() {} };

const readingsFlushMs = 1000;

/**
 * Appends to a file. Starts and ends are written before the next step (a kill -9 of the fleet loses none); readings are
 * counted and written once a second, so that a load run is not slowed by its own bookkeeping.
 */
export function fileModel(path: string, run: { seed: string; atMs: number }): Model {
  const file = openSync(path, 'a');
  const model = modelTo((line) => writeSync(file, line));
  model.write({ kind: 'run', atMs: run.atMs, seed: run.seed });
  const timer = setInterval(() => model.flush(), readingsFlushMs);
  return {
    ...model,
    close() {
      clearInterval(timer);
      model.flush();
      closeSync(file);
    },
  };
}

export type LineModel = Model & { write(line: ModelLine): void; flush(): void };

/** The same over any sink of lines. */
export function modelTo(append: (line: string) => void): LineModel {
  const readings = new Map<string, number>();
  const fresh = new Set<string>();
  const facts = new Map<string, number[]>();
  const offeredOnce = new WeakSet<TransactionMessage>();
  const write = (line: ModelLine): void => append(`${JSON.stringify(line)}\n`);
  const flush = (): void => {
    for (const key of fresh) write({ kind: 'readings-acknowledged', key, readings: readings.get(key) ?? 0 });
    fresh.clear();
    for (const [key, atMs] of facts) write({ kind: 'facts-acknowledged', key, atMs });
    facts.clear();
  };
  return {
    write,
    flush,
    offered(station, message, lies = false) {
      if (offeredOnce.has(message)) return;
      offeredOnce.add(message);
      const line = offeredLine(station, message, lies);
      if (line !== undefined) write(line);
    },
    acknowledged(station, message) {
      const key = sessionKeyOf(station.stationId, message.session);
      if (message.kind === 'started')
        write({ kind: 'start-acknowledged', key, transactionId: message.session.transactionId ?? null });
      if (message.kind !== 'started' && message.kind !== 'ended') {
        const atMs = facts.get(key);
        if (atMs === undefined) facts.set(key, [message.atMs]);
        else atMs.push(message.atMs);
      }
      if (message.kind === 'metered') {
        readings.set(key, (readings.get(key) ?? 0) + 1);
        fresh.add(key);
      }
      if (message.kind !== 'ended') return;
      if (fresh.delete(key)) write({ kind: 'readings-acknowledged', key, readings: readings.get(key) ?? 0 });
      readings.delete(key);
      write({ kind: 'end-acknowledged', key });
    },
    dropped(station, message) {
      write({ kind: 'dropped', key: sessionKeyOf(station.stationId, message.session), what: message.kind });
    },
    close: flush,
  };
}

function offeredLine(station: StationIdentity, message: TransactionMessage, lies: boolean): ModelLine | undefined {
  const { session, reading } = message;
  const key = sessionKeyOf(station.stationId, session);
  if (message.kind === 'started') {
    const { evseId, startedAtMs, meterStartMilliWh, transactionId } = session;
    const { stationId, version } = station;
    return {
      kind: 'start-offered',
      key,
      stationId,
      version,
      evseId,
      startedAtMs,
      meterStartMilliWh,
      transactionId: transactionId ?? null,
      ...(lies ? { lies } : {}),
    };
  }
  if (message.kind === 'ended')
    return { kind: 'end-offered', key, endedAtMs: message.atMs, meterStopMilliWh: reading.registerMilliWh };
  return undefined;
}

export type Delivery = 'none' | 'offered' | 'acknowledged' | 'dropped';

/** A session as the stations' side knows it. */
export type ModelSession = StartLine & {
  transactionId: string | null;
  start: Delivery;
  end: Delivery;
  endedAtMs: number | null;
  meterStopMilliWh: number | null;
  /** Acknowledged readings of its course. */
  readings: number;
  /** Timestamps of all acknowledged messages between start and end. */
  factsAtMs: number[];
};

export type FleetModel = { readonly sinceMs: number; readonly sessions: ReadonlyMap<string, ModelSession> };

/** Reads a model's lines; a last line that was cut off by a kill is left out. */
export function readModel(lines: Iterable<string>): FleetModel {
  const sessions = new Map<string, ModelSession>();
  let sinceMs = Number.POSITIVE_INFINITY;
  for (const text of lines) {
    const line = parseLine(text);
    if (line === undefined) continue;
    if (line.kind === 'run') sinceMs = Math.min(sinceMs, line.atMs);
    else applyLine(sessions, line);
  }
  return { sinceMs, sessions };
}

function applyLine(sessions: Map<string, ModelSession>, line: Exclude<ModelLine, { kind: 'run' }>): void {
  if (line.kind === 'start-offered') {
    const { kind: _, ...start } = line;
    sessions.set(line.key, {
      ...start,
      start: 'offered',
      end: 'none',
      endedAtMs: null,
      meterStopMilliWh: null,
      readings: 0,
      factsAtMs: [],
    });
    return;
  }
  const session = sessions.get(line.key);
  if (session === undefined) return;
  switch (line.kind) {
    case 'start-acknowledged':
      session.start = 'acknowledged';
      session.transactionId = line.transactionId;
      return;
    case 'end-offered':
      session.end = 'offered';
      session.endedAtMs = line.endedAtMs;
      session.meterStopMilliWh = line.meterStopMilliWh;
      return;
    case 'end-acknowledged':
      session.end = 'acknowledged';
      return;
    case 'readings-acknowledged':
      session.readings = line.readings;
      return;
    case 'facts-acknowledged':
      session.factsAtMs.push(...line.atMs);
      return;
    case 'dropped':
      if (line.what === 'started') session.start = 'dropped';
      if (line.what === 'ended') session.end = 'dropped';
      return;
  }
}

function parseLine(text: string): ModelLine | undefined {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as ModelLine;
  } catch {
    return undefined;
  }
}
