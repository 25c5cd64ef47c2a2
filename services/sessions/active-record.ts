// A running session as a record of the compacted topic that gateways follow; a tombstone once it runs no more.
import assert from 'node:assert/strict';
import { encodeRecord } from '#contracts/codec';
import { partitionOf, sessionKey } from '#contracts/keys';
import type { Topic } from '#contracts/topics';
import type { Addressed } from '#kit/projection/append-all';
import type { ActiveChange } from './domain/active.ts';
import type { Session } from './domain/session.ts';

/** Bytes that depend only on the change: repeated after a crash, it is the same record in the same order. */
export function activeRecordOf({ session, heardAt }: ActiveChange, target: Topic): Addressed {
  const key = sessionKey(session.tenantId, session.sessionId);
  const value = heardAt === null ? null : bytesOf(session, heardAt);
  return {
    topic: target.name,
    partition: partitionOf(key, target.partitions),
    record: { key, type: 'ActiveSession', value },
  };
}

function bytesOf(session: Session, heardAt: number): Buffer {
  const { tenantId, sessionId, stationId, transactionId, evseId, tokenRef, authorization, startedAt } = session;
  assert(tokenRef !== null, 'a session is told to gateways once its token is known');
  return encodeRecord('ActiveSession', {
    tenantId,
    sessionId,
    stationId,
    transactionId,
    evseId,
    tokenRef,
    authorization,
    startedAt,
    heardAt,
  });
}
