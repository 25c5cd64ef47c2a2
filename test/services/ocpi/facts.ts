// What other services say in the log, as tests of the OCPI view need it.
import type { CdrIssued, RegistryChanged, SessionUpdated } from '#contracts/generated/types';
import { cdrIdOf, formatUuid, tokenRefOf, uuidV8 } from '#contracts/keys';
import type { EvseValue, LocationValue, TokenValue } from '#contracts/registry';
import type { TariffValue } from '#contracts/tariff';

export const day = Date.UTC(2026, 5, 1);
const tenantKey = Buffer.alloc(32, 7);

export const refOf = (uid: string): string => tokenRefOf(tenantKey, 'ISO14443', uid);
export const sessionIdOf = (name: string): string => formatUuid(uuidV8(['session-of-test', name]));

let rowVersion = 0;

export function change(
  kind: string,
  id: string,
  value: object | null,
  more: Partial<RegistryChanged> = {},
): { readonly key: string; readonly change: RegistryChanged } {
  rowVersion += 1;
  const tenantId = more.tenantId ?? 'default';
  const version = more.rowVersion ?? rowVersion;
  return {
    key: `${tenantId}/${kind}/${id}`,
    change: {
      eventId: `${kind}/${tenantId}/${id}/${version}`,
      tenantId,
      kind,
      id,
      rowVersion: version,
      operation: value === null ? 'deleted' : 'updated',
      currentJson: value === null ? null : JSON.stringify(value),
      actor: 'key-1',
      recordedAt: day,
      ...more,
    },
  };
}

export function location(locationId: string, partyId: string, more: Partial<LocationValue> = {}): LocationValue {
  const coordinates = { latitude: '52.52192', longitude: '13.41322' };
  const where = {
    country: partyId.slice(0, 2),
    timeZone: 'Europe/Berlin',
    address: 'Alexanderplatz 1',
    city: 'Berlin',
  };
  return { locationId, partyId, name: locationId, ...where, postalCode: '10178', coordinates, ...more };
}

export function evse(evseId: number, more: Partial<EvseValue['connectors'][number]> = {}): EvseValue {
  return {
    evseId,
    publicId: `DE*CSM*E000${evseId}`,
    label: `${evseId}A`,
    connectors: [
      {
        connectorId: 1,
        standard: 'IEC_62196_T2',
        format: 'SOCKET',
        powerType: 'AC_3_PHASE',
        maxVoltage: 230,
        maxAmperage: 32,
        maxPowerWatts: 22_000,
        reportedConnectorId: null,
        ...more,
      },
    ],
  };
}

export function token(uid: string, issuer: string | null): TokenValue {
  const rest = { status: 'Accepted', expiresAt: null, groupRef: null } as const;
  const uses = { concurrentSessionsMax: null, whitelist: 'ALWAYS', language: null, chargingPriority: null } as const;
  return { tokenRef: refOf(uid), type: 'ISO14443', ...rest, locationIds: [], issuer, ...uses };
}

export function tariff(tariffId: string, partyId: string, more: Partial<TariffValue> = {}): TariffValue {
  return {
    tariffId,
    partyId,
    currency: 'EUR',
    type: null,
    altText: [{ language: 'en', text: 'Per kWh' }],
    altUrl: null,
    minPrice: { exclVat: '0.5', inclVat: null },
    maxPrice: null,
    elements: [
      {
        priceComponents: [
          { type: 'ENERGY', price: '0.3333', vat: '19', stepSize: 1 },
          { type: 'FLAT', price: '1', vat: null, stepSize: 1 },
        ],
        restrictions: null,
      },
    ],
    startAt: null,
    endAt: null,
    ...more,
  };
}

export function session(name: string, more: Partial<SessionUpdated> = {}): SessionUpdated {
  return {
    eventId: `events/0/${name}`,
    tenantId: 'default',
    sessionId: sessionIdOf(name),
    stationId: 'S1',
    transactionId: name,
    reportedId: Buffer.alloc(16),
    generation: 1,
    sourcePartition: 0,
    sourceOffset: 1,
    recordedAt: day,
    phase: 'charging',
    evseId: 1,
    connectorId: 1,
    startedAt: day,
    endedAt: null,
    tokenRef: null,
    tokenType: 'ISO14443',
    authorization: null,
    chargingState: null,
    meterStartMilliWh: null,
    meterStopMilliWh: null,
    meterLastMilliWh: null,
    energyMilliWh: 1_234_567,
    remoteStartId: null,
    reservationId: null,
    stopReason: null,
    stoppedByTokenRef: null,
    ocppVersion: '1.6',
    flags: [],
    readings: [],
    ...more,
  };
}

export function cdr(name: string, more: Partial<CdrIssued> = {}): CdrIssued {
  const endedAt = day + 3_600_000;
  const line = { elementIndex: 0, startAt: day, endAt: endedAt };
  return {
    eventId: `cdr/${name}`,
    tenantId: 'default',
    sessionId: sessionIdOf(name),
    cdrId: cdrIdOf('default', sessionIdOf(name)),
    issuedAt: endedAt + 1_000,
    actor: null,
    partyId: 'DE-CSM',
    locationId: 'berlin',
    timeZone: 'Europe/Berlin',
    stationId: 'S1',
    evseId: 1,
    connectorId: 1,
    transactionId: name,
    tokenRef: null,
    tokenType: 'ISO14443',
    remoteStartId: null,
    startedAt: day,
    endedAt,
    meterStartMilliWh: 0,
    meterStopMilliWh: 10_123_450,
    energyMilliWh: 10_123_450,
    timeSeconds: 3_600,
    parkingSeconds: 600,
    currency: 'EUR',
    tariffId: 'standard',
    tariffVersion: 3,
    tariffHash: 'hash',
    tariffJson: JSON.stringify(tariff('standard', 'DE-CSM')),
    inputHash: 'hash',
    sessionGeneration: 1,
    sessionOffset: 9,
    readings: [],
    periods: [
      {
        startAt: day,
        dimensions: [
          { type: 'ENERGY', volume: '10.12345' },
          { type: 'TIME', volume: '1' },
        ],
      },
    ],
    lines: [
      {
        dimension: 'ENERGY',
        ...line,
        quantity: '10.12345',
        volume: 10_123_450,
        unitPrice: '0.3333',
        vatPercent: '19',
        amountExclVat: '3.374145885',
        amountInclVat: '4.01523360315',
      },
      {
        dimension: 'FLAT',
        ...line,
        quantity: '1',
        volume: 1,
        unitPrice: '1',
        vatPercent: null,
        amountExclVat: '1',
        amountInclVat: '1',
      },
    ],
    totalExclVat: '4.37',
    totalVat: '0.64',
    totalInclVat: '5.01',
    vats: [],
    sessionHash: 'hash',
    reviewId: null,
    ...more,
  };
}
