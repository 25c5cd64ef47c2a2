// The contract of one vehicle (ISO 15118): a certificate made out to its eMAID, under a root that the gateway trusts.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueCertificate } from '#kit/x509/certificate';

export const contractEmaid = 'DECSMC00000042X';

export type VehicleContract = {
  readonly pem: string;
  /** PEM of the root, for the gateway. */
  readonly rootsFile: string;
  remove(): void;
};

const dayMs = 86_400_000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;

export async function makeVehicleContract(): Promise<VehicleContract> {
  const [root, vehicle] = [await keysOf(), await keysOf()];
  const issuer = { commonName: 'OCTT MO root', organisation: null };
  const dates = { notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + dayMs) };
  const issued = { issuer, issuerKey: root.key, ...dates };
  const subject = { commonName: contractEmaid, organisation: null };
  const [rootPem, pem] = [
    await issueCertificate({ ...issued, kind: 'authority', subject: issuer, publicKey: root.spki, serial: '01' }),
    await issueCertificate({ ...issued, kind: 'client', subject, publicKey: vehicle.spki, serial: '02' }),
  ];
  const dir = mkdtempSync(join(tmpdir(), 'chargestream-octt-'));
  const rootsFile = join(dir, 'roots.pem');
  writeFileSync(rootsFile, rootPem);
  return { pem, rootsFile, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

async function keysOf() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const key = await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
  return { key, spki: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })) };
}
