// Folds charging.sessions into what partners are told of a session; only what they see counts as a change.
import type { SessionUpdated } from '#contracts/generated/types';
import { withdrawnFlag } from '#contracts/session-flags';
import { createdBy, laterThan, type Created } from './created.ts';

type Position = { readonly partition: number; readonly offset: number };
type Folded = { readonly state: SessionView };

/** What a partner sees of it. */
export type SessionContent = {
  readonly stationId: string;
  readonly evseId: number | null;
  readonly connectorId: number | null;
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** withdrawn: it never was, as a correction found. */
  readonly phase: 'charging' | 'ended' | 'withdrawn';
  readonly tokenRef: string | null;
  readonly tokenType: string | null;
  readonly remoteStartId: number | null;
  readonly energyMilliWh: number;
};

export type SessionView = {
  readonly tenantId: string;
  readonly sessionId: string;
  readonly generation: number;
  readonly sourceOffset: number;
  readonly created: Created;
  readonly lastUpdatedAt: number;
  readonly content: SessionContent;
};

/** Each says the whole session, so one step reads them all. */
export const sessionFold = {
  SessionStarted: told,
  SessionUpdated: told,
  SessionFlagged: told,
  SessionEnded: told,
  SessionCorrected: told,
};

function told(state: SessionView | undefined, event: SessionUpdated, at: Position): Folded {
  if (state !== undefined && !isNewer(event, state)) return { state };
  const { tenantId, sessionId, generation, sourceOffset, recordedAt } = event;
  const content = contentOf(event);
  const version = { generation, sourceOffset };
  if (state === undefined) {
    const created = createdBy(recordedAt, at);
    return { state: { tenantId, sessionId, ...version, created, lastUpdatedAt: recordedAt, content } };
  }
  if (isSame(state.content, content)) return { state: { ...state, ...version } };
  return { state: { ...state, ...version, content, lastUpdatedAt: laterThan(state.lastUpdatedAt, recordedAt) } };
}

function isNewer({ generation, sourceOffset }: SessionUpdated, state: SessionView): boolean {
  if (generation !== state.generation) return generation > state.generation;
  return sourceOffset > state.sourceOffset;
}

function contentOf(event: SessionUpdated): SessionContent {
  const { stationId, evseId, connectorId, startedAt, endedAt, tokenRef, tokenType, remoteStartId } = event;
  return {
    stationId,
    evseId,
    connectorId,
    startedAt,
    endedAt,
    phase: phaseOf(event),
    tokenRef,
    tokenType,
    remoteStartId,
    energyMilliWh: event.energyMilliWh ?? 0,
  };
}

function phaseOf({ phase, flags }: SessionUpdated): SessionContent['phase'] {
  if (flags.includes(withdrawnFlag)) return 'withdrawn';
  return phase === 'ended' ? 'ended' : 'charging';
}

function isSame(left: SessionContent, right: SessionContent): boolean {
  return (Object.keys(left) as (keyof SessionContent)[]).every((name) => left[name] === right[name]);
}
