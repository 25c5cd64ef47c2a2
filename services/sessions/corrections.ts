// What a rebuild says of a session that a newer fold made another one: SessionCorrected, which replaces all before it.
import { decodeRecord, encodeRecord } from '#contracts/codec';
import type { PriceReading, SessionUpdated } from '#contracts/generated/types';
import { partitionOf, sessionKey, stationKey } from '#contracts/keys';
import { withdrawnFlag } from '#contracts/session-flags';
import type { Topic } from '#contracts/topics';
import type { Corrections, DifferingRow } from '#kit/projection/corrections';
import { activeRecordOf } from './active-record.ts';
import { isActive, type ActiveChange } from './domain/active.ts';
import { contentOf, type Place } from './emissions.ts';
import { sessionOf, type SessionRow } from './session-rows.ts';

export function sessionCorrections(place: Place, activeSessions: Topic): Corrections<SessionRow> {
  return {
    table: 'sessions',
    keyOf: (row) => sessionKey(String(row['tenant_id']), String(row['session_id'])),
    toRecord(differing) {
      const content = correctionOf(differing, place);
      const key = sessionKey(content.tenantId, content.sessionId);
      const value = encodeRecord('SessionCorrected', content);
      return { partition: partitionOf(key, place.target.partitions), record: { key, type: 'SessionCorrected', value } };
    },
    beside: ({ live, rebuilt }) => activeRecordOf(standing(live, rebuilt), activeSessions),
  };
}

/** What gateways shall know from now on. */
function standing(live: SessionRow | undefined, rebuilt: SessionRow | undefined): ActiveChange {
  const session = sessionOf(known(live, rebuilt));
  const heardAt = rebuilt !== undefined && isActive(session) ? (session.emittedAt ?? session.startedAt) : null;
  return { type: 'ActiveSession', session, heardAt };
}

function known(live: SessionRow | undefined, rebuilt: SessionRow | undefined): SessionRow {
  const row = rebuilt ?? live;
  if (row === undefined) throw new Error('a session that neither version has cannot be corrected');
  return row;
}

function correctionOf({ live, rebuilt, said }: DifferingRow<SessionRow>, place: Place): SessionUpdated {
  const session = sessionOf(known(live, rebuilt));
  const partition = partitionOf(stationKey(session.tenantId, session.stationId), place.source.partitions);
  // What waits to be said is left to the session's next record, as it would have been without a rebuild.
  const readings = rebuilt === undefined ? [] : readingsOf(said);
  const recordedAt = session.emittedAt ?? session.startedAt;
  const content = contentOf(
    { session, readings, recordedAt, number: 0 },
    { partition, offset: session.appliedOffset },
    place,
  );
  return {
    ...content,
    eventId: `${content.eventId}/corrected-${place.generation}`,
    flags: rebuilt === undefined ? [...content.flags, withdrawnFlag] : content.flags,
  };
}

/** All readings of what the newer fold would have said, in the order of the log. */
function readingsOf(said: readonly Buffer[]): PriceReading[] {
  return said
    .map((value) => decodeRecord(value))
    .flatMap((record) => ('sourceOffset' in record && 'readings' in record ? [record] : []))
    .toSorted((a, b) => a.sourceOffset - b.sourceOffset)
    .flatMap(({ readings }) => readings);
}
