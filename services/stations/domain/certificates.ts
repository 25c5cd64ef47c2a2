// The certificates of a station: reported by type, installed, deleted, and its own, signed by us.
import type { CertificatesReported, InstalledCertificate } from '#contracts/generated/types';
import { openInventory, withEntries, type Inventory } from './inventory.ts';
import type { Told } from './standing.ts';

export type Certificate = InstalledCertificate & { readonly reportedAt: number };
export type Certificates = Inventory<Certificate>;

/** The station's own: no request lists them (2.x M03 knows roots and V2G chains), so no report of all removes them. */
const ownTypes = new Set(['ChargingStationCertificate', 'V2GCertificate']);

export function certificatesAfter(
  known: Certificates | null,
  event: CertificatesReported,
  told: Told,
): Certificates | null {
  const inventory = openInventory(known, told);
  if (inventory === undefined) return known;
  const { entries } = inventory;
  const named = event.certificates.map((certificate) => ({ ...certificate, reportedAt: told.at }));
  switch (event.change) {
    case 'report': {
      const kept = entries.filter((entry) => !isReported(entry, event.certificateTypes));
      return withEntries(inventory, [...kept, ...named.map((certificate) => explained(certificate, entries))]);
    }
    case 'installed':
      return withEntries(inventory, [
        ...entries.filter((entry) => !named.some((each) => isSame(entry, each))),
        ...named,
      ]);
    case 'signed': {
      const types = new Set(named.map(({ certificateType }) => certificateType));
      return withEntries(inventory, [
        ...entries.filter(({ certificateType }) => !types.has(certificateType)),
        ...named,
      ]);
    }
    case 'deleted':
      return withEntries(inventory, named.reduce(without, entries));
    case 'signingRequested':
    case 'unknown':
      return known;
  }
}

function isReported({ certificateType }: Certificate, types: readonly string[]): boolean {
  return types.length === 0 ? !ownTypes.has(certificateType) : types.includes(certificateType);
}

/** A report tells hashes alone: what we know of the certificate itself, because we installed it, stays known. */
function explained(reported: Certificate, entries: readonly Certificate[]): Certificate {
  const known = entries.find((entry) => hashesOf(entry) === hashesOf(reported));
  if (known === undefined || reported.serialNumber === null) return reported;
  return { ...reported, subject: reported.subject ?? known.subject, expiresAt: reported.expiresAt ?? known.expiresAt };
}

function isSame(one: Certificate, other: Certificate): boolean {
  return (
    one.certificateType === other.certificateType && hashesOf(one) === hashesOf(other) && one.subject === other.subject
  );
}

/** A deletion names hashes alone. The chain of the certificate (its children stand after it) goes with it. */
function without(entries: readonly Certificate[], deleted: Certificate): readonly Certificate[] {
  let isGoing = false;
  return entries.filter((entry) => {
    isGoing = (entry.child && isGoing) || hashesOf(entry) === hashesOf(deleted);
    return !isGoing;
  });
}

/** Hexadecimal is written in either case. */
function hashesOf({ hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }: Certificate): string {
  return JSON.stringify([hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber]).toLowerCase();
}
