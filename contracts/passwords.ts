// How a station's password is kept and checked: registry makes verifiers, gateways check them, nobody keeps the password.
import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { PasswordVerifier } from '#contracts/generated/types';

const hashBytes = 32;
const saltBytes = 16;
const scryptOptions = { N: 16_384, r: 8, p: 1 } as const;

/** Verifier of a password that we generated (at least 128 bits): a salted HMAC, 6 µs to check. */
export function verifierOfGenerated(password: Uint8Array, validFrom: number): PasswordVerifier {
  const salt = randomBytes(saltBytes);
  return { scheme: 'hmac-sha256', salt, hash: createHmac('sha256', salt).update(password).digest(), validFrom };
}

/** Verifier of a password that a person chose: scrypt, off-thread, about 60 ms. */
export async function verifierOfChosen(password: Uint8Array, validFrom: number): Promise<PasswordVerifier> {
  const salt = randomBytes(saltBytes);
  return { scheme: 'scrypt', salt, hash: await scryptOf(password, salt), validFrom };
}

/** Whether the bytes are the password of a generated verifier; constant time. */
export function isGeneratedPassword(verifier: PasswordVerifier, password: Uint8Array): boolean {
  return timingSafeEqual(createHmac('sha256', verifier.salt).update(password).digest(), verifier.hash);
}

/** Whether the bytes are the password of a scrypt verifier; off-thread, constant time. */
export async function isChosenPassword(verifier: PasswordVerifier, password: Uint8Array): Promise<boolean> {
  return timingSafeEqual(await scryptOf(password, verifier.salt), verifier.hash);
}

function scryptOf(password: Uint8Array, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hashBytes, scryptOptions, (error, hash) => (error === null ? resolve(hash) : reject(error)));
  });
}
