import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyRecord } from '#contracts/codec';
import { liveEventOf, wants, wantsEvent } from '#services/operator/domain/live-event';

const requested: AnyRecord = {
  type: 'CommandRequested',
  eventId: 'e',
  tenantId: 'acme',
  stationId: 'CS-1',
  commandId: 'c1',
  intent: 'StartCharging',
  parametersJson: '{"token":{"uid":"04A1B2C3"}}',
  connectionEpoch: 7,
  lane: 'driver',
  requestedAt: Date.UTC(2026, 0, 1),
  expiresAt: Date.UTC(2026, 0, 1, 0, 1),
  requestedBy: 'key-1',
};

test('a command is told without the uid it carries, with readable times', () => {
  const event = liveEventOf(requested);
  assert.ok(!JSON.stringify(event).includes('04A1B2C3'));
  assert.equal(event?.at, '2026-01-01T00:00:00.000Z');
  assert.equal(event['expiresAt'], '2026-01-01T00:01:00.000Z');
  assert.equal(event['commandId'], 'c1');
});

test('an event of a station is told by its own clock, flat', () => {
  const booted = {
    type: 'StationBooted',
    meta: { eventId: 'e', tenantId: 'acme', stationId: 'CS-1', occurredAt: 1_000, recordedAt: 2_000 },
    vendor: 'ACME',
  } as AnyRecord;
  assert.deepEqual(liveEventOf(booted), {
    type: 'StationBooted',
    stationId: 'CS-1',
    at: '1970-01-01T00:00:01.000Z',
    vendor: 'ACME',
  });
});

test('what is about no station is not told', () => {
  const registered = { type: 'RegistryChanged', tenantId: 'acme' } as AnyRecord;
  assert.equal(liveEventOf(registered), undefined);
});

test('a filter holds the tenant always, type and station where they are named', () => {
  const all = { tenantId: 'acme', stationId: undefined, types: undefined };
  assert.ok(wants(all, 'StationBooted', 'acme'));
  assert.ok(!wants(all, 'StationBooted', 'other'));
  assert.ok(!wants({ ...all, types: new Set(['SessionEnded']) }, 'StationBooted', 'acme'));
  const event = { type: 'StationBooted', stationId: 'CS-1', at: '' };
  assert.ok(wantsEvent(all, event));
  assert.ok(wantsEvent({ ...all, stationId: 'CS-1' }, event));
  assert.ok(!wantsEvent({ ...all, stationId: 'CS-2' }, event));
});
