// Seals a text that must be kept for a while and read again: AES-256-GCM under a key that no database holds.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Closes and opens texts under one key. */
export type Seal = {
  /** @param about what the text belongs to; it opens for nothing else. */
  close(text: string, about: string): Buffer;
  /** Throws where it was sealed under another key, or for something else. */
  open(sealed: Buffer, about: string): string;
};

const nonceBytes = 12;
const tagBytes = 16;

/** @param key 32 bytes. */
export function sealUnder(key: Uint8Array): Seal {
  return {
    close(text, about) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(about));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
    },
    open(sealed, about) {
      const [nonce, rest] = [sealed.subarray(0, nonceBytes), sealed.subarray(nonceBytes)];
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
        .setAAD(Buffer.from(about))
        .setAuthTag(rest.subarray(0, tagBytes));
      return Buffer.concat([decipher.update(rest.subarray(tagBytes)), decipher.final()]).toString('utf8');
    },
  };
}
