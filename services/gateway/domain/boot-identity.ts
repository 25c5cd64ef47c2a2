// Whether the serial number that a station boots with is the one that its certificate was issued for (2.x B01.FR.11-12).
import type { StationBooted, StationRegistered } from '#contracts/generated/types';
import type { ClientCertificate } from './client-certificate.ts';

/**
 * 1.6: the whitepaper asks for no more than the certificate, and some vendors fill one of the two serial fields with
 * something else, so a difference is a warning. 2.x: the connection is closed. Where the registry knows no serial number
 * the certificate stands for the identity, and there is nothing to compare.
 */
export function bootIdentityFault(
  booted: StationBooted,
  station: StationRegistered,
  certificate: ClientCertificate,
): string | undefined {
  if (station.serialNumber === null) return undefined;
  const told = [booted.serialNumber, booted.boxSerialNumber].filter((serial) => serial !== null);
  if (told.includes(certificate.commonName)) return undefined;
  if (told.length === 0 && booted.meta.ocppVersion === '1.6') return undefined;
  const named = told.length === 0 ? 'no serial number' : told.join(' and ');
  return `boots with ${named}, its certificate names ${certificate.commonName}`;
}
