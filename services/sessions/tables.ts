// Reads and writes the tables of the sessions projection; a station's state holds only what its next events may name.
import type { PoolClient } from 'pg';
import { stationKey } from '#contracts/keys';
import { splitKeys } from '#kit/projection/table-rows';
import { columnArray } from './column-arrays.ts';
import type { SessionEvents } from './domain/fold.ts';
import { keyOfKnown, namesTransaction, startKeyOfStart, storable, type Claim } from './domain/join.ts';
import { claimsTransaction } from './domain/metered.ts';
import { isLive, noSessions, type Session, type StationSessions } from './domain/session.ts';
import { timeOf } from './domain/timestamps.ts';
import { rowOf, sessionOf, type SessionRow } from './session-rows.ts';
import {
  selectApplied,
  selectLive,
  selectNameless,
  selectOfTransactions,
  sessionColumnNames,
  sessionColumns,
  upsertApplied,
  upsertSessions,
} from './statements.ts';

export type SessionEvent = SessionEvents[keyof SessionEvents];
/** What claims to be of a transaction; a connector's status is of whatever runs there. */
type TransactionFact = Exclude<SessionEvent, SessionEvents['ConnectorStatusChanged']>;
export type Batch = ReadonlyMap<
  string,
  { readonly state: StationSessions | undefined; readonly events: readonly SessionEvent[] }
>;

/** Ended sessions that a station's state keeps although no event of the batch names them; others are asked for again. */
export const endedKeptMax = 4;

/** Sessions as their committed rows have them: what a fold leaves as the same object needs no writing. */
const written = new WeakSet<Session>();

/** States of stations: live sessions and what shares a transactionId with them, and how far connections were applied. */
export async function loadStations(client: PoolClient, keys: readonly string[]): Promise<Map<string, StationSessions>> {
  const [tenantIds, stationIds] = splitKeys(keys);
  const { rows } = await client.query<AppliedRow>(selectApplied, [tenantIds, stationIds]);
  const live = await sessionsOf(client, selectLive, [tenantIds, stationIds]);
  const groups = await groupsOf(client, live.filter(isNamed));
  const states = new Map<string, StationSessions>();
  for (const row of rows) {
    states.set(stationKey(row.tenant_id, row.station_id), {
      connectionEpoch: row.connection_epoch,
      seq: row.seq,
      sessions: [],
    });
  }
  return withSessions(states, [...live, ...groups]);
}

/** Adds the sessions that the events name, and drops ended ones that none names. Cached states are as committed. */
export async function completeStations(client: PoolClient, batch: Batch): Promise<Map<string, StationSessions>> {
  const states = new Map<string, StationSessions>();
  const unknown: NamedTransaction[] = [];
  const nameless: NamelessFact[] = [];
  for (const [key, { state, events }] of batch) {
    const named = new Set<string>();
    for (const event of events) {
      if (!('transactionId' in event)) continue;
      if (namesTransaction(event.transactionId)) named.add(storable(event.transactionId));
      else if (mayMeanOthers(event)) nameless.push(namelessFactOf(event));
    }
    const kept = trimmed(state ?? noSessions, named);
    if (state !== undefined) states.set(key, kept);
    for (const session of kept.sessions) {
      written.add(session);
      // A state holds either all sessions of a transactionId or none.
      named.delete(session.transactionId);
    }
    const [[tenantId = ''], [stationId = '']] = splitKeys([key]);
    for (const transactionId of named) unknown.push({ tenantId, stationId, transactionId });
  }
  const found = await namelessOf(client, nameless);
  return withSessions(states, [...found, ...(await groupsOf(client, [...unknown, ...found.filter(isNamed)]))]);
}

