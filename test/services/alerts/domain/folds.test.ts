import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InstalledCertificate, RegistryChanged } from '#contracts/generated/types';
import { certificatesAfter } from '#services/alerts/domain/certificates';
import { placeFold, type PlaceState } from '#services/alerts/domain/place-fold';
import { successFold, successMilliWhMin } from '#services/alerts/domain/success-fold';
import { watchFold } from '#services/alerts/domain/watch-fold';
import { startsKeptMax, type Watch } from '#services/alerts/domain/watch';
import { booted, connected, meta, session, status } from '../facts.ts';

const at = (offset: number) => ({ partition: 0, offset });
const t0 = Date.UTC(2026, 5, 1);

function afterConnection(offset = 10, recordedAt = t0, state?: Watch): Watch {
  return watchFold.StationConnected(state, connected('S1', { recordedAt }), at(offset)).state;
}
const gone = (state: Watch, epoch: number, recordedAt: number, offset: number): Watch =>
  watchFold.StationDisconnected(
    state,
    { meta: meta('S1', { connectionEpoch: epoch, seq: 99, recordedAt }), cause: 'closed', closeCode: null },
    at(offset),
  ).state;

test('a station is away since its connection ended, and there since the next one', () => {
  const there = afterConnection();
  assert.deepEqual([there.connected, there.connectivitySince, there.firstSeenAt], [true, t0, t0]);
  const away = gone(there, 10, t0 + 5, 11);
  assert.deepEqual([away.connected, away.connectivitySince, away.connectivityOffset], [false, t0 + 5, 11]);
  const back = afterConnection(12, t0 + 9, away);
  assert.deepEqual([back.connected, back.connectivitySince, back.firstSeenAt], [true, t0 + 9, t0]);
});

test('the end of an older connection is not the end of the live one, whose time goes on', () => {
  const replaced = afterConnection(20, t0 + 50, afterConnection());
  assert.deepEqual([replaced.connected, replaced.connectivitySince], [true, t0]);
  assert.equal(gone(replaced, 10, t0 + 60, 21), replaced);
});

test('a connector has its status since it said so first; an older connection and a repeated event say nothing', () => {
  const said = (state: Watch, is: 'Faulted' | 'Available', offset: number, more: object): Watch =>
    watchFold.ConnectorStatusChanged(
      state,
      status('S1', is, { connectionEpoch: 10, recordedAt: t0 + offset, ...more }),
      at(offset),
    ).state;
  const faulted = said(afterConnection(), 'Faulted', 11, { seq: 0 });
  const again = said(faulted, 'Faulted', 12, { seq: 1 });
  assert.deepEqual([again.connectors[0]?.since, again.connectors[0]?.offset], [t0 + 11, 11]);
  assert.equal(said(again, 'Available', 13, { seq: 1 }), again, 'a repeated event');
  const newer = afterConnection(20, t0 + 20, again);
  assert.equal(said(newer, 'Available', 21, { seq: 5 }), newer, 'an older connection');
  assert.equal(said(again, 'Available', 14, { seq: 2 }).connectors[0]?.status, 'Available');
});

test('starts count with what was decided, the newest of them; updates and stops do not', () => {
  const decided = (
    state: Watch,
    purpose: 'authorize' | 'start' | 'stop',
    is: 'Accepted' | 'Invalid',
    n: number,
  ): Watch =>
    watchFold.AuthorizationDecided(
      state,
      {
        meta: meta('S1', { connectionEpoch: 10, seq: n, recordedAt: t0 + n }),
        tokenRef: '',
        tokenType: '',
        status: is,
        purpose,
        decidedBy: 'registry',
        evseId: null,
        transactionId: null,
        groupRef: null,
      },
      at(100 + n),
    ).state;
  const one = decided(decided(afterConnection(), 'stop', 'Invalid', 0), 'start', 'Invalid', 1);
  assert.deepEqual(one.starts, [{ at: t0 + 1, offset: 101, refused: true }]);
  const two = decided(one, 'authorize', 'Accepted', 2);
  assert.deepEqual(
    two.starts.map(({ refused }) => refused),
    [true, false],
  );
  let many = two;
  for (let n = 3; n < 3 + startsKeptMax; n++) many = decided(many, 'start', 'Accepted', n);
  assert.equal(many.starts.length, startsKeptMax);
  assert.ok(
    many.starts.every(({ refused }) => !refused),
    'the oldest goes',
  );
});

test('vendor and model are what the station said at its last boot', () => {
  const boot = booted('S1', 'Acme', { connectionEpoch: 10, seq: 0 });
  const state = watchFold.StationBooted(afterConnection(), boot, at(11)).state;
  assert.deepEqual([state.vendor, state.model], ['Acme', 'M1']);
});

