// Which certificate signing requests of stations are granted (OCPP 2.x A02, whitepaper A02), and the names of what follows.
import { createHash } from 'node:crypto';

/** What a request was read as; the shell verifies its signature. */
export type ReadRequest = {
  readonly subject: { readonly commonName: string | null; readonly organisation: string | null };
  readonly key:
    | { readonly kind: 'rsa'; readonly bits: number }
    | { readonly kind: 'ec'; readonly curve: string }
    | { readonly kind: 'other' };
  readonly isSigned: boolean;
};

/** As the registry has it. */
export type Registered = {
  readonly stationId: string;
  readonly serialNumber: string | null;
  readonly organisation: string | null;
};

export const rsaBitsMin = 2048;
/** A station that asks more often than this gets none: it would fill the register and the revocation list. */
export const issuedPerDayMax = 10;
export const renewBeforeMs = 30 * 24 * 60 * 60 * 1000;
/** A station that did not have a new one signed is asked again after that. */
export const renewAgainMs = 24 * 60 * 60 * 1000;

/** Why a request is refused; undefined where it is granted. The subject must be what the gateway will ask for at profile 3. */
export function refusalOf(
  request: ReadRequest | undefined,
  { stationId, serialNumber, organisation }: Registered,
  issuedToday: number,
): string | undefined {
  if (request === undefined) return 'the request is not readable';
  const { subject, key } = request;
  if (!isStrong(key)) return `its key is not RSA of at least ${rsaBitsMin} bits or P-256`;
  if (!request.isSigned) return 'its signature is not valid';
  const commonName = serialNumber ?? stationId;
  if (subject.commonName !== commonName) return `its CN is not ${commonName}`;
  if (organisation !== null && subject.organisation !== organisation) return `its O is not ${organisation}`;
  return issuedToday < issuedPerDayMax ? undefined : `${issuedPerDayMax} certificates were issued to it today`;
}

function isStrong(key: ReadRequest['key']): boolean {
  if (key.kind === 'rsa') return key.bits >= rsaBitsMin;
  return key.kind === 'ec' && key.curve === 'prime256v1';
}

/** Serial number of the certificate that a request gets: 127 bits of its event's name, so that it is decided once. */
export function serialOf(tenantId: string, eventId: string): string {
  const bytes = createHash('sha256').update(`${tenantId}\0${eventId}`).digest().subarray(0, 16);
  // First bit 0, second 1: positive, and always as long.
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}
