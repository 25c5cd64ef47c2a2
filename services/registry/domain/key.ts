// An operator's key: 256 random bits, of which only the hash is kept.
import { createHash } from 'node:crypto';

/** `csk_` lets people and secret scanners see what it is. */
export function newKeyOf(randomBytes: Buffer): string {
  return `csk_${randomBytes.toString('base64url')}`;
}

/** SHA-256 in hex: a key is random in full, so there is nothing that a slow hash would protect. */
export function keyHashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
