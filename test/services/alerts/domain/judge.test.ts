import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertCondition } from '#contracts/alerting';
import { judge, type Finding, type Station } from '#services/alerts/domain/judge';
import { newWatch, type Watch, type WatchedConnector } from '#services/alerts/domain/watch';

const now = Date.UTC(2026, 5, 1);
const second = 1_000;
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

function station(watch: Partial<Watch>, more: Partial<Omit<Station, 'watch'>> = {}): Station {
  const known = {
    connected: true,
    connectivitySince: now - 30 * day,
    connectivityOffset: 7,
    firstSeenAt: now - 30 * day,
  };
  const place = { locationId: 'park', vendor: null, model: null, succeededAt: 0, othersSucceededAt: 0, drift: null };
  return { watch: { ...newWatch('default', 'S1'), ...known, ...watch }, ...place, ...more };
}

const verdict = (condition: AlertCondition, of: Station): Finding['verdict'] | undefined =>
  judge(condition, of, now)[0]?.verdict;

const held = { opensAfterSeconds: 300, closesAfterSeconds: 60 };

test('a station is offline from its seconds on, and back when it has been there for its own', () => {
  const offline = { kind: 'offline', ...held } as const;
  const gone = (agoMs: number) => station({ connected: false, connectivitySince: now - agoMs });
  assert.equal(verdict(offline, gone(300 * second)), 'opens');
  assert.equal(verdict(offline, gone(300 * second - 1)), 'keeps');
  const back = (agoMs: number) => station({ connectivitySince: now - agoMs });
  assert.equal(verdict(offline, back(60 * second)), 'clears');
  assert.equal(verdict(offline, back(60 * second - 1)), 'keeps');
  assert.equal(judge(offline, gone(hour), now)[0]?.cause, '7', 'the event that ended the connection is the cause');
});

test('a station that never connected is not offline', () => {
  const never = station({ connected: false, connectivitySince: 0, firstSeenAt: 0 });
  assert.equal(verdict({ kind: 'offline', ...held }, never), 'clears');
});

function connector(status: WatchedConnector['status'], agoMs: number): Partial<Watch> {
  return { connectors: [{ evseId: 2, connectorId: 1, status, since: now - agoMs, offset: 9 }] };
}

test('a connector is faulted or stuck from its seconds on, under its own number', () => {
  const stuck: AlertCondition = { kind: 'stuck', statuses: ['Preparing'], ...held };
  const cases: readonly (readonly [AlertCondition, WatchedConnector['status']])[] = [
    [{ kind: 'faulted', ...held }, 'Faulted'],
    [stuck, 'Preparing'],
  ];
  for (const [condition, bad] of cases) {
    assert.equal(verdict(condition, station(connector(bad, 300 * second))), 'opens');
    assert.equal(verdict(condition, station(connector(bad, 300 * second - 1))), 'keeps');
    assert.equal(verdict(condition, station(connector('Available', 60 * second))), 'clears');
    assert.equal(verdict(condition, station(connector('Available', 60 * second - 1))), 'keeps');
    const [finding] = judge(condition, station(connector(bad, hour)), now);
    assert.deepEqual([finding?.evseId, finding?.connectorId, finding?.cause], [2, 1, '9']);
  }
  assert.equal(verdict(stuck, station(connector('Finishing', hour))), 'clears', 'a status that the rule does not name');
});

test('what the connectors of an absent station do opens and clears nothing', () => {
  for (const status of ['Faulted', 'Available'] as const) {
    const absent = station({ ...connector(status, hour), connected: false });
    assert.equal(verdict({ kind: 'faulted', ...held }, absent), 'keeps');
  }
});

test('a station without a session for its hours is told, while it is connected and others charge', () => {
  const rule = { kind: 'no-session', opensAfterHours: 72, whileOthersCharge: true } as const;
  const border = 72 * hour;
  const at = (succeededAgo: number, othersAgo: number, watch: Partial<Watch> = {}) =>
    station(watch, { succeededAt: now - succeededAgo, othersSucceededAt: now - othersAgo });
  assert.equal(verdict(rule, at(border, hour)), 'opens');
  assert.equal(verdict(rule, at(border - 1, hour)), 'clears');
  assert.equal(verdict(rule, at(border, border - 1)), 'opens');
  assert.equal(verdict(rule, at(border, border)), 'keeps', 'nobody charges there');
  assert.equal(verdict({ ...rule, whileOthersCharge: false }, at(border, border)), 'opens');
  assert.equal(verdict(rule, at(border, hour, { connected: false })), 'keeps');
});

