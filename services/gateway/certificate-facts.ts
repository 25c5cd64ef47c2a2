// What a PEM text that we sent a station says of its first certificate.
import { X509Certificate } from 'node:crypto';
import type { InstalledCertificate } from '#contracts/generated/types';
import { untoldCertificate } from './domain/facts.ts';

/** Serial number, subject and end; nothing of them where the text is no certificate (the station accepted it, so it may know better). */
export function certificateOf(certificateType: string, pem: string): InstalledCertificate {
  const read = readCertificate(pem);
  return { certificateType, ...untoldCertificate, ...read };
}

function readCertificate(pem: string): Partial<InstalledCertificate> {
  try {
    const { serialNumber, subject, validTo } = new X509Certificate(pem);
    const expiresAt = Date.parse(validTo);
    return {
      serialNumber: withoutZeros(serialNumber),
      subject: subject.replaceAll('\n', ', '),
      expiresAt: Number.isNaN(expiresAt) ? null : expiresAt,
    };
  } catch {
    return {};
  }
}

/** As OCPP writes it: hexadecimal, without leading zeros (2.x CertificateHashDataType). */
function withoutZeros(serialNumber: string): string {
  return serialNumber.toLowerCase().replace(/^0+(?=.)/, '');
}
