// The secrets file: what never enters Kafka, a log or an image. Made once by the local stack, mounted in production.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

export type Secrets = {
  /** Bearer token between our own services. */
  readonly internalToken: string;
  /** First operator key (role platform); registry stores only its hash. */
  readonly demoOperatorKey: string;
  /** 32 bytes in hex; tenant keys derive from it and never rotate. */
  readonly tenantKeySeed: string;
  /** Private key of the embedded certificate authority: PKCS #8 DER in base64, P-256. Empty: there is none. */
  readonly certificateAuthorityKey: string;
  /** ClickHouse users. */
  readonly clickhousePassword: string;
  readonly analystPassword: string;
};

/** Reads the secrets file; throws an error with one sentence that names what is missing. */
export function readSecrets(path: string): Secrets {
  const read = JSON.parse(readFileSync(path, 'utf8')) as Partial<Secrets>;
  for (const name of ['internalToken', 'demoOperatorKey', 'tenantKeySeed'] as const) {
    if (typeof read[name] !== 'string' || read[name].length < 16)
      throw new Error(`the secrets file ${path} lacks ${name}`);
  }
  return { clickhousePassword: '', analystPassword: '', certificateAuthorityKey: '', ...read } as Secrets;
}

/** Key of a tenant for its tokenRefs, 32 bytes. */
export function tenantKeyOf(secrets: Pick<Secrets, 'tenantKeySeed'>, tenantId: string): Buffer {
  return createHmac('sha256', Buffer.from(secrets.tenantKeySeed, 'hex')).update(`tenant\0${tenantId}`).digest();
}
