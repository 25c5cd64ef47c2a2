// Certificates of a station: roots by their hash, its own after a signing request that it made itself.
import { generateKeyPairSync, X509Certificate, type KeyObject } from 'node:crypto';
import type { OCPP16, OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import { hashOf, signingRequest, type CertificateHash } from '#load-tests/fleet/der';
import type { Commanded } from '#load-tests/fleet/dialect';
import type { Answer } from '#load-tests/fleet/rpc';

type Installed = { readonly type: string; readonly hash: CertificateHash };

export type Certificates = {
  installed: readonly Installed[];
  /** The key of the request that is open; the next signed certificate must fit it. */
  pending: { readonly privateKey: KeyObject; readonly requestId: number | undefined } | undefined;
  /** Its own, once signed. */
  own: X509Certificate | undefined;
};

export const certificatesMax = 20;
const csrRequestIdMax = 2_147_483_647;

const shared: Rows = {
  InstallCertificate: row<OCPP21.InstallCertificateRequest | OCPP16.InstallCertificateRequest>(install),
  DeleteCertificate: row<OCPP21.DeleteCertificateRequest>(remove),
};

export const certificates16: Rows = {
  ...shared,
  GetInstalledCertificateIds: row<OCPP16.GetInstalledCertificateIdsRequest>((station, { certificateType }) => {
    const found = certificatesOf(station).installed.filter(({ type }) => type === certificateType);
    if (found.length === 0) return result({ status: 'NotFound' });
    return result({ status: 'Accepted', certificateHashData: found.map(({ hash }) => hash) });
  }),
  CertificateSigned: row<OCPP16.CertificateSignedRequest>((station, { certificateChain }) =>
    signed(station, certificateChain, undefined),
  ),
};

export const certificates2: Rows = {
  ...shared,
  GetInstalledCertificateIds: row<OCPP21.GetInstalledCertificateIdsRequest>((station, { certificateType: types }) => {
    const found = certificatesOf(station).installed.filter(({ type }) => types?.some((each) => each === type) ?? true);
    if (found.length === 0) return result({ status: 'NotFound' });
    const chain = found.map(({ type, hash }) => ({ certificateType: type, certificateHashData: hash }));
    return result({ status: 'Accepted', certificateHashDataChain: chain });
  }),
  CertificateSigned: row<OCPP21.CertificateSignedRequest>((station, { certificateChain, requestId }) =>
    signed(station, certificateChain, requestId),
  ),
};

/** Makes a key and asks the platform to have its certificate signed (A02); without a type it is for both connections (2.x). */
export function askForCertificate(
  station: Commanded,
  certificateType: 'ChargingStationCertificate' | 'V2GCertificate' | undefined,
): void {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = { organization: station.vendor.organization, commonName: station.identity.stationId };
  const csr = signingRequest(subject, keys);
  const requestId = station.version === '2.1' ? 1 + (Math.trunc(station.now()) % csrRequestIdMax) : undefined;
  certificatesOf(station).pending = { privateKey: keys.privateKey, requestId };
  const payload = {
    csr,
    ...(station.version === '1.6' || certificateType === undefined ? {} : { certificateType }),
    ...(requestId === undefined ? {} : { requestId }),
  };
  station.tellDurably({ action: 'SignCertificate', payload });
}

function certificatesOf(station: Commanded): Certificates {
  station.facilities.certificates ??= { installed: [], pending: undefined, own: undefined };
  return station.facilities.certificates;
}

function install(
  station: Commanded,
  request: { readonly certificateType: string; readonly certificate: string },
): Answer {
  const certificate = certificateIn(request.certificate);
  if (certificate === undefined || Date.parse(certificate.validTo) < station.now())
    return result({ status: 'Rejected' });
  const own = certificatesOf(station);
  const hash = hashOf(certificate, certificate);
  const others = own.installed.filter((each) => !(isSame(each.hash, hash) && each.type === request.certificateType));
  if (others.length >= certificatesMax) return result({ status: 'Failed' });
  own.installed = [...others, { type: request.certificateType, hash }];
  return result({ status: 'Accepted' });
}

function remove(station: Commanded, { certificateHashData }: OCPP21.DeleteCertificateRequest): Answer {
  const own = certificatesOf(station);
  const left = own.installed.filter(({ hash }) => !isSame(hash, certificateHashData));
  if (left.length === own.installed.length) return result({ status: 'NotFound' });
  own.installed = left;
  return result({ status: 'Accepted' });
}

/** Only a certificate for the key that was asked for is taken (A02.FR.06). */
function signed(station: Commanded, chain: string, requestId: number | undefined): Answer {
  const own = certificatesOf(station);
  const { pending } = own;
  const certificate = certificateIn(chain);
  const isExpected = pending !== undefined && (requestId === undefined || requestId === pending.requestId);
  if (!isExpected || certificate === undefined || !certificate.checkPrivateKey(pending.privateKey)) {
    return result({ status: 'Rejected' }, () => station.tellSecurity('InvalidChargingStationCertificate'));
  }
  own.own = certificate;
  own.pending = undefined;
  return result({ status: 'Accepted' });
}

/** The first one of a chain. */
function certificateIn(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

type Hash = { readonly issuerNameHash: string; readonly issuerKeyHash: string; readonly serialNumber: string };

function isSame(one: Hash, other: Hash): boolean {
  const bare = ({ issuerNameHash, issuerKeyHash, serialNumber }: Hash): string =>
    `${issuerNameHash}/${issuerKeyHash}/${serialNumber.replace(/^0+(?=.)/, '')}`.toLowerCase();
  return bare(one) === bare(other);
}