test('a station that never charged counts from its first connection, not from its last', () => {
  const rule = { kind: 'no-session', opensAfterHours: 24, whileOthersCharge: false } as const;
  assert.equal(verdict(rule, station({ firstSeenAt: now - day, connectivitySince: now - minute })), 'opens');
  assert.equal(verdict(rule, station({ firstSeenAt: now - day + 1 })), 'clears');
});

/** So many decided starts a minute ago, the first of them refused. */
function starts(refused: number, all: number, agoMs = minute): Partial<Watch> {
  return {
    starts: Array.from({ length: all }, (_, n) => ({ at: now - agoMs, offset: 100 + n, refused: n < refused })),
  };
}

test('refused starts open at their share, close at a lower one, and keep what is between', () => {
  const rule = {
    kind: 'refused-starts',
    windowMinutes: 60,
    measure: 'percent',
    startsMin: 5,
    opensAt: 80,
    closesAt: 40,
  } as const;
  assert.equal(verdict(rule, station(starts(4, 5))), 'opens');
  assert.equal(verdict(rule, station(starts(79, 100))), 'keeps');
  assert.equal(verdict(rule, station(starts(41, 100))), 'keeps');
  assert.equal(verdict(rule, station(starts(2, 5))), 'clears');
  assert.equal(verdict(rule, station(starts(4, 4))), 'keeps', 'too few to open');
  assert.equal(verdict(rule, station(starts(1, 1, 60 * minute))), 'clears', 'at the edge of the window it is out');
  assert.equal(verdict(rule, station(starts(5, 5, 60 * minute - 1))), 'opens');
});

test('refused starts by count', () => {
  const rule = {
    kind: 'refused-starts',
    windowMinutes: 5,
    measure: 'count',
    startsMin: 1,
    opensAt: 3,
    closesAt: 1,
  } as const;
  assert.deepEqual(
    [0, 1, 2, 3].map((n) => verdict(rule, station(starts(n, 50)))),
    ['clears', 'clears', 'keeps', 'opens'],
  );
});

test('a certificate is told within its days; a renewed one clears it', () => {
  const rule = { kind: 'certificate-expiry', opensWithinDays: 21, closesBeyondDays: 30 } as const;
  const expiring = (inMs: number): Station =>
    station({
      certificates: [
        { certificateType: 'V2GRootCertificate', hashes: 'b', child: false, expiresAt: now + 999 * day },
        { certificateType: 'ChargingStationCertificate', hashes: 'a', child: false, expiresAt: now + inMs },
        { certificateType: 'CSMSRootCertificate', hashes: 'c', child: false, expiresAt: null },
      ],
    });
  assert.equal(verdict(rule, expiring(21 * day)), 'opens');
  assert.equal(verdict(rule, expiring(-day)), 'opens', 'one that is over');
  assert.equal(verdict(rule, expiring(21 * day + 1)), 'keeps');
  assert.equal(verdict(rule, expiring(30 * day)), 'keeps');
  assert.equal(verdict(rule, expiring(30 * day + 1)), 'clears');
  assert.equal(verdict(rule, station({})), 'clears');
});

test('a configuration that differs is told from its seconds on', () => {
  const rule = { kind: 'drift', ...held } as const;
  const of = (differs: boolean, agoMs: number): Station =>
    station({}, { drift: { differs, since: now - agoMs, variables: 2 } });
  assert.equal(verdict(rule, of(true, 300 * second)), 'opens');
  assert.equal(verdict(rule, of(true, 300 * second - 1)), 'keeps');
  assert.equal(verdict(rule, of(false, 60 * second)), 'clears');
  assert.equal(verdict(rule, of(false, 60 * second - 1)), 'keeps');
  assert.equal(verdict(rule, station({})), 'clears');
});
