import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  connectorMapOf,
  evseOf,
  patchedStation,
  registeredStation,
  stationOf,
  stationViolations,
  stationWarnings,
  withEvse,
  withoutEvse,
} from '#services/registry/domain/station';

test('a station of which only the identity is said has one EVSE, profile 1 and no location', () => {
  const station = stationOf({ stationId: 'my-station' });
  assert.equal(station.securityProfile, 1);
  assert.equal(station.locationId, null);
  assert.equal(station.enabled, true);
  assert.deepEqual(
    station.evses.map(({ evseId, connectors }) => [evseId, connectors.length]),
    [[1, 1]],
  );
  assert.deepEqual(stationViolations(station, false), []);
  assert.deepEqual(stationWarnings(station), []);
});

test('null clears a field, an absent one stays', () => {
  const station = stationOf({ stationId: 's', vendor: 'ACME', model: 'One' });
  const patched = patchedStation(station, { vendor: null });
  assert.equal(patched.vendor, null);
  assert.equal(patched.model, 'One');
});

test('security profile 0 needs an explicit yes, and is warned of all the same', () => {
  const station = stationOf({ stationId: 's', securityProfile: 0 });
  assert.deepEqual(
    stationViolations(station, false).map(({ path }) => path),
    ['securityProfile'],
  );
  assert.deepEqual(stationViolations(station, true), []);
  assert.equal(stationWarnings(station).length, 1);
});

test('an identity that reads like an OCPP version is refused, one that only contains it is not', () => {
  for (const stationId of ['1.6', 'ocpp1.6', '2.0.1', 'OCPP2.1', '1.6J'])
    assert.deepEqual(
      stationViolations(stationOf({ stationId }), false).map(({ path }) => path),
      ['stationId'],
      stationId,
    );
  for (const stationId of ['1.6-a', 'station-2.0.1', '16'])
    assert.deepEqual(stationViolations(stationOf({ stationId }), false), [], stationId);
});

test('EVSEs, connectors and reported numbers occur once', () => {
  const connectors = [{ connectorId: 1, reportedConnectorId: 7 }, { connectorId: 1 }];
  const station = stationOf({
    stationId: 's',
    evses: [
      { evseId: 1, connectors },
      { evseId: 1 },
      { evseId: 2, connectors: [{ connectorId: 1, reportedConnectorId: 7 }] },
    ],
  });
  assert.deepEqual(
    stationViolations(station, false).map(({ path }) => path),
    ['evses/1/evseId', 'evses/0/connectors/1/connectorId', 'evses'],
  );
});

test('an EVSE is added, replaced and removed by its number', () => {
  const station = stationOf({ stationId: 's' });
  const two = withEvse(withEvse(station, evseOf({ evseId: 3 })), evseOf({ evseId: 2, label: 'B' }));
  assert.deepEqual(
    two.evses.map(({ evseId }) => evseId),
    [1, 2, 3],
  );
  assert.equal(withEvse(two, evseOf({ evseId: 2, label: 'C' })).evses[1]?.label, 'C');
  assert.deepEqual(
    withoutEvse(two, 2).evses.map(({ evseId }) => evseId),
    [1, 3],
  );
});

test('gateways learn only of connectors whose reported number is registered', () => {
  const evses = [
    evseOf({
      evseId: 1,
      connectors: [
        { connectorId: 1, reportedConnectorId: 1 },
        { connectorId: 2, reportedConnectorId: 2 },
      ],
    }),
    evseOf({ evseId: 2 }),
  ];
  assert.deepEqual(connectorMapOf(evses), [
    { reportedConnectorId: 1, evseId: 1, connectorId: 1 },
    { reportedConnectorId: 2, evseId: 1, connectorId: 2 },
  ]);
});

test('what gateways are told carries version and verifiers', () => {
  const verifier = { scheme: 'hmac-sha256', salt: Buffer.alloc(16), hash: Buffer.alloc(32), validFrom: 1 };
  const told = registeredStation(stationOf({ stationId: 's', bootPolicy: 'pending' }), 'acme', 12, {
    verifiers: [verifier],
    isOnboarded: false,
  });
  assert.equal(told.tenantId, 'acme');
  assert.equal(told.rowVersion, 12);
  assert.equal(told.bootPolicy, 'pending');
  assert.deepEqual(told.verifiers, [verifier]);
});

test('gateways are told how a station wants to be treated; what it does not say is as its model', () => {
  const hanging = { verifiers: [], isOnboarded: false };
  const told = (traits: { pings: boolean } | null) =>
    registeredStation(stationOf({ stationId: 's', traits }), 'acme', 1, hanging).traits;
  assert.equal(told(null), null);
  const others = { closesWithoutFrame: null, callsBeforeBoot: null, measurandsMax: null };
  assert.deepEqual(told({ pings: false }), { pings: false, ...others });
});
