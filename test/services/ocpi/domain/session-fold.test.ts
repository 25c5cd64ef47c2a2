import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionUpdated } from '#contracts/generated/types';
import { withdrawnFlag } from '#contracts/session-flags';
import { sessionFold, type SessionView } from '#services/ocpi/domain/session-fold';
import { sessionOf } from '#services/ocpi/wire/v221/session';
import { day, session } from '../facts.ts';

const tell = (state: SessionView | undefined, more: Partial<SessionUpdated>): SessionView =>
  sessionFold.SessionUpdated(state, session('T1', more), { partition: 0, offset: more.sourceOffset ?? 1 }).state;

const shown = (view: SessionView) =>
  sessionOf({ view, partyId: 'DE-CSM', issuer: 'NL-EMP', locationId: null, evseUid: null, currency: 'EUR' }, undefined);

test('a session is active, then completed; what a partner does not see moves no last_updated', () => {
  const started = tell(undefined, {});
  assert.equal(shown(started).status, 'ACTIVE');
  const told = tell(started, { sourceOffset: 2, recordedAt: day + 60_000, chargingState: 'SuspendedEV' });
  assert.equal(told.lastUpdatedAt, started.lastUpdatedAt);
  const ended = tell(told, { sourceOffset: 3, recordedAt: day + 120_000, phase: 'ended', endedAt: day + 120_000 });
  assert.equal(shown(ended).status, 'COMPLETED');
  assert.equal(ended.lastUpdatedAt, day + 120_000);
});

test('only a greater version counts: a generation before an offset', () => {
  const ended = tell(undefined, { sourceOffset: 9, phase: 'ended', endedAt: day, energyMilliWh: 5_000 });
  assert.equal(tell(ended, { sourceOffset: 9, energyMilliWh: 1 }), ended);
  assert.equal(tell(ended, { sourceOffset: 8, energyMilliWh: 1 }), ended);
  const corrected = tell(ended, { sourceOffset: 3, generation: 2, energyMilliWh: 7_000 });
  assert.equal(corrected.content.energyMilliWh, 7_000);
  assert.equal(tell(corrected, { sourceOffset: 10, energyMilliWh: 1 }), corrected, 'of the generation before');
});

test('a session that a newer fold does not make is invalid, and later than before', () => {
  const ended = tell(undefined, { phase: 'ended', endedAt: day });
  const gone = tell(ended, { generation: 2, phase: 'ended', endedAt: day, flags: [withdrawnFlag] });
  assert.equal(shown(gone).status, 'INVALID');
  assert.ok(gone.lastUpdatedAt > ended.lastUpdatedAt);
});