/** Writes the sessions that the batch changed, and the marks of its stations. Writing the same again changes nothing. */
export async function saveStations(client: PoolClient, changed: ReadonlyMap<string, StationSessions>): Promise<void> {
  const rows: SessionRow[] = [];
  const marks: [string[], string[], number[], number[]] = [[], [], [], []];
  for (const [key, { connectionEpoch, seq, sessions }] of changed) {
    for (const session of sessions) if (!written.has(session)) rows.push(rowOf(session));
    if (connectionEpoch === null || seq === null) continue;
    const [[tenantId = ''], [stationId = '']] = splitKeys([key]);
    marks[0].push(tenantId);
    marks[1].push(stationId);
    marks[2].push(connectionEpoch);
    marks[3].push(seq);
  }
  if (rows.length > 0) await client.query(upsertSessions, columnArraysOf(rows));
  if (marks[0].length > 0) await client.query(upsertApplied, marks);
}

function columnArraysOf(rows: readonly SessionRow[]): Buffer[] {
  return sessionColumnNames.map((name) =>
    columnArray(
      sessionColumns[name],
      rows.map((row) => row[name]),
    ),
  );
}

/** Without the ended sessions, beyond a few, that share their transactionId neither with the batch nor with a live one. */
function trimmed(state: StationSessions, named: ReadonlySet<string>): StationSessions {
  if (state.sessions.length <= endedKeptMax) return state;
  const kept = new Set(named);
  for (const session of state.sessions) if (isLive(session)) kept.add(session.transactionId);
  const rest = state.sessions.filter(({ transactionId }) => !kept.has(transactionId));
  if (rest.length <= endedKeptMax) return state;
  const dropped = new Set(rest.slice(0, rest.length - endedKeptMax).map(({ transactionId }) => transactionId));
  return { ...state, sessions: state.sessions.filter(({ transactionId }) => !dropped.has(transactionId)) };
}

/** Readings that claim no transaction can only be a live session's. */
function mayMeanOthers(event: TransactionFact): boolean {
  return !('readings' in event) || claimsTransaction(event);
}

function isNamed({ transactionId }: Session): boolean {
  return namesTransaction(transactionId);
}

type AppliedRow = { tenant_id: string; station_id: string; connection_epoch: number; seq: number };
type NamedTransaction = Pick<Session, 'tenantId' | 'stationId' | 'transactionId'>;
type NamelessFact = { tenantId: string; stationId: string; endedAt: number; startKey: Buffer };

async function groupsOf(client: PoolClient, named: readonly NamedTransaction[]): Promise<Session[]> {
  if (named.length === 0) return [];
  return sessionsOf(client, selectOfTransactions, [
    named.map(({ tenantId }) => tenantId),
    named.map(({ stationId }) => stationId),
    named.map(({ transactionId }) => transactionId),
  ]);
}

async function namelessOf(client: PoolClient, facts: readonly NamelessFact[]): Promise<Session[]> {
  if (facts.length === 0) return [];
  return sessionsOf(client, selectNameless, [
    facts.map(({ tenantId }) => tenantId),
    facts.map(({ stationId }) => stationId),
    facts.map(({ endedAt }) => endedAt),
    facts.map(({ startKey }) => startKey),
  ]);
}

function namelessFactOf(event: TransactionFact): NamelessFact {
  const claim: Claim = event;
  const startKey = 'startKey' in event ? startKeyOfStart(event) : keyOfKnown(claim);
  const { tenantId, stationId, occurredAt, recordedAt } = event.meta;
  return { tenantId, stationId, endedAt: timeOf(occurredAt, recordedAt), startKey: Buffer.from(startKey, 'utf8') };
}

async function sessionsOf(client: PoolClient, statement: string, values: unknown[]): Promise<Session[]> {
  const { rows } = await client.query<SessionRow>(statement, values);
  const sessions = rows.map(sessionOf);
  for (const session of sessions) written.add(session);
  return sessions;
}

/** States with these sessions too; one that a state holds already stays as it is there. */
function withSessions(
  states: Map<string, StationSessions>,
  sessions: readonly Session[],
): Map<string, StationSessions> {
  for (const session of sessions) {
    const key = stationKey(session.tenantId, session.stationId);
    const state = states.get(key) ?? noSessions;
    if (state.sessions.some(({ sessionId }) => sessionId === session.sessionId)) continue;
    states.set(key, { ...state, sessions: [...state.sessions, session] });
  }
  return states;
}
