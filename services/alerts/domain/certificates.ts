// Which certificates a station has, as far as their expiry is known: the part of CertificatesReported that alerts need.
import type { CertificatesReported, InstalledCertificate } from '#contracts/generated/types';
import { certificatesKeptMax, type WatchedCertificate } from './watch.ts';

/** The station's own: no report lists them (2.x M03 knows roots and V2G chains), so no report of all removes them. */
const ownTypes = new Set(['ChargingStationCertificate', 'V2GCertificate']);

export function certificatesAfter(
  known: readonly WatchedCertificate[],
  { change, certificateTypes, certificates }: CertificatesReported,
): readonly WatchedCertificate[] {
  const named = certificates.map(watchedOf);
  switch (change) {
    case 'report': {
      const isReported = ({ certificateType }: WatchedCertificate): boolean =>
        certificateTypes.length === 0 ? !ownTypes.has(certificateType) : certificateTypes.includes(certificateType);
      return bounded([...known.filter((each) => !isReported(each)), ...named.map((each) => dated(each, known))]);
    }
    case 'installed':
      return bounded([...known.filter((each) => !named.some((other) => isSame(each, other))), ...named]);
    case 'signed': {
      const types = new Set(named.map(({ certificateType }) => certificateType));
      return bounded([...known.filter(({ certificateType }) => !types.has(certificateType)), ...named]);
    }
    case 'deleted':
      return named.reduce(without, known);
    case 'signingRequested':
    case 'unknown':
      return known;
  }
}

function watchedOf(certificate: InstalledCertificate): WatchedCertificate {
  const { certificateType, hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber, child, expiresAt } = certificate;
  const hashes = [hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber].join('/').toLowerCase();
  return { certificateType, hashes, child, expiresAt };
}

/** A report tells hashes alone: what we know because we installed it stays known. */
function dated(reported: WatchedCertificate, known: readonly WatchedCertificate[]): WatchedCertificate {
  const before = known.find(({ hashes }) => hashes === reported.hashes);
  return { ...reported, expiresAt: reported.expiresAt ?? before?.expiresAt ?? null };
}

function isSame(one: WatchedCertificate, other: WatchedCertificate): boolean {
  return one.certificateType === other.certificateType && one.hashes === other.hashes;
}

/** The chain of a certificate (its children stand after it) goes with it. */
function without(
  entries: readonly WatchedCertificate[],
  { hashes }: WatchedCertificate,
): readonly WatchedCertificate[] {
  let isGoing = false;
  return entries.filter((entry) => {
    isGoing = (entry.child && isGoing) || entry.hashes === hashes;
    return !isGoing;
  });
}

function bounded(certificates: readonly WatchedCertificate[]): readonly WatchedCertificate[] {
  return certificates.slice(-certificatesKeptMax);
}
