// By which security profile an upgrade arrived, and the client certificate that our proxy verified (OCPP profile 3).
import type { StationRegistered } from '#contracts/generated/types';
import { isUnitOfOther } from '#contracts/keys';

/** The subject of a certificate, as the proxy read it after it had verified the chain and the revocations. */
export type ClientCertificate = {
  readonly commonName: string;
  readonly organisation: string;
  /** OU; empty where there is none. */
  readonly unit: string;
  /** Hex digits. */
  readonly serial: string;
};

/** What a proxy that ends TLS says of a connection; each is empty where the request has no such header. */
export type ProxyClaims = {
  readonly profile: string;
  readonly commonName: string;
  readonly organisation: string;
  readonly unit: string;
  readonly serial: string;
};

/** Which of our ports it came through: the plain one (profile 1), or the one behind the proxies that end TLS. */
export type Door = 'plain' | 'proxied';

export type Arrival =
  | { readonly profile: 1 | 2; readonly certificate: null }
  | { readonly profile: 3; readonly certificate: ClientCertificate };

export const noClaims: ProxyClaims = { profile: '', commonName: '', organisation: '', unit: '', serial: '' };

/**
 * Undefined where the proxied port hears somebody who is no proxy of ours, or a proxy that says nothing sensible. At the
 * plain port nobody's claims are read, not even a proxy's: one profile at a time (A00.FR.001, 002).
 */
export function arrivalOf(door: Door, isProxy: boolean, claims: ProxyClaims): Arrival | undefined {
  if (door === 'plain') return { profile: 1, certificate: null };
  if (!isProxy) return undefined;
  if (claims.profile === '2') return { profile: 2, certificate: null };
  if (claims.profile !== '3') return undefined;
  const certificate = certificateOf(claims);
  return certificate === undefined ? undefined : { profile: 3, certificate };
}

/** Names travel as base64 of UTF-8: what a subject holds can then be no header of its own. */
function certificateOf({ commonName, organisation, unit, serial }: ProxyClaims): ClientCertificate | undefined {
  if (!/^[0-9A-F]{1,64}$/i.test(serial)) return undefined;
  const names = { commonName: decoded(commonName), organisation: decoded(organisation), unit: decoded(unit) };
  return { ...names, serial: serial.toLowerCase() };
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

/**
 * Whether a verified subject is this station's: CN is its serial number (A00.FR.405), or its identity where the registry
 * knows no serial number; O is the operator's organisation (A00.FR.404), where the tenant names one. What our authority
 * issued to a station of another tenant is none, whatever it is called.
 */
export function isCertificateOf(
  station: StationRegistered,
  organisation: string | null,
  certificate: ClientCertificate,
): boolean {
  if (isUnitOfOther(certificate.unit, station.tenantId)) return false;
  const commonName = station.serialNumber ?? station.stationId;
  return certificate.commonName === commonName && (organisation === null || certificate.organisation === organisation);
}
