// The kinds that operators write: their tables, what else a write of them must do, and what the log is told of it.
import type { PoolClient } from 'pg';
import { shownToken, registeredToken, type Token } from '../domain/token.ts';
import type { KeyValue, LocationValue, PartyValue, StationValue, TemplateValue } from '#contracts/registry';
import type { Change } from './outbox.ts';
import { checkLocations } from './references.ts';
import { stationChanges } from './stations.ts';
import type { Table, Writing } from './table.ts';

/** A row that was written or removed (value as it stands or stood). */
export type Touched<V> = {
  readonly id: string;
  readonly version: number;
  readonly operation: Change['operation'];
  readonly value: V;
};

export type Kind<V extends object> = {
  readonly table: Table<V>;
  /** What no constraint of the table can check; throws Refused. */
  check?(client: PoolClient, tenantId: string, values: readonly V[]): Promise<void>;
  /** Writes what hangs on the rows and says what the log is told. */
  changes(client: PoolClient, writing: Writing, touched: readonly Touched<V>[]): Promise<Change[]>;
};

export const parties: Kind<PartyValue> = plainKind({
  kind: 'party',
  name: 'parties',
  noun: 'party',
  id: 'partyId',
  columns: { partyId: 'text', name: 'text' },
});

export const locations: Kind<LocationValue> = plainKind({
  kind: 'location',
  name: 'locations',
  noun: 'location',
  id: 'locationId',
  columns: {
    locationId: 'text',
    partyId: 'text',
    name: 'text',
    country: 'text',
    timeZone: 'text',
    address: 'text',
    city: 'text',
    postalCode: 'text',
    coordinates: 'jsonb',
  },
});

export const stations: Kind<StationValue> = {
  table: {
    kind: 'station',
    name: 'stations',
    noun: 'station',
    id: 'stationId',
    columns: {
      stationId: 'text',
      locationId: 'text',
      vendor: 'text',
      model: 'text',
      enabled: 'boolean',
      securityProfile: 'int',
      heartbeatSeconds: 'int',
      bootPolicy: 'text',
      defaultSubprotocol: 'text',
      evses: 'jsonb',
      serialNumber: 'text',
      framesRecorded: 'boolean',
      allowsProfileDowngrade: 'boolean',
      acceptsWithoutBoot: 'boolean',
      costsShown: 'boolean',
      templateId: 'text',
      traits: 'jsonb',
      configuration: 'jsonb',
    },
  },
  changes: stationChanges,
};

export const templates: Kind<TemplateValue> = plainKind({
  kind: 'template',
  name: 'templates',
  noun: 'template',
  id: 'templateId',
  columns: {
    templateId: 'text',
    vendor: 'text',
    model: 'text',
    firmwarePrefix: 'text',
    heartbeatSeconds: 'int',
    bootPolicy: 'text',
    defaultSubprotocol: 'text',
    acceptsWithoutBoot: 'boolean',
    evses: 'jsonb',
    traits: 'jsonb',
    configuration: 'jsonb',
  },
});

export const tokens: Kind<Token> = {
  table: {
    kind: 'token',
    name: 'tokens',
    noun: 'token',
    id: 'tokenRef',
    columns: {
      tokenRef: 'text',
      uid: 'text',
      type: 'text',
      status: 'text',
      expiresAt: 'timestamptz',
      groupId: 'text',
      groupRef: 'text',
      label: 'text',
      locationIds: 'text[]',
      issuer: 'text',
      contractId: 'text',
      concurrentSessionsMax: 'int',
      whitelist: 'text',
      language: 'text',
      chargingPriority: 'int',
    },
  },
  check: (client, tenantId, values) =>
    checkLocations(
      client,
      tenantId,
      values.flatMap(({ locationIds }) => locationIds),
    ),
  changes: async (_client, { tenantId, ...by }, touched) =>
    touched.map(({ id, version, operation, value }) => {
      const gone = operation === 'deleted';
      const current = { topic: 'tokens', id, value: gone ? null : registeredToken(value, tenantId, version) } as const;
      return {
        kind: 'token',
        tenantId,
        id,
        version,
        operation,
        value: gone ? null : shownToken(value),
        ...by,
        current,
      };
    }),
};

/** A key as it is stored: SHA-256 in hex, never the key itself. */
export type StoredKey = KeyValue & { readonly hash: string };

export const keys: Kind<StoredKey> = {
  table: {
    kind: 'key',
    name: 'keys',
    noun: 'key',
    id: 'keyId',
    columns: { keyId: 'text', hash: 'text', role: 'text', label: 'text', revokedAt: 'timestamptz' },
  },
  changes: async (_client, { tenantId, ...by }, touched) =>
    touched.map(({ id, version, operation, value: { hash: _secret, ...shown } }) => ({
      kind: 'key',
      tenantId,
      id,
      version,
      operation,
      value: operation === 'deleted' ? null : shown,
      ...by,
    })),
};

/** A kind whose rows say all and of which no cache is kept. */
function plainKind<V extends object>(table: Table<V>): Kind<V> {
  return {
    table,
    changes: async (_client, { tenantId, ...by }, touched) =>
      touched.map(({ id, version, operation, value }) => ({
        kind: table.kind,
        tenantId,
        id,
        version,
        operation,
        value: operation === 'deleted' ? null : value,
        ...by,
      })),
  };
}
