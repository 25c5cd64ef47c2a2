// Who the simulated stations are: everything that must be registered, derived from prefix, number and seed alone.
import { createHmac } from 'node:crypto';

export type FleetVersion = '1.6' | '2.0.1' | '2.1';

export const subprotocols = {
  '1.6': 'ocpp1.6',
  '2.0.1': 'ocpp2.0.1',
  '2.1': 'ocpp2.1',
} as const satisfies Record<FleetVersion, string>;

export type FleetToken = { readonly uid: string; readonly type: 'ISO14443' };

/** `tokens[n - 1]` is the card of the driver at EVSE n: no two sessions of a station share a token. */
export type StationIdentity = {
  readonly stationId: string;
  readonly password: string;
  readonly version: FleetVersion;
  readonly evses: number;
  readonly tokens: readonly FleetToken[];
};

export const evsesPerStationMax = 2;

/** The station `<prefix>-<number>`, from 1; every second one speaks 1.6, the others 2.0.1 and 2.1 in turn; every second pair has two EVSEs. */
export function identityOf(prefix: string, seed: string, number: number): StationIdentity {
  const stationId = `${prefix}-${String(number).padStart(4, '0')}`;
  const evses = number % 4 < 2 ? 1 : evsesPerStationMax;
  const tokens = Array.from({ length: evses }, (_, index) => tokenOf(seed, stationId, index + 1));
  return {
    stationId,
    password: passwordOf(seed, stationId),
    version: versionOf(number),
    evses,
    tokens,
  };
}

/** Each version with one EVSE and with two, in every eight stations. */
function versionOf(number: number): FleetVersion {
  if (number % 2 === 1) return '1.6';
  return number % 8 === 2 || number % 8 === 4 ? '2.0.1' : '2.1';
}

/** The first `count` stations of a fleet. */
export function fleetIdentities(fleet: { prefix: string; seed: string; count: number }): StationIdentity[] {
  return Array.from({ length: fleet.count }, (_, index) => identityOf(fleet.prefix, fleet.seed, index + 1));
}

/** 40 hex digits: 160 bits, as 1.6 demands of an AuthorizationKey (20 bytes) and 2.x of a BasicAuthPassword (16 to 40). */
function passwordOf(seed: string, stationId: string): string {
  return derived(seed, `password/${stationId}`).toString('hex').slice(0, 40);
}

/** A seven-byte card number. */
function tokenOf(seed: string, stationId: string, evseId: number): FleetToken {
  const uid = derived(seed, `token/${stationId}/${evseId}`).toString('hex').slice(0, 14).toUpperCase();
  return { uid, type: 'ISO14443' };
}

function derived(seed: string, label: string): Buffer {
  return createHmac('sha256', seed).update(label).digest();
}
