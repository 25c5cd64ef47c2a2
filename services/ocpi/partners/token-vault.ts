// Tokens between partners and us: found by an HMAC, kept encrypted, since the credentials module answers them in clear (OCPI 2.2.1, 7.2.1).
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Secrets } from '#contracts/secrets';
import { Fault } from '#kit/fault';

export type TokenVault = {
  /** 256 random bits, printable, at most 64 characters. */
  newToken(): string;
  /** What a token is found by. */
  lookupOf(token: string): Buffer;
  seal(token: string, owner: Owner): Buffer;
  /** Throws Fault SECRET_MISSING where it was sealed with another key or for somebody else. */
  open(sealed: Uint8Array, owner: Owner): string;
};

export type Owner = { readonly tenantId: string; readonly partnerId: string };

const tokenBytes = 32;
const ivBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

/** Both keys derive from the secrets file's seed, which never rotates. */
export function tokenVault({ tenantKeySeed }: Pick<Secrets, 'tenantKeySeed'>): TokenVault {
  const seed = Buffer.from(tenantKeySeed, 'hex');
  const keyFor = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', seed, '', purpose, keyBytes));
  const lookupKey = keyFor('ocpi token lookup');
  const sealKey = keyFor('ocpi token seal');
  return {
    newToken: () => `cso_${randomBytes(tokenBytes).toString('base64url')}`,
    lookupOf: (token) => createHmac('sha256', lookupKey).update(token).digest(),
    seal(token, owner) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', sealKey, iv).setAAD(boundTo(owner));
      const sealed = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
    },
    open(sealed, owner) {
      const bytes = Buffer.from(sealed);
      const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, ivBytes))
        .setAAD(boundTo(owner))
        .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8');
      } catch (error) {
        throw new Fault('SECRET_MISSING', {
          detail: 'a token was sealed with the seed of another secrets file',
          cause: error,
        });
      }
    },
  };
}

/** A row that was moved to another partner does not open. */
function boundTo({ tenantId, partnerId }: Owner): Buffer {
  return Buffer.from(`${tenantId}\0${partnerId}`);
}