test('the first declaration of an outage stands, and it is taken back once', () => {
  const declare = (state: Watch | undefined, reason: string): Watch =>
    watchFold.OutagePlanned(
      state,
      {
        meta: meta('S1', { source: 'operator', recordedAt: t0 }),
        outageId: 'grid',
        evseId: null,
        from: t0,
        to: t0 + 1,
        reason,
        actor: 'key-1',
      },
      at(12),
    ).state;
  const withdraw = (state: Watch, recordedAt: number): Watch =>
    watchFold.OutageWithdrawn(state, { meta: meta('S1', { recordedAt }), outageId: 'grid', actor: 'key-1' }, at(13))
      .state;
  const declared = declare(declare(undefined, 'first'), 'second');
  assert.deepEqual(
    declared.outages.map(({ reason, kind }) => [reason, kind]),
    [['first', 'planned']],
  );
  assert.equal(withdraw(withdraw(declared, t0 + 5), t0 + 9).outages[0]?.withdrawnAt, t0 + 5);
});

const certificate = (type: string, serialNumber: string, expiresAt: number | null): InstalledCertificate => ({
  certificateType: type,
  hashAlgorithm: 'SHA256',
  issuerNameHash: 'a',
  issuerKeyHash: 'b',
  serialNumber,
  child: false,
  subject: null,
  expiresAt,
});
type Change = 'report' | 'installed' | 'deleted' | 'signed' | 'signingRequested';
const told = (change: Change, certificates: InstalledCertificate[], certificateTypes: string[] = []) => ({
  meta: meta('S1'),
  change,
  certificateTypes,
  certificates,
  requestId: null,
});

test('a signed certificate takes the place of the one before; a report of all leaves it, and what we knew of others', () => {
  const first = certificatesAfter([], told('signed', [certificate('ChargingStationCertificate', '01', t0)]));
  const renewed = certificatesAfter(first, told('signed', [certificate('ChargingStationCertificate', '02', t0 + 9)]));
  assert.deepEqual(
    renewed.map(({ expiresAt }) => expiresAt),
    [t0 + 9],
  );
  const installed = certificatesAfter(renewed, told('installed', [certificate('V2GRootCertificate', 'AA', t0 + 5)]));
  const reported = certificatesAfter(installed, told('report', [certificate('V2GRootCertificate', 'aa', null)]));
  assert.deepEqual(
    reported.map(({ expiresAt }) => expiresAt),
    [t0 + 9, t0 + 5],
  );
  const without = certificatesAfter(reported, told('report', []));
  assert.deepEqual(
    without.map(({ certificateType }) => certificateType),
    ['ChargingStationCertificate'],
  );
  const deleted = certificatesAfter(reported, told('deleted', [certificate('', 'aA', null)]));
  assert.deepEqual(
    deleted.map(({ expiresAt }) => expiresAt),
    [t0 + 9],
  );
  assert.equal(certificatesAfter(deleted, told('signingRequested', [])), deleted);
});

test('a session counts from 0.1 kWh on', () => {
  const of = (energyMilliWh: number | null): number =>
    successFold.SessionUpdated(undefined, session('S1', { energyMilliWh, recordedAt: t0 }), at(1)).state.at;
  assert.deepEqual([of(null), of(successMilliWhMin - 1), of(successMilliWhMin)], [0, 0, t0]);
});

const change = (rowVersion: number, value: object | null, kind = 'station'): RegistryChanged => ({
  eventId: String(rowVersion),
  tenantId: 'default',
  kind,
  id: 'S1',
  rowVersion,
  operation: 'updated',
  currentJson: value === null ? null : JSON.stringify(value),
  actor: 'key-1',
  recordedAt: t0,
});

test('of a station only the newest version counts; one that is off or gone is watched no more', () => {
  const after = (state: PlaceState | undefined, event: RegistryChanged): PlaceState =>
    placeFold.RegistryChanged(state, event, at(event.rowVersion)).state;
  const there = after(undefined, change(5, { locationId: 'park', enabled: true, vendor: 'Acme', model: null }));
  assert.ok(there.kind === 'station' && there.active && there.locationId === 'park' && there.vendor === 'Acme');
  assert.equal(after(there, change(5, null)), there);
  for (const later of [change(6, null), change(6, { locationId: 'park', enabled: false })]) {
    const off = after(there, later);
    assert.ok(off.kind === 'station' && !off.active);
  }
  assert.deepEqual(after(undefined, change(1, {}, 'token')), { kind: 'other' });
});
