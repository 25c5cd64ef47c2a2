// How a session comes to be: from its start, or from any other fact while the start is missing.
import { formatUuid, sessionIdOf } from '#contracts/keys';
import type { Uuid } from '#contracts/generated/types';
import { noFlags, startMissing } from './flags.ts';
import { isPlace, keyOfKnown, storable, type Claim } from './join.ts';
import { noMeter, type Draft, type Position, type Session } from './session.ts';
import { clockFlags, timeOf } from './timestamps.ts';

type Origin = Claim & { readonly reportedId: Uuid };

/** A session of which only its identity, its time and its place are known. */
export function openSession(event: Origin, startKey: string, repeat: number, at: Position): Draft {
  const { meta } = event;
  return {
    tenantId: meta.tenantId,
    stationId: meta.stationId,
    sessionId: sessionIdOf(meta.tenantId, meta.stationId, startKey, repeat),
    startKey,
    repeat,
    transactionId: storable(event.transactionId ?? ''),
    idUsed: false,
    reportedId: formatUuid(event.reportedId),
    startOffset: at.offset,
    appliedOffset: at.offset,
    evseId: isPlace(event.evseId) ? event.evseId : null,
    connectorId: isPlace(event.connectorId) ? event.connectorId : null,
    startedAt: timeOf(meta.occurredAt, meta.recordedAt),
    tokenRef: null,
    tokenType: null,
    authorization: null,
    chargingState: null,
    remoteStartId: null,
    reservationId: null,
    ocppVersion: meta.ocppVersion,
    factAt: 0,
    factSeqNo: -1,
    life: { phase: 'charging' },
    meter: noMeter,
    flags: noFlags,
    readingKeys: [],
    emittedAt: null,
    pending: [],
  };
}

/** A session known by other facts than its start. */
export function openWithoutStart(event: Origin, at: Position): Draft {
  const draft = openSession(event, keyOfKnown(event), 0, at);
  draft.flags = startMissing | clockFlags(event.meta.occurredAt, event.meta.recordedAt);
  return draft;
}

export function draftOf(session: Session): Draft {
  return { ...session };
}

/** Takes the place in where none was known. */
export function fillPlace(draft: Draft, claim: Pick<Claim, 'evseId' | 'connectorId'>): void {
  if (draft.evseId === null && isPlace(claim.evseId)) draft.evseId = claim.evseId;
  if (draft.connectorId === null && isPlace(claim.connectorId) && draft.evseId === claim.evseId) {
    draft.connectorId = claim.connectorId;
  }
}
