// The audit tells every way in which a platform can differ from what it acknowledged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditReadings } from '#load-tests/fleet/audit-readings';
import { auditSessions, compareStation, type PlatformSession } from '#load-tests/fleet/audit-sessions';
import type { FleetModel, ModelSession } from '#load-tests/fleet/model';
import { formatUuid, reportedIdOf } from '#contracts/keys';

const startedAtMs = Date.parse('2026-01-01T10:00:00.123Z');

function told(given: Partial<ModelSession> = {}): ModelSession {
  return {
    key: `S/1/${startedAtMs}`,
    stationId: 'S',
    version: '1.6',
    evseId: 1,
    startedAtMs,
    meterStartMilliWh: 1000,
    transactionId: '7',
    start: 'acknowledged',
    end: 'acknowledged',
    endedAtMs: startedAtMs + 60_000,
    meterStopMilliWh: 51_000,
    readings: 4,
    factsAtMs: [],
    ...given,
  };
}

function stored(given: Partial<PlatformSession> = {}): PlatformSession {
  return {
    sessionId: 'uuid-1',
    stationId: 'S',
    transactionId: '7',
    state: 'ended',
    startedAt: '2026-01-01T10:00:00.123Z',
    endedAt: '2026-01-01T10:01:00.123Z',
    meterStartMilliWh: 1000,
    meterStopMilliWh: 51_000,
    energyMilliWh: 50_000,
    ...given,
  };
}

const charging: Partial<PlatformSession> = {
  state: 'charging',
  endedAt: null,
  meterStopMilliWh: null,
  energyMilliWh: null,
};

function differences(expected: readonly ModelSession[], found: readonly PlatformSession[]): string[] {
  return compareStation(expected, found, startedAtMs - 1000).differences.map((each) => each.kind);
}

test('equal sides have no difference and the same energy', () => {
  const audit = compareStation([told()], [stored()], 0);
  assert.deepEqual(audit.differences, []);
  assert.equal(audit.energyAcknowledgedMilliWh, 50_000);
  assert.equal(audit.energyFoundMilliWh, 50_000);
  assert.equal(audit.sessionsFound, 1);
});

test('each way to differ has its name', () => {
  assert.deepEqual(differences([told()], []), ['missing']);
  assert.deepEqual(differences([told()], [stored(), stored({ sessionId: 'uuid-2' })]), ['doubled']);
  assert.deepEqual(differences([told()], [stored(), stored({ sessionId: 'uuid-2', transactionId: '8' })]), ['doubled']);
  assert.deepEqual(differences([told()], [stored(charging)]), ['not-ended']);
  assert.deepEqual(differences([told()], [stored({ energyMilliWh: 50_001 })]), ['energy-differs']);
  assert.deepEqual(differences([told()], [stored({ meterStartMilliWh: 0 })]), ['start-differs']);
  assert.deepEqual(differences([told({ end: 'none', meterStopMilliWh: null })], [stored()]), ['ended-early']);
  const stranger = stored({ sessionId: 'uuid-3', transactionId: '9', startedAt: '2026-01-01T11:00:00.000Z' });
  assert.deepEqual(differences([told()], [stored(), stranger]), ['invented']);
});

test('what was only offered may be there or not, but not twice and not with another energy', () => {
  const offered = told({ start: 'offered', transactionId: null, end: 'none', meterStopMilliWh: null });
  assert.deepEqual(differences([offered], []), []);
  assert.deepEqual(differences([offered], [stored(charging)]), []);
  const endOffered = told({ end: 'offered' });
  assert.deepEqual(differences([endOffered], [stored(charging)]), []);
  assert.deepEqual(differences([endOffered], [stored()]), []);
  assert.deepEqual(differences([endOffered], [stored({ energyMilliWh: 1 })]), ['energy-differs']);
  assert.deepEqual(differences([offered], [stored(charging), stored({ ...charging, sessionId: 'uuid-2' })]), [
    'doubled',
  ]);
});

test('sessions from before the model began are nobody\u2019s business', () => {
  const old = stored({ sessionId: 'old', transactionId: '1', startedAt: '2025-12-31T00:00:00.000Z' });
  assert.deepEqual(differences([told()], [stored(), old]), []);
});

test('every station of the model is asked for, and the sums are over all of them', async () => {
  const sessions = new Map([1, 2, 3].map((n) => [String(n), told({ stationId: `S${n}`, key: String(n) })]));
  const asked: string[] = [];
  const audit = await auditSessions({ sinceMs: 0, sessions }, async (stationId) => {
    asked.push(stationId);
    return stationId === 'S2' ? [] : [stored({ stationId })];
  });
  assert.deepEqual(asked.toSorted(), ['S1', 'S2', 'S3']);
  assert.equal(audit.sessionsAcknowledged, 3);
  assert.equal(audit.energyAcknowledgedMilliWh, 150_000);
  assert.equal(audit.energyFoundMilliWh, 100_000);
  assert.deepEqual(
    audit.differences.map((each) => each.kind),
    ['missing'],
  );
});

test('an acknowledged reading that is not stored is a difference, one more than acknowledged is not', async () => {
  const model: FleetModel = { sinceMs: 0, sessions: new Map([['k', told()]]) };
  const reportedId = formatUuid(reportedIdOf('default', 'S', '7'));
  const row = { stationId: 'S', reportedId, readings: 4, firstMilliWh: 1000, lastMilliWh: 51_000 };
  const kinds = async (given: Partial<typeof row>): Promise<string[]> => {
    const audit = await auditReadings(model, 'default', async () => [{ ...row, ...given }]);
    return audit.differences.map((each) => each.kind);
  };
  assert.deepEqual(await kinds({}), []);
  assert.deepEqual(await kinds({ readings: 5 }), []);
  assert.deepEqual(await kinds({ readings: 3 }), ['readings-missing']);
  assert.deepEqual(await kinds({ lastMilliWh: 51_001 }), ['energy-differs']);
  assert.deepEqual(await kinds({ reportedId: 'another' }), ['readings-missing']);
});
